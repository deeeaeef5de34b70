import BQLColumnar

/// Holds an estimate and the interval that its resamples fill.
package struct BootstrapInterval: Hashable, Sendable {
  /// Of the rows as they are.
  package let estimate: Double
  package let lower: Double
  package let upper: Double
  /// Resamples that had an answer: one without positives has no AUC.
  package let resamples: Int

  /// Estimates by drawing rows with replacement; nil where the rows as they are, or all resamples,
  /// have no answer.
  ///
  /// The interval is between the percentiles `(1 − level) / 2` and `(1 + level) / 2` (type 7) of the
  /// statistic over the resamples. Resample `i` draws from stream `i` of the seed: the same numbers
  /// at any thread count, and of two statistics the same resamples. The difference of two models is
  /// the statistic that takes one from the other on the same weights: the interval is then paired.
  ///
  /// - `rows`: The number of rows.
  /// - `groups`: Rows of one number are drawn together, such as the rows of one customer, which say
  ///   less than as many of different ones; `>= 0`, shape `[rows]`, nil to draw single rows.
  /// - `level`: In `(0, 1)`.
  /// - `statistic`: Of how often each row was drawn, shape `[rows]`; nil where it has no answer.
  /// - Throws: ``ModelError/noRows``, ``ModelError/shape(expected:found:)``,
  ///   ``ModelError/parameter(_:)``.
  /// - Complexity: `resamples` times O(*rows*) and the statistic.
  ///
  /// Source: B. Efron, R. J. Tibshirani, *An Introduction to the Bootstrap*, 1993,
  /// doi:10.1201/9780429246593.
  package static func estimate(
    rows: Int,
    groups: [Int32]? = nil,
    resamples: Int = 1000,
    level: Double = 0.95,
    seed: UInt64 = 1,
    threads: Int,
    _ statistic: @Sendable ([Double]) -> Double?
  ) throws(ModelError) -> BootstrapInterval? {
    guard rows > 0 else { throw .noRows }
    guard level > 0, level < 1 else { throw .parameter("level") }
    guard resamples >= 1 else { throw .parameter("resamples") }
    if let groups {
      guard groups.count == rows else { throw .shape(expected: rows, found: groups.count) }
      guard groups.allSatisfy({ $0 >= 0 }) else { throw .parameter("groups") }
    }
    guard let estimate = statistic([Double](repeating: 1, count: rows)) else { return nil }
    let (places, groupCount) = numbered(groups)
    let found = ParallelWork.map(count: resamples, threads: threads) { index -> [Double] in
      var random = SeededStream(seed: seed, stream: UInt64(index))
      let units = places == nil ? rows : groupCount
      var counts = [Double](repeating: 0, count: units)
      for _ in 0..<units { counts[random.below(units)] += 1 }
      let weights = places.map { places in places.map { counts[Int($0)] } } ?? counts
      return statistic(weights).map { $0.isNaN ? [] : [$0] } ?? []
    }
    let sorted = Quantiles.sorted(found.flatMap { $0 })
    guard let lower = Quantiles.quantile(sorted, (1 - level) / 2),
      let upper = Quantiles.quantile(sorted, (1 + level) / 2)
    else { return nil }
    return BootstrapInterval(
      estimate: estimate,
      lower: lower,
      upper: upper,
      resamples: sorted.count
    )
  }

  /// Numbers groups from 0 without gaps, in the order in which they appear.
  private static func numbered(_ groups: [Int32]?) -> (places: [Int32]?, count: Int) {
    guard let groups else { return (nil, 0) }
    var numbers: [Int32: Int32] = [:]
    let places = groups.map { group in
      if let number = numbers[group] { return number }
      let number = Int32(truncatingIfNeeded: numbers.count)
      numbers[group] = number
      return number
    }
    return (places, numbers.count)
  }
}
