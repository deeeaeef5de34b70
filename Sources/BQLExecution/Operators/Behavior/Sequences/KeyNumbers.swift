/// Numbers 64-bit keys 0, 1, … in order of first appearance.
///
/// Open addressing with linear probing over one array of slots; keys are kept in their order.
struct KeyNumbers: Sendable {
  private(set) var keys: [UInt64] = []
  /// Number + 1; 0 is empty.
  private var slots = [Int32](repeating: 0, count: 64)

  /// Returns the key's number, giving it the next one when it is new.
  @inline(__always)
  mutating func number(of key: UInt64) -> Int {
    var slot = Self.slot(of: key, mask: slots.count &- 1)
    while slots[slot] != 0 {
      let number = Int(slots[slot]) &- 1
      if keys[number] == key { return number }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    keys.append(key)
    slots[slot] = Int32(truncatingIfNeeded: keys.count)
    if keys.count * 2 > slots.count { grow() }
    return keys.count &- 1
  }

  @inline(__always)
  private static func slot(of key: UInt64, mask: Int) -> Int {
    let mixed = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 20) & mask
  }

  private mutating func grow() {
    let mask = slots.count * 2 - 1
    slots = [Int32](repeating: 0, count: slots.count * 2)
    for number in keys.indices {
      var slot = Self.slot(of: keys[number], mask: mask)
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(truncatingIfNeeded: number + 1)
    }
  }
}
