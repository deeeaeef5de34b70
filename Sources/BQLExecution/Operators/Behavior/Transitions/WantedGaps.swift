/// Collects the long gaps of those buckets of a matrix that hold a quantile.
struct WantedGaps: Sendable {
  /// A number that stands at a rank of a cell's gaps.
  private struct Rank {
    /// The gap itself, or the list that holds it and its rank there.
    var value: UInt64
    var list: Int?
    var rank = 0
  }

  private let bucketCount: Int
  /// The list that takes the gaps of (cell · buckets + bucket), plus 1; 0 for none.
  private var listOf: [Int32]
  private var lists: [[UInt64]] = []
  /// Two ranks a quantile and cell: the lower and the upper one.
  private var ranks: [Rank] = []
  private var fractions: [Double] = []

  init(bucketCount: Int, cellCount: Int) {
    self.bucketCount = bucketCount
    listOf = [Int32](repeating: 0, count: bucketCount * cellCount)
  }

  /// Whether a quantile stands among the long gaps.
  var isNeeded: Bool { !lists.isEmpty }

  /// Asks for the quantiles of a cell whose gaps fall into buckets as `counts` tells.
  mutating func want(_ cell: Int, _ counts: [UInt32], count: Int, at ps: [Double]) {
    for p in ps {
      let position = p * Double(count - 1)
      let lower = min(Int(position), count - 1)
      fractions.append(position - Double(lower))
      for rank in [lower, min(lower + 1, count - 1)] {
        var bucket = 0
        var rest = rank
        while rest >= Int(counts[bucket]) {
          rest -= Int(counts[bucket])
          bucket += 1
        }
        if let value = GapHistogram.value(bucket) {
          ranks.append(Rank(value: value))
          continue
        }
        let place = cell * bucketCount + bucket
        if listOf[place] == 0 {
          lists.append([])
          listOf[place] = Int32(truncatingIfNeeded: lists.count)
        }
        ranks.append(Rank(value: 0, list: Int(listOf[place]) - 1, rank: rest))
      }
    }
  }

  /// Adds what another thread has collected.
  mutating func add(_ other: WantedGaps) {
    for index in lists.indices { lists[index] += other.lists[index] }
  }

  /// Picks the wanted ones out of `gaps`.
  mutating func collect(_ gaps: LongGaps) {
    let listNumbers = listOf
    let numbers = listNumbers.span
    var lists = self.lists
    self.lists = []
    gaps.visit { cell, gap in
      let list = numbers[cell &* bucketCount &+ GapHistogram.longBucket(gap)]
      if list != 0 { lists[Int(list) &- 1].append(gap) }
    }
    self.lists = lists
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
