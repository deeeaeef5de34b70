import BQLColumnar
import BQLModels

/// Gives several measures of the same rows their intervals, each resample drawn once for all.
///
/// Between the percentiles 2.5 and 97.5 (type 7) over resamples of groups; resample `i` draws from
/// stream `i` of the seed, as ``BootstrapInterval`` does: the same numbers at any thread count.
///
/// Source: B. Efron, R. J. Tibshirani, *An Introduction to the Bootstrap*, 1993,
/// doi:10.1201/9780429246593.
struct ModelBootstrap: Sendable {
  /// Resamples of few rows, and of more than ``manyRows``.
  private static let resamples = 1_000
  private static let fewerResamples = 200
  private static let manyRows = 30_000

  /// How many resamples so many rows get.
  static func resamples(of rowCount: Int) -> Int {
    rowCount > manyRows ? fewerResamples : resamples
  }

  /// Returns the interval of each measure; nil where a measure has no answer.
  ///
  /// - `groups`: Rows of one number are drawn together; shape `[rows]`.
  /// - `measures`: Of how often each row was drawn.
  /// - Complexity: Resamples times O(*rows*) and the measures.
  static func intervals(
    groups: [Int32],
    seed: UInt64,
    _ context: ExecutionContext,
    _ measures: @Sendable ([Double]) -> [Double?]
  ) throws(ExecutionError) -> [(low: Double, high: Double)?] {
    var numbers: [Int32: Int32] = [:]
    let places = groups.map { group -> Int32 in
      if let number = numbers[group] { return number }
      let number = Int32(truncatingIfNeeded: numbers.count)
      numbers[group] = number
      return number
    }
    let count = numbers.count
    guard count > 0 else { return [] }
    let draws = resamples(of: groups.count)
    let found = try ParallelWork.map(
      count: draws,
      threads: context.threads
    ) { (index) throws(ExecutionError) -> [Double?] in
      try context.checkCancelled()
      var random = SeededStream(seed: seed, stream: UInt64(index))
      var drawn = [Double](repeating: 0, count: count)
      for _ in 0..<count { drawn[random.below(count)] += 1 }
      return measures(places.map { drawn[Int($0)] })
    }
    return (0..<(found.first?.count ?? 0)).map { measure in
      let sorted = Quantiles.sorted(found.compactMap { $0[measure] }.filter { !$0.isNaN })
      guard let low = Quantiles.quantile(sorted, 0.025),
        let high = Quantiles.quantile(sorted, 0.975)
      else { return nil }
      return (low, high)
    }
  }
}
