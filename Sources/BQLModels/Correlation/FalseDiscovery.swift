/// Controls how many of the findings of many tests are false.
package enum FalseDiscovery {
  /// Returns for each p-value the false discovery rate at which its test would be reported.
  ///
  /// `q₍ᵢ₎ = min_{j ≥ i} m p₍ⱼ₎ / j` over the `m` tests that have a p-value; nil stays nil, NaN counts
  /// as none.
  ///
  /// - Complexity: O(*m* log *m*).
  ///
  /// Source: Y. Benjamini, Y. Hochberg, *JRSS B* 57(1), 1995,
  /// doi:10.1111/j.2517-6161.1995.tb02031.x.
  package static func qValues(_ pValues: [Double?]) -> [Double?] {
    var qValues = [Double?](repeating: nil, count: pValues.count)
    let tests = pValues.enumerated().compactMap { index, pValue -> (p: Double, index: Int)? in
      guard let pValue, !pValue.isNaN else { return nil }
      return (pValue, index)
    }
    var least = 1.0
    for (rank, test) in tests.sorted(by: { ($0.p, $0.index) < ($1.p, $1.index) })
      .enumerated().reversed()
    {
      least = min(least, test.p * Double(tests.count) / Double(rank + 1))
      qValues[test.index] = least
    }
    return qValues
  }
}
