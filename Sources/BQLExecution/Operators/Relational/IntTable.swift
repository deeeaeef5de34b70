/// Maps 64-bit keys to dense codes 0, 1, … in order of first appearance.
///
/// Open addressing with linear probing over one array of slots; keys are kept in code order.
struct IntTable: Sendable {
  private(set) var keys: [UInt64] = []
  /// Code + 1; 0 is empty.
  private var slots = [Int32](repeating: 0, count: 32)

  var count: Int { keys.count }

  /// Returns the key's code, giving it the next one when it is new.
  @inline(__always)
  mutating func code(for key: UInt64) -> Int32 {
    var slot = Self.slot(of: key, mask: slots.count - 1)
    while slots[slot] != 0 {
      let code = slots[slot] - 1
      if keys[Int(code)] == key { return code }
      slot = (slot + 1) & (slots.count - 1)
    }
    keys.append(key)
    slots[slot] = Int32(truncatingIfNeeded: keys.count)
    if keys.count * 2 > slots.count { grow() }
    return Int32(truncatingIfNeeded: keys.count - 1)
  }

  @inline(__always)
  private static func slot(of key: UInt64, mask: Int) -> Int {
    let mixed = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 20) & mask
  }

  private mutating func grow() {
    let mask = slots.count * 2 - 1
    slots = [Int32](repeating: 0, count: slots.count * 2)
    for code in keys.indices {
      var slot = Self.slot(of: keys[code], mask: mask)
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(truncatingIfNeeded: code + 1)
    }
  }
}
