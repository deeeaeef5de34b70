import BQLColumnar

/// Holds rows prepared for logistic regression: columns of mean 0 and deviation 1, and a first one of
/// ones.
struct LogisticRows: Sendable {
  let rowCount: Int
  /// Columns with that of ones.
  let width: Int
  /// Row by row; shape `[rowCount * width]`.
  let values: [Double]
  let labels: [Double]
  /// They sum to 1.
  let weights: [Double]
  /// Of the columns behind that of ones; a deviation of 0 marks a constant column.
  let means: [Double]
  let deviations: [Double]
  let threads: Int
  let interruption: Interruption

  init(
    _ matrix: Matrix,
    _ labels: [Double],
    _ weights: [Double]?,
    threads: Int,
    _ interruption: Interruption
  ) throws(ModelError) {
    try matrix.checkForDistances()
    let rows = matrix.rowCount
    guard labels.count == rows else { throw .shape(expected: rows, found: labels.count) }
    if let row = labels.firstIndex(where: { $0 != 0 && $0 != 1 }) { throw .label(row: row) }
    let own = weights ?? [Double](repeating: 1, count: rows)
    guard own.count == rows else { throw .shape(expected: rows, found: own.count) }
    guard own.allSatisfy({ $0 >= 0 && $0 < Matrix.largest }) else { throw .weights }
    let total = own.reduce(0, +)
    guard total > 0, total.isFinite else { throw .weights }
    let scaled = own.map { $0 / total }
    let isSeen = [0.0, 1.0].map { label in
      labels.indices.contains { labels[$0] == label && scaled[$0] > 0 }
    }
    guard isSeen[0], isSeen[1] else { throw .oneClass }
    let columns = matrix.columnCount
    var means = [Double](repeating: 0, count: columns)
    var squares = means
    for row in 0..<rows {
      for column in 0..<columns { means[column] += scaled[row] * matrix[row, column] }
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let distance = matrix[row, column] - means[column]
        squares[column] += scaled[row] * distance * distance
      }
    }
    // What rounding leaves of a constant is no deviation.
    let deviations = zip(means, squares).map { mean, square in
      square.squareRoot() > 1e-13 * max(abs(mean), 1e-300) ? square.squareRoot() : 0
    }
    var values: [Double] = []
    values.reserveCapacity(rows * (columns + 1))
    for row in 0..<rows {
      values.append(1)
      for column in 0..<columns {
        let deviation = deviations[column]
        let distance = matrix[row, column] - means[column]
        values.append(deviation > 0 ? distance / deviation : 0)
      }
    }
    rowCount = rows
    width = columns + 1
    self.values = values
    self.labels = labels
    self.weights = scaled
    self.means = means
    self.deviations = deviations
    self.threads = threads
    self.interruption = interruption
  }

  /// Returns the mean loss at some coefficients.
  ///
  /// - Throws: ``ModelError/interrupted``; asked at every block of rows, as below.
  func loss(_ coefficients: [Double]) throws(ModelError) -> Double {
    let parts = try ParallelWork.map(
      count: RowBlocks.count(rowCount),
      threads: threads
    ) { (block) throws(ModelError) -> Double in
      try interruption.check()
      var sum = 0.0
      for row in RowBlocks.rows(block, of: rowCount) {
        let margin = margin(row, coefficients)
        sum += weights[row] * BoostingLoss.logistic.loss(margin: margin, label: labels[row])
      }
      return sum
    }
    return parts.reduce(0, +)
  }

  /// Returns the gradient of the mean loss, and its second derivatives row by row.
  func derivatives(
    _ coefficients: [Double]
  ) throws(ModelError) -> (gradient: [Double], hessian: [Double]) {
    let width = width
    let parts = try ParallelWork.map(
      count: RowBlocks.count(rowCount),
      threads: threads
    ) { (block) throws(ModelError) -> [Double] in
      try interruption.check()
      // The gradient, and behind it the second derivatives.
      var sums = [Double](repeating: 0, count: width + width * width)
      var output = sums.mutableSpan
      let input = values.span
      for row in RowBlocks.rows(block, of: rowCount) {
        let share = BoostingLoss.sigmoid(margin(row, coefficients))
        let rest = weights[row] * (share - labels[row])
        let curve = weights[row] * share * (1 - share)
        let start = row &* width
        for i in 0..<width {
          let value = input[start &+ i]
          output[i] += rest * value
          let scaled = curve * value
          let line = width &+ i &* width
          for j in 0...i { output[line &+ j] += scaled * input[start &+ j] }
        }
      }
      return sums
    }
    let sums = BlockSums.combined(parts)
    var hessian = Array(sums[width...])
    for i in 0..<width {
      for j in 0..<i { hessian[j * width + i] = hessian[i * width + j] }
    }
    return (Array(sums[..<width]), hessian)
  }

  private func margin(_ row: Int, _ coefficients: [Double]) -> Double {
    var margin = 0.0
    let start = row &* width
    for column in 0..<width { margin += values[start &+ column] * coefficients[column] }
    return margin
  }
}
