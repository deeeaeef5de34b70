/// Runs Newton's steps from the coefficients of the fit before.
struct LogisticFit {
  private let rows: LogisticRows
  private var coefficients: [Double]

  private static let maximumSweeps = 10_000

  init(_ rows: LogisticRows) {
    self.rows = rows
    coefficients = [Double](repeating: 0, count: rows.width)
    let start = BoostingLoss.logistic.start(labels: rows.labels, weights: rows.weights)
    coefficients[0] = start
  }

  /// Returns the least penalty that leaves no coefficient, at the start.
  func largestPenalty(_ l1Share: Double) throws(ModelError) -> Double {
    let gradient = try rows.derivatives(coefficients).gradient
    return gradient.dropFirst().reduce(0) { max($0, abs($1)) } / l1Share
  }

  /// - Throws: ``ModelError/interrupted``.
  mutating func run(_ options: LogisticOptions) throws(ModelError) -> LogisticRegression {
    let l1 = options.penalty * options.l1Share
    let l2 = options.penalty * (1 - options.l1Share)
    var objective = try rows.loss(coefficients) + Self.penalty(coefficients, l1, l2)
    var isConverged = false
    var iterations = 0
    while iterations < options.maximumIterations, !isConverged {
      iterations += 1
      let next = try step(l1, l2)
      let moves = zip(next, coefficients).map { $0 - $1 }
      let largest = moves.reduce(0) { max($0, abs($1)) }
      guard largest.isFinite else { break }
      var factor = 1.0
      var tried = next
      var value = try rows.loss(tried) + Self.penalty(tried, l1, l2)
      // Near the minimum the objective is flat to the last digits.
      let slack = 1e-14 * max(abs(objective), 1)
      while !(value <= objective + slack), factor > 1e-10 {
        factor /= 2
        tried = zip(coefficients, moves).map { $0 + factor * $1 }
        value = try rows.loss(tried) + Self.penalty(tried, l1, l2)
      }
      guard value <= objective + slack else { break }
      coefficients = tried
      objective = value
      isConverged = largest <= options.tolerance
    }
    return LogisticRegression(
      rows,
      coefficients,
      penalty: options.penalty,
      iterations: iterations,
      isConverged: isConverged
    )
  }

  private static func penalty(_ coefficients: [Double], _ l1: Double, _ l2: Double) -> Double {
    coefficients.dropFirst().reduce(0) { $0 + l1 * abs($1) + l2 * $1 * $1 / 2 }
  }

  /// Returns the minimum of the penalised quadratic that touches the loss.
  private func step(_ l1: Double, _ l2: Double) throws(ModelError) -> [Double] {
    let width = rows.width
    let (gradient, hessian) = try rows.derivatives(coefficients)
    if l1 == 0, let solved = solve(gradient, hessian, l2) { return solved }
    var next = coefficients
    var slope = gradient
    for _ in 0..<Self.maximumSweeps {
      try rows.interruption.check()
      var largest = 0.0
      for j in 0..<width {
        let curve = hessian[j * width + j]
        guard curve > 1e-14 else { continue }
        let old = next[j]
        let free = curve * old - slope[j]
        let (own, ridge) = j == 0 ? (0, 0) : (l1, l2)
        let shrunk = free > own ? free - own : free < -own ? free + own : 0
        next[j] = shrunk / (curve + ridge)
        let move = next[j] - old
        if move == 0 { continue }
        for i in 0..<width { slope[i] += hessian[j * width + i] * move }
        largest = max(largest, abs(move))
      }
      if largest < 1e-13 { break }
    }
    return next
  }

  /// Solves the quadratic without L1; nil where it has no single minimum.
  private func solve(_ gradient: [Double], _ hessian: [Double], _ l2: Double) -> [Double]? {
    let width = rows.width
    var matrix = hessian
    var right = gradient.map { -$0 }
    for j in 0..<width {
      if j > 0 {
        matrix[j * width + j] += l2
        right[j] -= l2 * coefficients[j]
      }
      // A constant column is all zeros, and its coefficient stays 0.
      if hessian[j * width + j] == 0 { matrix[j * width + j] = 1 }
    }
    guard let lower = Cholesky.factor(matrix, size: width) else { return nil }
    for i in 0..<width {
      for k in 0..<i { right[i] -= lower[i * width + k] * right[k] }
      right[i] /= lower[i * width + i]
    }
    for i in stride(from: width - 1, through: 0, by: -1) {
      for k in i + 1..<max(width, i + 1) { right[i] -= lower[k * width + i] * right[k] }
      right[i] /= lower[i * width + i]
    }
    return zip(coefficients, right).map { $0 + $1 }
  }
}
