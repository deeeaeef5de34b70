/// Holds labelled rows from the highest score to the lowest, equal scores together.
///
/// Sorting once serves every measure of rank and every resample of a bootstrap. Rows of equal score
/// are never parted: what depends on their order has one answer.
package struct RankedScores: Hashable, Sendable {
  /// Rows by descending score; those of equal scores in row order.
  package let order: [Int32]
  /// Where each group of equal scores ends in ``order``.
  package let groupEnds: [Int32]
  /// Shape `[rows]`.
  package let scores: [Double]
  /// 1 of positives, 0 of others; shape `[rows]`.
  package let labels: [Double]

  package var rowCount: Int { scores.count }

  /// Sorts scores.
  ///
  /// - Parameters:
  ///   - scores: Any numbers but NaN; shape `[rows]`.
  ///   - labels: 0 or 1; shape `[rows]`.
  /// - Throws: ``ModelError/noRows``, ``ModelError/shape(expected:found:)``,
  ///   ``ModelError/notFinite(row:column:)`` at NaN, ``ModelError/label(row:)``,
  ///   ``ModelError/tooLarge`` from 2³¹ rows on.
  /// - Complexity: O(*n*).
  package init(scores: [Double], labels: [Double]) throws(ModelError) {
    guard !scores.isEmpty else { throw .noRows }
    guard scores.count < Int(Int32.max) else { throw .tooLarge }
    guard labels.count == scores.count else {
      throw .shape(expected: scores.count, found: labels.count)
    }
    for row in scores.indices {
      if scores[row].isNaN { throw .notFinite(row: row, column: 0) }
      if labels[row] != 0, labels[row] != 1 { throw .label(row: row) }
    }
    let order = Quantiles.order(scores.map { -$0 })
    var ends: [Int32] = []
    for place in order.indices.dropFirst()
    where scores[Int(order[place])] != scores[Int(order[place - 1])] {
      ends.append(Int32(truncatingIfNeeded: place))
    }
    ends.append(Int32(truncatingIfNeeded: order.count))
    self.order = order
    groupEnds = ends
    self.scores = scores
    self.labels = labels
  }

  /// Calls `body` for each group of equal scores, from the highest, with what its positives and its
  /// other rows weigh.
  ///
  /// - `weights`: Shape `[rows]`; nil where all weigh 1.
  @inline(__always)
  func forEachGroup(
    _ weights: [Double]?,
    _ body: (_ places: Range<Int>, _ positives: Double, _ others: Double) -> Void
  ) {
    var start = 0
    for end in groupEnds {
      var (positives, others) = (0.0, 0.0)
      for place in start..<Int(end) {
        let row = Int(order[place])
        let weight = weights?[row] ?? 1
        if labels[row] == 1 { positives += weight } else { others += weight }
      }
      body(start..<Int(end), positives, others)
      start = Int(end)
    }
  }

  /// Returns what positives and other rows weigh in all.
  func totals(_ weights: [Double]?) -> (positives: Double, others: Double) {
    var totals = (positives: 0.0, others: 0.0)
    for row in labels.indices {
      let weight = weights?[row] ?? 1
      if labels[row] == 1 { totals.positives += weight } else { totals.others += weight }
    }
    return totals
  }
}
