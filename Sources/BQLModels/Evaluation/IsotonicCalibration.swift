/// Turns scores into probabilities by the rising step function nearest to the labels, in squares.
///
/// Pool-adjacent-violators over the mean label of each different score; between the points kept the
/// probability is interpolated, and beyond them it stays as it is at the end: scikit-learn's
/// `IsotonicRegression` with `out_of_bounds="clip"`.
///
/// Source: R. E. Barlow et al., *Statistical Inference under Order Restrictions*, 1972; B. Zadrozny,
/// C. Elkan, *KDD* 2002, doi:10.1145/775047.775151.
package struct IsotonicCalibration: Hashable, Sendable {
  /// Scores of the points, strictly ascending.
  package let scores: [Double]
  /// What they become, never falling.
  package let values: [Double]

  /// Fits labels, which may be any numbers, to scores.
  ///
  /// - `weights`: `>= 0`; rows of weight 0 are left out; nil where all weigh 1.
  /// - Throws: ``ModelError/noRows``, ``ModelError/shape(expected:found:)``,
  ///   ``ModelError/notFinite(row:column:)`` (column 0 scores, 1 labels), ``ModelError/weights``.
  /// - Complexity: O(*n*).
  package init(
    scores: [Double],
    labels: [Double],
    weights: [Double]? = nil
  ) throws(ModelError) {
    guard !scores.isEmpty else { throw .noRows }
    try CalibrationRows.check(scores, labels, weights)
    var points: [(score: Double, value: Double, weight: Double)] = []
    for index in Quantiles.order(scores) {
      let row = Int(index)
      let weight = weights?[row] ?? 1
      if weight == 0 { continue }
      if let last = points.last, last.score == scores[row] {
        points[points.count - 1].value += weight * labels[row]
        points[points.count - 1].weight += weight
      } else {
        points.append((scores[row], weight * labels[row], weight))
      }
    }
    // Blocks of points of one value: sums, weights, and where they end.
    var blocks: [(sum: Double, weight: Double, end: Int)] = []
    for (place, point) in points.enumerated() {
      blocks.append((point.value, point.weight, place + 1))
      while blocks.count > 1 {
        let (left, right) = (blocks[blocks.count - 2], blocks[blocks.count - 1])
        guard left.sum / left.weight >= right.sum / right.weight else { break }
        blocks.removeLast()
        blocks[blocks.count - 1] = (left.sum + right.sum, left.weight + right.weight, right.end)
      }
    }
    var (keptScores, keptValues) = ([Double](), [Double]())
    var start = 0
    for block in blocks {
      let value = block.sum / block.weight
      for place in block.end - start > 1 ? [start, block.end - 1] : [start] {
        keptScores.append(points[place].score)
        keptValues.append(value)
      }
      start = block.end
    }
    self.scores = keptScores
    values = keptValues
  }

  init(scores: [Double], values: [Double]) {
    self.scores = scores
    self.values = values
  }

  /// Returns the calibrated value of a score; NaN for NaN.
  ///
  /// - Complexity: O(log *points*).
  package func value(of score: Double) -> Double {
    guard !score.isNaN, let first = scores.first, let last = scores.last else { return .nan }
    if score <= first { return values[0] }
    if score >= last { return values[values.count - 1] }
    var (low, high) = (0, scores.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if scores[middle] <= score { low = middle } else { high = middle }
    }
    let share = (score - scores[low]) / (scores[high] - scores[low])
    return values[low] + share * (values[high] - values[low])
  }
}

/// Refuses rows that nothing can be calibrated by.
enum CalibrationRows {
  static func check(
    _ scores: [Double],
    _ labels: [Double],
    _ weights: [Double]?
  ) throws(ModelError) {
    guard labels.count == scores.count else {
      throw .shape(expected: scores.count, found: labels.count)
    }
    guard scores.count < Int(Int32.max) else { throw .tooLarge }
    for row in scores.indices {
      if !(abs(scores[row]) < Matrix.largest) { throw .notFinite(row: row, column: 0) }
      if !(abs(labels[row]) < Matrix.largest) { throw .notFinite(row: row, column: 1) }
    }
    guard let weights else { return }
    guard weights.count == scores.count else {
      throw .shape(expected: scores.count, found: weights.count)
    }
    guard weights.allSatisfy({ $0 >= 0 && $0 < Matrix.largest }),
      weights.contains(where: { $0 > 0 })
    else { throw .weights }
  }
}
