/// Collects the gaps of those buckets of a matrix that hold a quantile.
struct WantedGaps: SequenceVisitor, Sendable {
  /// A number that stands at a rank of a cell's gaps.
  private struct Rank {
    var cell: Int
    /// The gap itself, or the list that holds it and its rank there.
    var value: UInt64
    var list: Int?
    var rank = 0
  }

  private let stateCount: Int
  private let bucketCount: Int
  /// The list that takes the gaps of (cell · buckets + bucket), plus 1; 0 for none.
  private var listOf: [Int32]
  private var lists: [[UInt64]] = []
  /// Two ranks a quantile and cell: the lower and the upper one.
  private var ranks: [Rank] = []
  private var fractions: [Double] = []
  /// One a row of the present morsel; empty where all are of one group.
  var groups: [Int32] = []

  init(stateCount: Int, bucketCount: Int, cellCount: Int) {
    self.stateCount = stateCount
    self.bucketCount = bucketCount
    listOf = [Int32](repeating: 0, count: bucketCount * cellCount)
  }

  /// Whether the rows must be read again.
  var isNeeded: Bool { !lists.isEmpty }

  /// Asks for the quantiles of a cell whose gaps fall into buckets as `counts` tells.
  mutating func want(_ cell: Int, _ counts: ArraySlice<UInt32>, count: Int, at ps: [Double]) {
    for p in ps {
      let position = p * Double(count - 1)
      let lower = min(Int(position), count - 1)
      fractions.append(position - Double(lower))
      for rank in [lower, min(lower + 1, count - 1)] {
        var bucket = counts.startIndex
        var rest = rank
        while rest >= Int(counts[bucket]) {
          rest -= Int(counts[bucket])
          bucket += 1
        }
        if let value = GapHistogram.value(bucket - counts.startIndex) {
          ranks.append(Rank(cell: cell, value: value))
        } else {
          if listOf[bucket] == 0 {
            lists.append([])
            listOf[bucket] = Int32(truncatingIfNeeded: lists.count)
          }
          ranks.append(Rank(cell: cell, value: 0, list: Int(listOf[bucket]) - 1, rank: rest))
        }
      }
    }
  }

  /// Adds what another thread has collected.
  mutating func add(_ other: WantedGaps) {
    for index in lists.indices { lists[index] += other.lists[index] }
  }

  mutating func visit<State: FixedWidthInteger, Time: FixedWidthInteger>(
    states: Span<State>,
    times: Span<Time>,
    offsets: Span<Int32>,
    rows: Span<Int32>,
    marks: Span<UInt8>
  ) {
    let (groupCodes, stateCount, bucketCount) = (groups, stateCount, bucketCount)
    let listNumbers = listOf
    let numbers = listNumbers.span
    for place in 0..<(offsets.count - 1) {
      let first = Int(offsets[place])
      let end = Int(offsets[place + 1])
      guard end &- first > 1 else { continue }
      var from = Int(truncatingIfNeeded: states[first])
      var time = times[first]
      var row = first &+ 1
      while row < end {
        var line = from
        if !groupCodes.isEmpty {
          let source = row &- 1
          let group = groupCodes[rows.isEmpty ? source : Int(rows[source])]
          line = Int(group) &* stateCount &+ from
        }
        let to = Int(truncatingIfNeeded: states[row])
        let next = times[row]
        let gap = UInt64(truncatingIfNeeded: Int64(next) &- Int64(time))
        let bucket = min(GapHistogram.bucket(gap), bucketCount &- 1)
        let list = numbers[(line &* stateCount &+ to) &* bucketCount &+ bucket]
        if list != 0 { lists[Int(list) &- 1].append(gap) }
        from = to
        time = next
        row &+= 1
      }
    }
  }

  /// Returns the quantiles of each cell in the order in which they were asked for, in microseconds.
  func quantiles(perCell: Int, timeScale: Int64) -> [[Int64?]] {
    var values = ranks.map(\.value)
    var asked = [[Int]](repeating: [], count: lists.count)
    for (index, rank) in ranks.enumerated() {
      if let list = rank.list { asked[list].append(index) }
    }
    for (list, indices) in asked.enumerated() {
      let gaps = lists[list]
      let found = OrderStatistics.values(of: indices.map { ranks[$0].rank }, in: gaps.span)
      for (index, value) in zip(indices, found) { values[index] = value }
    }
    let quantiles = fractions.indices.map { index in
      Quantile.interpolated(
        Quantile.scaled(values[2 * index], timeScale),
        Quantile.scaled(values[2 * index + 1], timeScale),
        fraction: fractions[index]
      )
    }
    return stride(from: 0, to: quantiles.count, by: perCell).map { start in
      quantiles[start..<(start + perCell)].map { $0 }
    }
  }
}
