import BQLColumnar

/// Maps 64-bit keys to dense codes 0, 1, … in order of first appearance.
///
/// Open addressing with linear probing over one array of slots; keys are kept in code order. Until
/// ``startHashing()`` it only keeps them, for an owner that finds codes in a faster way.
struct IntTable: Sendable {
  private(set) var keys: [UInt64] = []
  /// The code of what has no key (NULL); −1 where there is none.
  private(set) var keylessCode: Int32 = -1
  /// Code + 1; 0 is empty.
  private var slots: [Int32] = []

  var count: Int { keys.count }
  var isHashing: Bool { !slots.isEmpty }

  /// Adds a key that is known to be new and returns its code; not while hashing.
  mutating func append(_ key: UInt64) -> Int32 {
    keys.append(key)
    return Int32(truncatingIfNeeded: keys.count - 1)
  }

  /// Returns the code of what has no key, giving it the next one when it is new.
  mutating func codeOfKeyless() -> Int32 {
    if keylessCode < 0 {
      keys.append(0)
      keylessCode = Int32(truncatingIfNeeded: keys.count - 1)
    }
    return keylessCode
  }

  /// Puts other keys, as many and all different, in the place of those so far; codes stay.
  mutating func replaceKeys(_ other: [UInt64]) {
    precondition(other.count == keys.count, "one key a code")
    keys = other
    if isHashing { rebuild(slotCount: slots.count) }
  }

  mutating func startHashing() {
    var slotCount = 64
    while slotCount < keys.count * 3 + 3 { slotCount *= 2 }
    rebuild(slotCount: slotCount)
  }

  /// Returns the key's code, giving it the next one when it is new; only while hashing.
  @inline(__always)
  mutating func code(for key: UInt64) -> Int32 {
    var slot = Self.slot(of: key, mask: slots.count &- 1)
    while slots[slot] != 0 {
      let code = slots[slot] &- 1
      if keys[Int(code)] == key { return code }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    keys.append(key)
    slots[slot] = Int32(truncatingIfNeeded: keys.count)
    if keys.count * 3 > slots.count { rebuild(slotCount: slots.count * 2) }
    return Int32(truncatingIfNeeded: keys.count &- 1)
  }

  /// Returns the code of each key whose search ends at its first slot, −1 for others, and whether
  /// there are no others.
  ///
  /// No row waits for the one before it, nor for a branch, so that searches overlap.
  @inline(__always)
  func firstGuesses<Element>(
    _ elements: [Element],
    _ key: (Element) -> UInt64
  ) -> (codes: [Int32], isKnown: Bool) {
    if keys.isEmpty { return ([Int32](repeating: -1, count: elements.count), elements.isEmpty) }
    let mask = slots.count &- 1
    let input = elements.span
    let slots = slots.span
    let keys = keys.span
    var lowest: Int32 = 0
    let codes = unsafe [Int32](count: input.count) { result in
      // As many codes as elements; a slot is below the mask, and holds the code of a key.
      for row in input.indices {
        let wanted = unsafe key(input[unchecked: row])
        let code = unsafe slots[unchecked: Self.slot(of: wanted, mask: mask)] &- 1
        let found = unsafe keys[unchecked: Int(max(code, 0))]
        let guess = found == wanted ? code : -1
        lowest = min(lowest, guess)
        unsafe result[row] = guess
      }
    }
    return (codes, lowest >= 0)
  }

  @inline(__always)
  private static func slot(of key: UInt64, mask: Int) -> Int {
    let mixed = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 20) & mask
  }

  private mutating func rebuild(slotCount: Int) {
    let mask = slotCount - 1
    slots = [Int32](repeating: 0, count: slotCount)
    for code in keys.indices where code != Int(keylessCode) {
      var slot = Self.slot(of: keys[code], mask: mask)
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(truncatingIfNeeded: code + 1)
    }
  }
}
