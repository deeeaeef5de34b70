/// Sorts durations into buckets: those below 1,024 each have one of their own, longer ones share one
/// with their like to within 1/128.
///
/// Counting buckets, then looking at what is in those that hold a quantile, gives the exact
/// quantiles of any number of durations in little memory.
enum GapHistogram {
  /// The durations below this one are short: one a bucket.
  static let shortCount = 1 << shortBits
  /// Where the others may be counted together before they are sorted.
  static let overflowBucket = shortCount

  private static let shortBits: UInt64 = 10
  private static let bits: UInt64 = 7

  /// Returns the bucket of a duration; greater durations never have a smaller one.
  @inline(__always)
  static func bucket(_ duration: UInt64) -> Int {
    duration < UInt64(shortCount) ? Int(truncatingIfNeeded: duration) : longBucket(duration)
  }

  /// Returns the bucket of a duration that is not short.
  @inline(__always)
  static func longBucket(_ duration: UInt64) -> Int {
    let exponent = UInt64(truncatingIfNeeded: 63 &- duration.leadingZeroBitCount)
    let octave = (exponent &- shortBits) &<< bits
    let part = (duration &>> (exponent &- bits)) & ((1 &<< bits) &- 1)
    return overflowBucket &+ 1 &+ Int(truncatingIfNeeded: octave &+ part)
  }

  /// The number of buckets for durations of up to `longest`.
  static func count(upTo longest: UInt64) -> Int { max(bucket(longest), overflowBucket) + 1 }

  /// The one duration of a bucket; nil where several share it.
  static func value(_ bucket: Int) -> UInt64? {
    bucket < shortCount ? UInt64(bucket) : nil
  }
}
