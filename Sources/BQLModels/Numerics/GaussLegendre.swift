import Glibc

/// Integrates polynomials over `0...1` exactly, but for rounding.
struct GaussLegendre: Hashable, Sendable {
  /// In `(0, 1)`, ascending.
  let points: [Double]
  /// They sum to 1.
  let weights: [Double]

  /// Finds the points of the rule that is exact up to degree `2 count − 1`.
  ///
  /// Newton's method on the Legendre polynomial.
  ///
  /// - Complexity: O(*count*²).
  ///
  /// Source: W. H. Press et al., *Numerical Recipes*, 3rd ed., 4.6.1; NIST DLMF 3.5.
  init(_ count: Int) {
    let count = max(count, 1)
    var points = [Double](repeating: 0.5, count: count)
    var weights = [Double](repeating: 1, count: count)
    for index in 0..<(count + 1) / 2 {
      var x = cos(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        var (value, before) = (1.0, 0.0)
        for degree in 1...count {
          let n = Double(degree)
          (value, before) = (((2 * n - 1) * x * value - (n - 1) * before) / n, value)
        }
        slope = Double(count) * (x * value - before) / (x * x - 1)
        let step = value / slope
        x -= step
        if abs(step) < 1e-16 { break }
      }
      let weight = 1 / ((1 - x * x) * slope * slope)
      points[index] = (1 - x) / 2
      points[count - 1 - index] = (1 + x) / 2
      weights[index] = weight
      weights[count - 1 - index] = weight
    }
    self.points = points
    self.weights = weights
  }
}
