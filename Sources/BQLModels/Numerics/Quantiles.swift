import BQLColumnar

/// Computes quantiles and sorts by value.
package enum Quantiles {
  /// Returns the numbers that are not NaN in ascending order.
  ///
  /// - Complexity: O(*n*): digit by digit.
  package static func sorted(_ values: [Double]) -> [Double] {
    var keys: [Int64] = []
    keys.reserveCapacity(values.count)
    for value in values where !value.isNaN { keys.append(key(value)) }
    RadixSort.sort(&keys)
    return keys.map(value(of:))
  }

  /// Interpolates the quantile at `share`, `0...1`, of ascending numbers; nil of none.
  ///
  /// `x[⌊h⌋] + (h − ⌊h⌋)(x[⌊h⌋ + 1] − x[⌊h⌋])` with `h = (n − 1) · share`: type 7 of Hyndman and
  /// Fan, which NumPy has as its own.
  ///
  /// Source: R. J. Hyndman, Y. Fan, *The American Statistician* 50(4), 1996,
  /// doi:10.1080/00031305.1996.10473566.
  package static func quantile(_ sorted: [Double], _ share: Double) -> Double? {
    guard let last = sorted.last else { return nil }
    let place = Double(sorted.count - 1) * min(max(share, 0), 1)
    let below = Int(place)
    guard below + 1 < sorted.count else { return last }
    let (low, high) = (sorted[below], sorted[below + 1])
    // Equal infinities have no difference.
    return low == high ? low : low + (place - Double(below)) * (high - low)
  }

  /// Returns the median of the numbers that are not NaN; nil where there are none.
  package static func median(_ values: [Double]) -> Double? {
    quantile(sorted(values), 0.5)
  }

  /// Returns the order of rows by ascending value, equal values in row order; NaN come last.
  ///
  /// - Precondition: Fewer than 2³¹ values.
  package static func order(_ values: [Double]) -> [Int32] {
    precondition(values.count <= Int(Int32.max), "rows are numbered by 32 bits")
    var order = values.indices.map { Int32(truncatingIfNeeded: $0) }
    RadixSort.sort(&order, by: values.map(key))
    return order
  }

  /// Returns an integer that ascends with the number; both zeros are one, every NaN is the last.
  private static func key(_ value: Double) -> Int64 {
    if value.isNaN { return .max }
    let bits = Int64(bitPattern: (value + 0).bitPattern)
    return bits < 0 ? bits ^ .max : bits
  }

  private static func value(of key: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: key < 0 ? key ^ .max : key))
  }
}
