import BQLColumnar
import BQLPlanning

/// Holds the rows that a segmentation looks at, column by column.
struct SegmentInput: Sendable {
  /// Holds the memory of the columns.
  private let lease: MemoryLease
  let rowCount: Int
  /// What names the user; nil for a table's rows.
  let users: Column?
  /// Which rows take part.
  let isKept: [Bool]
  /// Which users bought anything; nil where that is not asked.
  let hasBought: [Bool]?
  /// What each row is worth, NaN where nothing tells; nil where nothing is known of any.
  let worth: [Double]?
  /// The type in which sums of worth are shown.
  let worthType: DataType
  let extra: Column?
  var names: [String]
  /// NaN where there is no value; one a feature, `[rowCount]` each.
  var features: [[Double]]

  /// Runs the query of a segmentation.
  init(_ rows: FeatureQuery, _ context: ExecutionContext, notes: inout [String])
    throws(ExecutionError)
  {
    let (relation, found) = try Executor.run(Optimizer.optimize(rows.plan), context)
    notes += found
    rowCount = relation.rowCount
    // Columns of numbers, scaled ones, and the matrix of both.
    lease = context.lease("segment")
    try lease.grow(by: relation.rowCount * (rows.features.count * 32 + 64))
    users = rows.user.map(relation.column)
    isKept =
      rows.isKept.flatMap { relation.column($0).truths }
      ?? [Bool](repeating: true, count: relation.rowCount)
    hasBought = rows.hasBought.flatMap { relation.column($0).truths }
    let worthColumn = rows.worth.map(relation.column)
    worthType = worthColumn?.type ?? .float
    worth = worthColumn?.numbers
    extra = rows.extra.map(relation.column)
    names = rows.featureNames
    features = ParallelWork.map(count: rows.features.count, threads: context.threads) { index in
      relation.column(rows.features[index]).numbers
        ?? [Double](repeating: .nan, count: relation.rowCount)
    }
  }

  /// Whether a row is to be grouped, its features aside.
  func isCandidate(_ row: Int) -> Bool {
    isKept[row] && (hasBought.map { $0[row] } ?? true)
  }

  /// Leaves out the features that are unknown for more than one row in ten of those to be grouped,
  /// and returns their names.
  mutating func dropSparse() -> [String] {
    let candidates = (0..<rowCount).filter(isCandidate)
    var dropped: [String] = []
    var kept: [Int] = []
    for (index, values) in features.enumerated() {
      let missing = candidates.count { values[$0].isNaN }
      if missing * 10 > candidates.count {
        dropped.append(names[index])
      } else {
        kept.append(index)
      }
    }
    names = kept.map { names[$0] }
    features = kept.map { features[$0] }
    return dropped
  }
}
