import Glibc

/// Computes the chi-squared distribution.
package enum ChiSquared {
  /// Returns the probability of `statistic` or more, of so many degrees of freedom (1 or more).
  ///
  /// With `h = statistic / 2` and an even number of degrees `2k` it is `e⁻ʰ Σ_{i < k} hⁱ / i!`, with
  /// an odd one `2k + 1` it is `erfc √h + e⁻ʰ Σ_{1 ≤ i ≤ k} hⁱ⁻¹ᐟ² / Γ(i + 1/2)`. O(degrees) time.
  ///
  /// Source: NIST Digital Library of Mathematical Functions, 8.4.6 and 8.8.6.
  package static func upperTail(_ statistic: Double, degrees: Int) -> Double {
    precondition(degrees >= 1, "a chi-squared variable has degrees of freedom")
    guard statistic > 0 else { return 1 }
    let half = statistic / 2
    let isOdd = degrees % 2 == 1
    // Terms in logarithms: the power may be large where the exponential is small.
    var logTerm = isOdd ? 0.5 * log(half) - log(Double.pi.squareRoot() / 2) : 0
    var sum = isOdd ? erfc(half.squareRoot()) : 0
    let count = degrees / 2
    for index in 0..<count {
      sum += exp(logTerm - half)
      logTerm += log(half) - log(Double(index) + (isOdd ? 1.5 : 1))
    }
    return min(1, sum)
  }
}
