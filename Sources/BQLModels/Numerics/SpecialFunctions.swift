import Glibc

/// Computes what tail probabilities are made of.
package enum SpecialFunctions {
  /// Returns the regularised incomplete beta function `I_x(a, b)`, `a, b > 0`.
  ///
  /// By its continued fraction, on the side of the mean where that converges fast; x is clamped to
  /// 0…1, and NaN gives NaN.
  ///
  /// - Complexity: O(√max(*a*, *b*)) terms.
  ///
  /// Source: W. H. Press et al., *Numerical Recipes*, 3rd ed., 6.4; NIST DLMF 8.17.22.
  package static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard !x.isNaN, a > 0, b > 0 else { return .nan }
    let x = min(max(x, 0), 1)
    return incompleteBeta(x, 1 - x, log(x), log1p(-x), a, b)
  }

  /// Returns the two-sided tail probability of Student's t with `freedom` degrees of freedom.
  ///
  /// `P(|T| ≥ |t|) = I_{ν / (ν + t²)}(ν / 2, 1 / 2)`; 0 at infinity, NaN for NaN.
  package static func studentTails(_ t: Double, freedom: Double) -> Double {
    guard !t.isNaN, freedom > 0 else { return .nan }
    let ratio = t * t / freedom
    guard ratio.isFinite else { return 0 }
    let logOne = log1p(ratio)
    return incompleteBeta(
      1 / (1 + ratio),
      ratio / (1 + ratio),
      -logOne,
      ratio > 0 ? log(ratio) - logOne : -.infinity,
      freedom / 2,
      0.5
    )
  }

  /// Returns the upper tail `Q(a, x) = Γ(a, x) / Γ(a)` of the gamma distribution, `a > 0`.
  ///
  /// `P(χ²_ν ≥ x) = Q(ν / 2, x / 2)`. The series below `a + 1`, the continued fraction above.
  ///
  /// Source: NIST DLMF 8.11.4, 8.9.2.
  package static func gammaTail(_ a: Double, _ x: Double) -> Double {
    guard !x.isNaN, a > 0 else { return .nan }
    guard x > 0 else { return 1 }
    guard x.isFinite else { return 0 }
    let scale = exp(a * log(x) - x - logGamma(a))
    if x < a + 1 {
      var term = 1 / a
      var sum = term
      var n = a
      for _ in 0..<maximumTerms {
        n += 1
        term *= x / n
        sum += term
        if term < sum * 1e-17 { break }
      }
      return min(max(1 - scale * sum, 0), 1)
    }
    var b = x + 1 - a
    var c = 1 / tiny
    var d = 1 / b
    var fraction = d
    for i in 1..<maximumTerms {
      let step = -Double(i) * (Double(i) - a)
      b += 2
      d = 1 / nonzero(step * d + b)
      c = nonzero(b + step / c)
      fraction *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return min(max(scale * fraction, 0), 1)
  }

  private static let maximumTerms = 100_000
  private static let tiny = 1e-300

  private static func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }

  private static func incompleteBeta(
    _ x: Double,
    _ y: Double,
    _ logX: Double,
    _ logY: Double,
    _ a: Double,
    _ b: Double
  ) -> Double {
    if x <= 0 { return 0 }
    if y <= 0 { return 1 }
    let front = exp(a * logX + b * logY - logBeta(a, b))
    if x < (a + 1) / (a + b + 2) { return min(front * betaFraction(x, a, b) / a, 1) }
    return max(1 - front * betaFraction(y, b, a) / b, 0)
  }

  private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var fraction = d
    for i in 1..<maximumTerms {
      let m = Double(i)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonzero(1 + even * d)
      c = nonzero(1 + even / c)
      fraction *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonzero(1 + odd * d)
      c = nonzero(1 + odd / c)
      fraction *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return fraction
  }

  /// Large arguments cancel in `lnΓ(a) − lnΓ(a + b)`: Stirling's series keeps the digits.
  private static func logBeta(_ a: Double, _ b: Double) -> Double {
    let (small, large) = (min(a, b), max(a, b))
    guard large >= 20 else { return logGamma(a) + logGamma(b) - logGamma(a + b) }
    let sum = large + small
    let difference =
      (sum - 0.5) * log1p(small / large) + small * log(large) - small
      + stirlingRest(sum) - stirlingRest(large)
    return logGamma(small) - difference
  }

  /// `lnΓ(x) − ((x − ½) ln x − x + ½ ln 2π)`, `x >= 20`.
  private static func stirlingRest(_ x: Double) -> Double {
    let square = 1 / (x * x)
    return (1 / 12.0 - square * (1 / 360.0 - square * (1 / 1260.0 - square / 1680))) / x
  }

  private static func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    // The C function writes the sign of Γ(x), positive here, through the pointer.
    return unsafe lgamma_r(x, &sign)
  }
}
