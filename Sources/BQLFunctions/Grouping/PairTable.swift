/// Maps pairs of a group and a code to dense groups 0, 1, … in order of first appearance.
///
/// While both are few, a pair is looked up in an array that has a place for each; else hashed.
package struct PairTable: Sendable {
  private var table = IntTable()
  /// The group of pair (a, b) at `a << shift | b`; −1 where not met.
  private var window: [Int32] = []
  private var shift = 0

  private static let windowLimit = 1 << 18

  package init() {}

  /// The number of pairs.
  package var count: Int { table.count }

  /// The pair of each group: the first in the upper half, the second in the lower.
  package var pairs: [UInt64] { table.keys }

  /// Replaces each row's group, below `groupCount`, by that of its pair with the row's code, below
  /// `codeCount`.
  package mutating func join(
    _ groups: inout [Int32],
    groupCount: Int,
    _ codes: [Int32],
    codeCount: Int
  ) {
    precondition(groups.count == codes.count, "one code a row")
    if !table.isHashing, !cover(groupCount, codeCount) {
      window = []
      table.startHashing()
    }
    if table.isHashing {
      let keys = Rows.map(groups, codes) { Self.key($0, $1) }
      var (joined, isKnown) = table.firstGuesses(keys) { $0 }
      if isKnown {
        groups = joined
        return
      }
      for row in joined.indices where joined[row] < 0 { joined[row] = table.code(for: keys[row]) }
      groups = joined
      return
    }
    var joined = known(groups, codes)
    for row in joined.indices where joined[row] < 0 {
      let place = Int(groups[row]) << shift | Int(codes[row])
      if window[place] < 0 { window[place] = table.append(Self.key(groups[row], codes[row])) }
      joined[row] = window[place]
    }
    groups = joined
  }

  /// Looks pairs up in the window; −1 where not met.
  private func known(_ groups: [Int32], _ codes: [Int32]) -> [Int32] {
    let found = window.span
    let shift = shift
    return Rows.map(groups, codes) { found[Int($0) &<< shift | Int($1)] }
  }

  @inline(__always)
  private static func key(_ group: Int32, _ code: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: group)) << 32 | UInt64(UInt32(bitPattern: code))
  }

  /// Makes the window hold all pairs below the counts; false where it would be too long.
  private mutating func cover(_ groupCount: Int, _ codeCount: Int) -> Bool {
    if codeCount <= 1 << shift, groupCount << shift <= window.count { return true }
    var wanted = shift
    while 1 << wanted < codeCount { wanted += 1 }
    guard wanted <= 18, groupCount << wanted <= Self.windowLimit else { return false }
    // Twice the groups, so that not every chunk makes a longer one.
    shift = wanted
    let groups = groupCount == 1 ? 1 : 2 * max(groupCount, 4)
    window = [Int32](repeating: -1, count: min(groups << wanted, 2 * Self.windowLimit))
    for (group, key) in table.keys.enumerated() {
      window[Int(key >> 32) << shift | Int(key & 0xFFFF_FFFF)] = Int32(truncatingIfNeeded: group)
    }
    return true
  }
}
