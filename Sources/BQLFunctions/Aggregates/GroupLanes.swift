/// Spreads the sums of few groups over four places each, taken in turn by the rows.
///
/// Where most rows belong to one group, each addition would wait for the one before it to be
/// written; in turn, four go on at a time. A place more takes what belongs to no group, so that no
/// row needs a test.
enum GroupLanes {
  private static let laneCount = 4
  /// Places of more groups would cost more to add up, a chunk, than they save.
  private static let groupLimit = 64

  static func areWorth(groupCount: Int, rows: Int) -> Bool {
    groupCount <= groupLimit && rows >= 8 * groupLimit
  }

  /// The places that `groupCount` groups need.
  static func slots(groupCount: Int) -> Int { (groupCount + 1) * laneCount }

  /// The place of row `row`, of group `group`, −1 for none.
  @inline(__always)
  static func slot(_ group: Int32, _ row: Int) -> Int {
    Int(max(group, -1) &+ 1) &* laneCount &+ row & (laneCount &- 1)
  }

  /// The places of a group.
  static func slots(of group: Int) -> Range<Int> {
    (group + 1) * laneCount..<(group + 2) * laneCount
  }
}
