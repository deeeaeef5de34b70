/// Counts by group and period, and the units of each group.
struct ActivityTally: Sendable {
  var counts: CellCounts
  private var groups = GroupSlots()
  private var sizes: [Int] = []
  private(set) var unitCount = 0
  var leftOutRowCount = 0

  init(width: Int, periodCount: Int, isGrouped: Bool) {
    counts = CellCounts(width: width, periodCount: periodCount, isGrouped: isGrouped)
  }

  /// Counts units of a group.
  mutating func addUnits(_ group: Int32, _ count: Int = 1) {
    let slot = groups.slot(of: group)
    if slot == sizes.count { sizes.append(0) }
    sizes[slot] += count
    unitCount += count
  }

  /// Adds the counts of `other`, whose morsels come behind this tally's.
  mutating func combine(_ other: ActivityTally) {
    counts.combine(other.counts)
    for (slot, group) in other.groups.groups.enumerated() { addUnits(group, other.sizes[slot]) }
    leftOutRowCount += other.leftOutRowCount
  }

  /// The groups by their units; the code of the rest, where it is one, stands last.
  func ranking(top: Int?) -> GroupRanking {
    GroupRanking(
      groups.groups.indices.map { (groups.groups[$0], sizes[$0]) },
      top: top
    )
  }
}
