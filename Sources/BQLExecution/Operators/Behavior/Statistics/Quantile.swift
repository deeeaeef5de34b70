/// Computes exact quantiles.
package enum Quantile {
  /// Returns the quantile at `p` (0…1) of the numbers in `range`, reordering them.
  ///
  /// Linear interpolation between the two nearest order statistics: with the *n* numbers sorted,
  /// `h = p · (n − 1)` and the result is `x[⌊h⌋] + (h − ⌊h⌋) · (x[⌊h⌋ + 1] − x[⌊h⌋])`, rounded
  /// to the nearest integer, ties to the even one. Source: R. J. Hyndman, Y. Fan, definition 7,
  /// *The American Statistician* 50(4), 1996, doi:10.1080/00031305.1996.10473566.
  ///
  /// nil where `range` is empty. O(*n*) on average, O(*n* log *n*) at worst.
  package static func linear(
    _ values: inout [Int64],
    in range: Range<Int>,
    at p: Double
  ) -> Int64? {
    precondition(p >= 0 && p <= 1, "a quantile stands between 0 and 1")
    guard !range.isEmpty else { return nil }
    let position = p * Double(range.count - 1)
    let lower = min(Int(position), range.count - 1)
    let fraction = position - Double(lower)
    var span = values.mutableSpan
    let low = select(range.lowerBound + lower, in: range, &span)
    guard fraction > 0, lower + 1 < range.count else { return low }
    // What stands behind the selected number is not smaller: the least of it is the next.
    var next = Int64.max
    for index in (range.lowerBound + lower + 1)..<range.upperBound {
      next = min(next, span[index])
    }
    let difference = Double(next) - Double(low)
    let offset = Int64((difference * fraction).rounded(.toNearestOrEven))
    return low.addingReportingOverflow(offset).partialValue
  }

  /// Reorders `range` so that `target` holds the number that sorting would put there, what comes
  /// before it is not larger and what comes after it not smaller; returns the number.
  private static func select(
    _ target: Int,
    in range: Range<Int>,
    _ values: inout MutableSpan<Int64>
  ) -> Int64 {
    var low = range.lowerBound
    var high = range.upperBound
    // Each round halves the numbers on average; a bad run of pivots ends in sorting.
    var budget = 2 * (Int.bitWidth - range.count.leadingZeroBitCount)
    while high - low > 1 {
      if budget == 0 || high - low < 24 {
        sort(low..<high, &values)
        return values[target]
      }
      budget -= 1
      let pivot = median(values[low], values[(low + high) / 2], values[high - 1])
      // [low, less) < pivot, [less, index) == pivot, [greater, high) > pivot
      var less = low
      var index = low
      var greater = high
      while index < greater {
        let value = values[index]
        if value < pivot {
          values.swapAt(index, less)
          less += 1
          index += 1
        } else if value > pivot {
          greater -= 1
          values.swapAt(index, greater)
        } else {
          index += 1
        }
      }
      if target < less {
        high = less
      } else if target >= greater {
        low = greater
      } else {
        return pivot
      }
    }
    return values[target]
  }

  private static func median(_ a: Int64, _ b: Int64, _ c: Int64) -> Int64 {
    max(min(a, b), min(max(a, b), c))
  }

  /// Sorts `range`: insertion for a few numbers, the standard library's sort for many.
  private static func sort(_ range: Range<Int>, _ values: inout MutableSpan<Int64>) {
    if range.count >= 24 {
      var copy = range.map { values[$0] }
      copy.sort()
      for (offset, value) in copy.enumerated() { values[range.lowerBound + offset] = value }
      return
    }
    for index in range.dropFirst() {
      let value = values[index]
      var hole = index
      while hole > range.lowerBound, values[hole - 1] > value {
        values[hole] = values[hole - 1]
        hole -= 1
      }
      values[hole] = value
    }
  }
}
