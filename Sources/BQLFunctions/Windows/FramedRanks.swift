import BQLColumnar

/// Finds quantiles of frames: ranks in the frame are counted in a tree.
///
/// - Complexity: O(log *d*) a row that enters or leaves, and a frame; *d* distinct values.
struct FramedQuantile: FramedAggregate {
  /// Counts ranks so that the *k*-th smallest is found without a look at the others.
  ///
  /// Source: P. M. Fenwick, *Software: Practice and Experience* 24(3), 1994,
  /// doi:10.1002/spe.4380240306.
  private struct RankTree: FrameState {
    let ranks: [Int32]
    let present: Bitmap?
    /// Entry *i*, from 1, holds the rows of ranks that end at *i* − 1, as many as its lowest bit.
    var tree: [Int32]
    let topBit: Int
    var count = 0

    init(_ ranks: ValueRanks, present: Bitmap?) {
      self.ranks = ranks.ranks
      self.present = present
      tree = [Int32](repeating: 0, count: ranks.count + 1)
      topBit = ranks.count == 0 ? 0 : 1 << (Int.bitWidth - 1 - ranks.count.leadingZeroBitCount)
    }

    private mutating func change(_ row: Int, by difference: Int32) {
      var place = Int(ranks[row]) + 1
      while place < tree.count {
        tree[place] &+= difference
        place += place & -place
      }
      count += Int(difference)
    }

    mutating func add(_ row: Int) { change(row, by: 1) }

    mutating func remove(_ row: Int) { change(row, by: -1) }

    mutating func removeAll(_ rows: Range<Int>) {
      for row in rows where present.isSet(row) { change(row, by: -1) }
    }

    /// Returns the rank of the value at a place of the order, from 0.
    func rank(at place: Int) -> Int {
      var left = Int32(truncatingIfNeeded: place)
      var rank = 0
      var bit = topBit
      while bit > 0 {
        let next = rank + bit
        if next < tree.count, tree[next] <= left {
          left -= tree[next]
          rank = next
        }
        bit >>= 1
      }
      return rank
    }
  }

  private let type: DataType
  private let share: Double

  init(_ type: DataType, share: Double) {
    self.type = type
    self.share = share
  }

  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    let column = arguments[0]
    let ranks = ValueRanks(column, present: present)
    let keys: [Int64] =
      switch column.values {
      case .floats(let floats): ranks.rows.map { FloatOrder.key(floats[Int($0)]) }
      default: column.gather(ranks.rows).ints
      }
    var tree = RankTree(ranks, present: present)
    var results: [(low: Int64, high: Int64, weight: Double)] = []
    results.reserveCapacity(frames.count)
    var validity = Bitmap(repeating: false, count: frames.count)
    let share = share
    try frames.slide(&tree, present) { (frame, tree) throws(FunctionError) in
      guard tree.count > 0 else { return }
      while results.count < frame { results.append((0, 0, 0)) }
      let position = share * Double(tree.count - 1)
      let below = min(Int(position), tree.count - 1)
      let weight = position - Double(below)
      let low = keys[tree.rank(at: below)]
      let isBetween = weight > 0 && below + 1 < tree.count
      let high = isBetween ? keys[tree.rank(at: below + 1)] : low
      results.append((low, high, isBetween ? weight : 0))
      validity[frame] = true
    }
    while results.count < frames.count { results.append((0, 0, 0)) }
    return QuantileAccumulator.column(type, results, validity)
  }
}

/// Finds the most frequent value of frames, of several the smallest.
///
/// - Complexity: O(log *d*) a row that enters or leaves; *d* distinct values.
struct FramedMode: FramedAggregate {
  /// A tournament of ranks: each inner node holds the more frequent of its two children's, of equal
  /// ones the lower.
  private struct Tournament: FrameState {
    let ranks: [Int32]
    let present: Bitmap?
    let leafCount: Int
    var counts: [Int32]
    /// Node 1 is the root, the children of *i* are 2*i* and 2*i* + 1, leaves stand last.
    var winners: [Int32]

    init(_ ranks: ValueRanks, present: Bitmap?) {
      self.ranks = ranks.ranks
      self.present = present
      var leaves = 1
      while leaves < ranks.count { leaves *= 2 }
      leafCount = leaves
      counts = [Int32](repeating: 0, count: leaves)
      winners = (0..<2 * leaves).map { $0 >= leaves ? Int32(truncatingIfNeeded: $0 - leaves) : 0 }
      for node in (1..<leaves).reversed() { winners[node] = winners[2 * node] }
    }

    private mutating func change(_ row: Int, by difference: Int32) {
      let rank = Int(ranks[row])
      counts[rank] &+= difference
      var node = (leafCount + rank) >> 1
      while node > 0 {
        let left = winners[2 * node]
        let right = winners[2 * node + 1]
        winners[node] = counts[Int(right)] > counts[Int(left)] ? right : left
        node >>= 1
      }
    }

    mutating func add(_ row: Int) { change(row, by: 1) }

    mutating func remove(_ row: Int) { change(row, by: -1) }

    mutating func removeAll(_ rows: Range<Int>) {
      for row in rows where present.isSet(row) { change(row, by: -1) }
    }

    /// The rank of the most frequent value; nil where there is none.
    var winner: Int? {
      let winner = Int(winners.count > 1 ? winners[1] : 0)
      return counts[winner] > 0 ? winner : nil
    }
  }

  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    let column = arguments[0].withFoldedFloats
    let ranks = ValueRanks(column, present: present)
    var tournament = Tournament(ranks, present: present)
    var rows = [Int32](repeating: -1, count: frames.count)
    try frames.slide(&tournament, present) { (frame, tournament) throws(FunctionError) in
      if let winner = tournament.winner { rows[frame] = ranks.rows[winner] }
    }
    return column.gather(orNull: rows)
  }
}
