import BQLColumnar
import BQLModels
import Glibc

/// Compares two proportions: their difference, its interval, and how surprising it is.
///
/// The interval is Newcombe's hybrid of the two Wilson intervals at 95 %; the p-value is that of the
/// two-sided z-test with the pooled proportion.
///
/// Source: R. G. Newcombe, *Statistics in Medicine* 17(8), 1998, method 10,
/// doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
package struct ProportionDifference: Hashable, Sendable {
  /// The first proportion less the second, −1…1, and its interval.
  package let difference: Double
  package let low: Double
  package let high: Double
  /// 1 where both proportions are 0, or both 1.
  package let pValue: Double

  /// Compares `first` of `firstTrials` with `second` of `secondTrials`; nil where either had none.
  package init?(_ first: Int, of firstTrials: Int, _ second: Int, of secondTrials: Int) {
    guard let own = WilsonInterval(successes: first, trials: firstTrials),
      let other = WilsonInterval(successes: second, trials: secondTrials)
    else { return nil }
    let (n, m) = (Double(firstTrials), Double(secondTrials))
    let (p, q) = (Double(first) / n, Double(second) / m)
    difference = p - q
    low =
      difference
      - ((p - own.low) * (p - own.low) + (other.high - q) * (other.high - q))
      .squareRoot()
    high =
      difference
      + ((own.high - p) * (own.high - p) + (q - other.low) * (q - other.low))
      .squareRoot()
    let pooled = Double(first + second) / (n + m)
    let variance = pooled * (1 - pooled) * (1 / n + 1 / m)
    pValue = variance > 0 ? erfc(abs(difference) / (2 * variance).squareRoot()) : 1
  }

  /// Returns the false discovery rate at which each of several tests would be reported.
  package static func qValues(_ pValues: [Double]) -> [Double] {
    FalseDiscovery.qValues(pValues).compactMap { $0 }
  }

  /// Returns the cells `a, b, pct_a, pct_b, pct_difference, ci_low, ci_high, q_value` of each pair of
  /// counts, out of so many each.
  static func compared(_ pairs: [(Int, Int)], _ firstAll: Int, _ secondAll: Int) -> [[Value]] {
    let found = pairs.map { ProportionDifference($0.0, of: firstAll, $0.1, of: secondAll) }
    let qValues = qValues(found.compactMap { $0?.pValue })
    return pairs.enumerated().map { index, pair in
      let counts: [Value] = [
        .int(Int64(pair.0)), .int(Int64(pair.1)),
        firstAll == 0 ? .null : .float(Double(pair.0) / Double(firstAll) * 100),
        secondAll == 0 ? .null : .float(Double(pair.1) / Double(secondAll) * 100),
      ]
      // Either both groups have members, and every pair compares, or none does.
      guard let own = found[index] else { return counts + [.null, .null, .null, .null] }
      return counts + [
        .float(own.difference * 100), .float(own.low * 100), .float(own.high * 100),
        .float(qValues[index]),
      ]
    }
  }
}
