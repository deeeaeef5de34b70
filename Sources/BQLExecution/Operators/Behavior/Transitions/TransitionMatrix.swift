/// Counts transitions between few states in a dense matrix: how many, of how many units, and their
/// gaps in buckets.
struct TransitionMatrix: SequenceVisitor, Sendable {
  /// The most counters of one matrix (16 MiB).
  private static let maximumCounterCount = 1 << 22

  private let stateCount: Int
  private let bucketCount: Int
  /// At (cell · buckets + bucket); cell = (group · states + from) · states + to.
  private var buckets: [UInt32]
  /// The distinct units of each cell, and the last one that was counted there.
  private var units: [Int32]
  private var lastUnit: [Int32]
  private var unit: Int32 = 0
  private(set) var longGaps = LongGaps()
  /// One a row of the present morsel; empty where all are of one group.
  var groups: [Int32] = []
  var leftOutCount = 0

  /// Makes an empty matrix; nil where it would be too large.
  init?(stateCount: Int, groupCount: Int, longestGap: UInt64) {
    let bucketCount = GapHistogram.count(upTo: longestGap)
    guard longestGap <= LongGaps.maximumGap else { return nil }
    guard stateCount <= 1 << 10, groupCount <= 1 << 10 else { return nil }
    let cells = stateCount * stateCount * groupCount
    guard cells <= min(Self.maximumCounterCount / bucketCount, LongGaps.maximumCellCount) else {
      return nil
    }
    self.stateCount = stateCount
    self.bucketCount = bucketCount
    buckets = [UInt32](repeating: 0, count: cells * bucketCount)
    units = [Int32](repeating: 0, count: cells)
    lastUnit = [Int32](repeating: -1, count: cells)
  }

  var cellCount: Int { units.count }

  /// Adds what another thread has counted, its long gaps aside.
  mutating func add(_ other: TransitionMatrix) {
    for index in buckets.indices { buckets[index] &+= other.buckets[index] }
    for index in units.indices { units[index] &+= other.units[index] }
    leftOutCount += other.leftOutCount
  }

  mutating func visit<State: FixedWidthInteger, Time: FixedWidthInteger>(
    states: Span<State>,
    times: Span<Time>,
    offsets: Span<Int32>,
    rows: Span<Int32>,
    marks: Span<UInt8>
  ) {
    let (groupCodes, stateCount, bucketCount) = (groups, stateCount, bucketCount)
    // Hot loops work on locals, which are given back at the end.
    var (buckets, units, lastUnit, unit) = (self.buckets, self.units, self.lastUnit, self.unit)
    (self.buckets, self.units, self.lastUnit) = ([], [], [])
    let known = longGaps.count
    longGaps.add(states.count) { long, known in
      var counters = buckets.mutableSpan
      var distinct = units.mutableSpan
      var last = lastUnit.mutableSpan
      var longCount = known
      for place in 0..<(offsets.count - 1) {
        let first = Int(offsets[place])
        let end = Int(offsets[place + 1])
        guard end &- first > 1 else { continue }
        unit &+= 1
        var from = Int(truncatingIfNeeded: states[first])
        var time = Int64(truncatingIfNeeded: times[first])
        var row = first &+ 1
        while row < end {
          var line = from
          if !groupCodes.isEmpty {
            let source = row &- 1
            let group = groupCodes[rows.isEmpty ? source : Int(rows[source])]
            line = Int(group) &* stateCount &+ from
          }
          let to = Int(truncatingIfNeeded: states[row])
          let next = Int64(truncatingIfNeeded: times[row])
          let cell = line &* stateCount &+ to
          let gap = UInt64(truncatingIfNeeded: next &- time)
          // Whether a gap is long is anyone's guess: so there is no branch for it.
          let bucket = Int(truncatingIfNeeded: min(gap, UInt64(GapHistogram.overflowBucket)))
          counters[cell &* bucketCount &+ bucket] &+= 1
          long[longCount] = LongGaps.entry(cell, gap)
          longCount &+= gap >= UInt64(GapHistogram.shortCount) ? 1 : 0
          distinct[cell] &+= last[cell] == unit ? 0 : 1
          last[cell] = unit
          from = to
          time = next
          row &+= 1
        }
      }
      return longCount
    }
    longGaps.visit(from: known) { cell, gap in
      buckets[cell &* bucketCount &+ GapHistogram.longBucket(gap)] &+= 1
    }
    (self.buckets, self.units, self.lastUnit, self.unit) = (buckets, units, lastUnit, unit)
  }

  /// Returns the cells that have transitions, with what is known of each, and what must be looked
  /// for among the long gaps to know the quantiles.
  func finish(at ps: [Double]) -> (cells: [TransitionCell], wanted: WantedGaps) {
    var wanted = WantedGaps(bucketCount: bucketCount, cellCount: cellCount)
    var found: [TransitionCell] = []
    for cell in 0..<cellCount where units[cell] > 0 {
      var counts = Array(buckets[(cell * bucketCount)..<((cell + 1) * bucketCount)])
      counts[GapHistogram.overflowBucket] = 0
      let total = counts.reduce(0) { $0 + Int($1) }
      found.append(
        TransitionCell(
          group: cell / (stateCount * stateCount),
          from: cell / stateCount % stateCount,
          to: cell % stateCount,
          count: total,
          units: Int(units[cell])
        )
      )
      wanted.want(cell, counts, count: total, at: ps)
    }
    return (found, wanted)
  }
}

/// Holds what the answer tells of one transition.
struct TransitionCell: Sendable {
  var group: Int
  var from: Int
  var to: Int
  var count: Int
  var units: Int
  /// In microseconds, one a quantile asked for.
  var quantiles: [Int64?] = []
}
