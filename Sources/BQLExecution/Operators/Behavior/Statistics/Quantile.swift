/// Computes exact quantiles.
package enum Quantile {
  /// Returns the quantile at `p` (0…1) of the numbers in `range`.
  ///
  /// Linear interpolation between the two nearest order statistics: with the *n* numbers sorted,
  /// `h = p · (n − 1)` and the result is `x[⌊h⌋] + (h − ⌊h⌋) · (x[⌊h⌋ + 1] − x[⌊h⌋])`, rounded
  /// to the nearest integer, ties to the even one. Source: R. J. Hyndman, Y. Fan, definition 7,
  /// *The American Statistician* 50(4), 1996, doi:10.1080/00031305.1996.10473566.
  ///
  /// nil where `range` is empty. O(*n*) time at worst, whatever the order of the numbers.
  package static func linear(_ values: [Int64], in range: Range<Int>, at p: Double) -> Int64? {
    precondition(p >= 0 && p <= 1, "a quantile stands between 0 and 1")
    guard !range.isEmpty else { return nil }
    let position = p * Double(range.count - 1)
    let lower = min(Int(position), range.count - 1)
    let fraction = position - Double(lower)
    let (low, next) = orderStatistics(values[range], lower)
    guard fraction > 0, let next else { return low }
    let offset = ((Double(next) - Double(low)) * fraction).rounded(.toNearestOrEven)
    return low.addingReportingOverflow(Int64(exactly: offset) ?? 0).partialValue
  }

  /// The number of buckets of one counting pass; below as many numbers, sorting is faster.
  private static let bucketBits = 11

  /// Returns the number of `rank` (0 = smallest) and the one of the rank after it, nil at the
  /// end.
  ///
  /// Counts the numbers in 2¹¹ buckets between the smallest and the largest and goes on with the
  /// bucket that holds the rank; six passes narrow any 64 bits to one number.
  private static func orderStatistics(
    _ values: ArraySlice<Int64>,
    _ rank: Int
  ) -> (Int64, next: Int64?) {
    var candidates = values
    var rank = rank
    // The smallest number above the bucket at hand.
    var above: Int64?
    while candidates.count > 1 << bucketBits {
      var (smallest, largest) = (Int64.max, Int64.min)
      for value in candidates {
        smallest = min(smallest, value)
        largest = max(largest, value)
      }
      let spread = UInt64(bitPattern: largest &- smallest)
      let shift = UInt64(max(0, 64 - spread.leadingZeroBitCount - bucketBits))
      func bucket(_ value: Int64) -> Int {
        Int(truncatingIfNeeded: UInt64(bitPattern: value &- smallest) &>> shift)
      }
      var counts = [Int](repeating: 0, count: 1 << bucketBits)
      for value in candidates { counts[bucket(value)] += 1 }
      var target = 0
      while rank >= counts[target] {
        rank -= counts[target]
        target += 1
      }
      // Only where the bucket's last number is asked for does the next one matter.
      if rank == counts[target] - 1 {
        for value in candidates where bucket(value) > target { above = min(above ?? value, value) }
      }
      if shift == 0 {
        let value = Int64(bitPattern: UInt64(bitPattern: smallest) &+ UInt64(target))
        return (value, rank < counts[target] - 1 ? value : above)
      }
      candidates = candidates.filter { bucket($0) == target }[...]
    }
    let sorted = candidates.sorted()
    return (sorted[rank], rank + 1 < sorted.count ? sorted[rank + 1] : above)
  }
}
