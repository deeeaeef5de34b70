/// Sorts durations into buckets: those below 256 each have one of their own, longer ones share one
/// with their like to within 1/128.
///
/// Counting buckets, then collecting what is in those that hold a quantile, gives the exact
/// quantiles of any number of durations in little memory.
enum GapHistogram {
  private static let bits: UInt64 = 7

  /// Returns the bucket of a duration; greater durations never have a smaller one.
  @inline(__always)
  static func bucket(_ duration: UInt64) -> Int {
    let exponent = UInt64(63 &- (duration | 0x80).leadingZeroBitCount)
    let shift = exponent &- bits
    return Int(truncatingIfNeeded: (shift &<< bits) &+ (duration &>> shift))
  }

  /// The number of buckets for durations of up to `longest`.
  static func count(upTo longest: UInt64) -> Int { bucket(longest) + 1 }

  /// The one duration of a bucket; nil where several share it.
  static func value(_ bucket: Int) -> UInt64? { bucket < 256 ? UInt64(bucket) : nil }
}
