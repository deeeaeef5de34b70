/// Holds Wilson's score interval of a proportion.
///
/// For `p = successes / trials` and the standard normal quantile `z`:
/// `(p + z²/2n ± z · √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)`. It stays within 0…1 and is sound at
/// small *n* and at proportions of 0 and 1.
///
/// Source: E. B. Wilson, *JASA* 22(158), 1927, doi:10.1080/01621459.1927.10502953.
package struct WilsonInterval: Hashable, Sendable {
  /// 0…1.
  package let low: Double
  /// 0…1.
  package let high: Double

  /// The standard normal's 97.5 % quantile: a two-sided interval of 95 %.
  package static let z95 = 1.959963984540054

  /// Estimates the interval of `successes` (0…`trials`) out of `trials`; nil for no trials.
  package init?(successes: Int, trials: Int, z: Double = z95) {
    guard trials > 0 else { return nil }
    precondition((0...trials).contains(successes), "successes are trials")
    let n = Double(trials)
    let p = Double(successes) / n
    let squared = z * z
    let center = p + squared / (2 * n)
    let half = z * (p * (1 - p) / n + squared / (4 * n * n)).squareRoot()
    let scale = 1 + squared / n
    // Exactly 0 and 1 at the ends, where rounding would leave a trace.
    low = successes == 0 ? 0 : max(0, (center - half) / scale)
    high = successes == trials ? 1 : min(1, (center + half) / scale)
  }
}
