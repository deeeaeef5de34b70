/// Computes exact quantiles.
package enum Quantile {
  /// Returns the quantiles at `ps` (each 0…1) of `values`, one for each of `ps`.
  ///
  /// Linear interpolation between the two nearest order statistics: with the *n* numbers sorted,
  /// `h = p · (n − 1)` and the result is `x[⌊h⌋] + (h − ⌊h⌋) · (x[⌊h⌋ + 1] − x[⌊h⌋])`, rounded
  /// to the nearest integer, ties to the even one. Source: R. J. Hyndman, Y. Fan, definition 7,
  /// *The American Statistician* 50(4), 1996, doi:10.1080/00031305.1996.10473566.
  ///
  /// nil where there are no values. A number counts for `unit` times its amount; what is past
  /// the largest Int64 is that. O(*n*) time at worst, whatever the order of the numbers, and none of
  /// *n* where `isSorted` says that they ascend.
  package static func linear(
    _ values: Span<some FixedWidthInteger & Sendable>,
    at ps: [Double],
    unit: Int64 = 1,
    isSorted: Bool = false
  ) -> [Int64?] {
    guard !values.isEmpty else { return ps.map { _ in nil } }
    let last = values.count - 1
    let positions = ps.map { p in
      precondition(p >= 0 && p <= 1, "a quantile stands between 0 and 1")
      return p * Double(last)
    }
    let ranks = positions.flatMap { position in
      let lower = min(Int(position), last)
      return [lower, min(lower + 1, last)]
    }
    let numbers =
      isSorted ? ranks.map { values[$0] } : OrderStatistics.values(of: ranks, in: values)
    let found = numbers.map { scaled($0, unit) }
    return positions.enumerated().map { index, position in
      interpolated(
        found[2 * index],
        found[2 * index + 1],
        fraction: position - Double(ranks[2 * index])
      )
    }
  }

  /// Returns the number so far between two neighbours in rank; see ``linear(_:at:unit:)``.
  static func interpolated(_ low: Int64, _ next: Int64, fraction: Double) -> Int64 {
    guard fraction > 0 else { return low }
    let offset = ((Double(next) - Double(low)) * fraction).rounded(.toNearestOrEven)
    return low.addingReportingOverflow(Int64(exactly: offset) ?? 0).partialValue
  }

  static func scaled(_ value: some FixedWidthInteger, _ unit: Int64) -> Int64 {
    let (product, overflow) = Int64(clamping: value).multipliedReportingOverflow(by: unit)
    return overflow ? (value < 0 ? .min : .max) : product
  }
}

/// Finds the numbers of given ranks without sorting all.
enum OrderStatistics {
  /// Below this many numbers, sorting is faster than counting.
  private static let sortedCount = 1 << 11
  /// The buckets between a power of two and the next are 2 to this power.
  private static let octaveBits = 5

  /// Returns, for each of `ranks` (0 = smallest, below the number of `values`, ascending or not),
  /// the number that stands there once `values` are sorted.
  ///
  /// Counts the numbers in buckets that are the wider the further they lie from the smallest, and
  /// goes on with the buckets that hold a rank: most durations are short and a few very long, so that
  /// buckets of one width would hold nearly all in one. Each pass makes the range 2⁵ times narrower.
  static func values<Number: FixedWidthInteger>(
    of ranks: [Int],
    in values: Span<Number>
  ) -> [Number] {
    guard values.count > sortedCount else {
      var sorted: [Number] = []
      sorted.reserveCapacity(values.count)
      for index in values.indices { sorted.append(values[index]) }
      sorted.sort()
      return ranks.map { sorted[$0] }
    }
    var smallest = Number.max
    for index in values.indices { smallest = min(smallest, values[index]) }
    let counts = counts(values, smallest)

    // The bucket of each rank, and the rank within it.
    let places = ranks.map { rank in
      var rank = rank
      var bucket = 0
      while rank >= counts[bucket] {
        rank -= counts[bucket]
        bucket += 1
      }
      return (bucket: bucket, rank: rank)
    }
    var found = [Number](repeating: 0, count: ranks.count)
    for bucket in Set(places.map(\.bucket)) {
      if let offset: Number = onlyOffset(bucket) {
        for index in places.indices where places[index].bucket == bucket {
          found[index] = smallest &+ offset
        }
        continue
      }
      let members = members(values, smallest, bucket, count: counts[bucket])
      let asked = places.indices.filter { places[$0].bucket == bucket }
      let answers = Self.values(of: asked.map { places[$0].rank }, in: members.span)
      for (index, answer) in zip(asked, answers) { found[index] = answer }
    }
    return found
  }

  /// The bucket of a number: the first bits of its distance from the smallest as a Double, plus 1
  /// lest the exponent be negative.
  @inline(__always)
  private static func bucket<Number: FixedWidthInteger>(
    _ value: Number,
    _ smallest: Number
  ) -> Int {
    let offset =
      UInt64(truncatingIfNeeded: value &- smallest)
      & (UInt64.max >> UInt64(64 - Number.bitWidth))
    let bits = (Double(offset) + 1).bitPattern &>> UInt64(52 - octaveBits)
    return Int(truncatingIfNeeded: bits) &- (1_023 << octaveBits)
  }

  /// How far the numbers of a bucket are from the smallest, where all are equally far.
  private static func onlyOffset<Number: FixedWidthInteger>(_ bucket: Int) -> Number? {
    guard bucket < (octaveBits + 1) << octaveBits else { return nil }
    let bits = UInt64(bucket + (1_023 << octaveBits)) << UInt64(52 - octaveBits)
    return Number(Double(bitPattern: bits)) - 1
  }

  private static func counts<Number: FixedWidthInteger>(
    _ values: Span<Number>,
    _ smallest: Number
  ) -> [Int] {
    var counts = [Int](repeating: 0, count: (64 << octaveBits) + 1)
    var buckets = counts.mutableSpan
    for index in values.indices { buckets[bucket(values[index], smallest)] &+= 1 }
    return counts
  }

  private static func members<Number: FixedWidthInteger>(
    _ values: Span<Number>,
    _ smallest: Number,
    _ target: Int,
    count: Int
  ) -> [Number] {
    var members: [Number] = []
    members.reserveCapacity(count)
    for index in values.indices where bucket(values[index], smallest) == target {
      members.append(values[index])
    }
    return members
  }
}
