import Glibc

/// Draws options of boosting to be tried.
///
/// | option | drawn from |
/// | --- | --- |
/// | `rate` | 0.02 … 0.2, even in its logarithm |
/// | `leaves` | 4 … 127, even in its logarithm |
/// | `minimumRows` | 5 … 200, even in its logarithm |
/// | `l2` | 0.001 … 30, even in its logarithm |
/// | `l1` | 0 half of the time, else as `l2` up to 10 |
/// | `rowShare` | 0.5 … 1 |
/// | `columnShare` | 0.3 … 1 |
///
/// What else there is stays as it was. The first candidate is the options as they were.
package enum BoostingSpace {
  /// Returns `count` candidates; the same ones for a seed, and of more candidates the first ones.
  package static func candidates(
    _ count: Int,
    around options: BoostingOptions,
    seed: UInt64
  ) -> [BoostingOptions] {
    (0..<max(count, 0)).map { number in
      if number == 0 { return options }
      var random = SeededStream(seed: seed, stream: UInt64(number))
      var drawn = options
      drawn.rate = even(0.02, 0.2, &random)
      drawn.leaves = Int(even(4, 127, &random).rounded())
      drawn.minimumRows = Int(even(5, 200, &random).rounded())
      drawn.l2 = even(0.001, 30, &random)
      let l1 = even(0.001, 10, &random)
      drawn.l1 = random.below(2) == 0 ? 0 : l1
      drawn.rowShare = 0.5 + 0.5 * random.uniform()
      drawn.columnShare = 0.3 + 0.7 * random.uniform()
      return drawn
    }
  }

  private static func even(
    _ lowest: Double,
    _ highest: Double,
    _ random: inout SeededStream
  ) -> Double {
    lowest * exp(random.uniform() * log(highest / lowest))
  }
}
