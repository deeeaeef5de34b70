/// Holds the pairs of a group and a key that occurred, each once, in order of first appearance.
///
/// Open addressing with linear probing over 32-bit positions; O(1) expected a pair.
struct PairSet: Sendable {
  private(set) var groups: [Int32] = []
  private(set) var keys: [Int64] = []
  /// 0 is empty, otherwise a pair's position + 1.
  private var slots = [UInt32](repeating: 0, count: 64)

  static let limit = Int(UInt32.max) - 1

  var count: Int { keys.count }

  /// Returns the position of the pair, adding it when it is new.
  ///
  /// - Throws: ``FunctionError/overflow(_:)`` past 4 billion pairs.
  mutating func insert(
    _ group: Int32,
    _ key: Int64
  ) throws(FunctionError) -> (position: Int, isNew: Bool) {
    var slot = Self.hash(group, key) & (slots.count - 1)
    while slots[slot] != 0 {
      let position = Int(slots[slot]) - 1
      if keys[position] == key, groups[position] == group { return (position, false) }
      slot = (slot + 1) & (slots.count - 1)
    }
    if count == Self.limit { throw .overflow("number of distinct values") }
    groups.append(group)
    keys.append(key)
    slots[slot] = UInt32(count)
    if count * 2 > slots.count { rehash() }
    return (count - 1, true)
  }

  private mutating func rehash() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for position in keys.indices {
      var slot = Self.hash(groups[position], keys[position]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(position + 1)
    }
  }

  /// Mixes by multiplication and shift, as splitmix64 does.
  @inline(__always)
  private static func hash(_ group: Int32, _ key: Int64) -> Int {
    let group = UInt64(UInt32(bitPattern: group)) &* 0x9E37_79B9_7F4A_7C15
    var bits = UInt64(bitPattern: key) ^ group
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: bits ^ bits >> 31)
  }
}
