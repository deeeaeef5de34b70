import BQLModels
import Glibc

/// Expectation–maximisation as it is written down, with all responsibilities in memory; two columns.
struct PlainMixture {
  var weights: [Double]
  var means: [[Double]]
  /// Variance, covariance, variance.
  var covariances: [[Double]]
  var likelihood = 0.0

  init(_ rows: [[Double]], from start: [MixtureComponent], iterations: Int) {
    weights = start.map(\.weight)
    means = start.map(\.mean)
    covariances = start.map { [$0.covariance[0], $0.covariance[1], $0.covariance[3]] }
    for _ in 0..<iterations { maximize(rows, rows.map(shares)) }
    likelihood = rows.reduce(0) { $0 + log(densities($1).reduce(0, +)) } / Double(rows.count)
  }

  func densities(_ row: [Double]) -> [Double] {
    weights.indices.map { component in
      let (a, b, c) =
        (covariances[component][0], covariances[component][1], covariances[component][2])
      let determinant = a * c - b * b
      let (x, y) = (row[0] - means[component][0], row[1] - means[component][1])
      let square = (c * x * x - 2 * b * x * y + a * y * y) / determinant
      return weights[component] * exp(-square / 2) / (2 * Double.pi * determinant.squareRoot())
    }
  }

  func shares(_ row: [Double]) -> [Double] {
    let densities = densities(row)
    let total = densities.reduce(0, +)
    return densities.map { $0 / total }
  }

  private mutating func maximize(_ rows: [[Double]], _ shares: [[Double]]) {
    for component in weights.indices {
      let size = shares.reduce(0) { $0 + $1[component] }
      func mean(_ value: ([Double]) -> Double) -> Double {
        zip(rows, shares).reduce(0) { $0 + value($1.0) * $1.1[component] } / size
      }
      let (x, y) = (mean { $0[0] }, mean { $0[1] })
      weights[component] = size / Double(rows.count)
      means[component] = [x, y]
      covariances[component] = [
        mean { ($0[0] - x) * ($0[0] - x) } + 1e-6,
        mean { ($0[0] - x) * ($0[1] - y) },
        mean { ($0[1] - y) * ($0[1] - y) } + 1e-6,
      ]
    }
  }
}
