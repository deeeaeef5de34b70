import Glibc

/// Draws pseudo-random numbers from one of many independent streams of a seed.
///
/// SplitMix64 with a state hashed from seed and stream: a start of k-means, a resample of a
/// bootstrap has a stream of its own, so that it draws the same numbers on any thread.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, *OOPSLA* 2014, doi:10.1145/2660193.2660195.
package struct SeededStream: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Opens a stream; equal arguments give equal draws.
  package init(seed: UInt64, stream: UInt64) {
    let first = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
    state = Self.mix(first ^ (stream &+ 1) &* 0xD1B5_4A32_D192_ED03)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Draws 64 uniform bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// Draws a uniform number in `[0, 1)` with 53 bits.
  package mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Draws a uniform integer in `0 ..< bound`; 0 where `bound` is not positive.
  package mutating func below(_ bound: Int) -> Int {
    guard bound > 0 else { return 0 }
    // Off by at most bound · 2⁻⁶⁴.
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Draws `count` different rows of `rowCount`, ascending; all of them where there are no more.
  ///
  /// - Complexity: O(*rowCount*) time.
  ///
  /// Source: selection sampling, D. E. Knuth, *The Art of Computer Programming* 2, 3.4.2, S.
  package mutating func sample(_ count: Int, of rowCount: Int) -> [Int32] {
    var chosen: [Int32] = []
    chosen.reserveCapacity(min(max(count, 0), rowCount))
    var wanted = min(max(count, 0), rowCount)
    var row = 0
    while wanted > 0 {
      if below(rowCount - row) < wanted {
        chosen.append(Int32(truncatingIfNeeded: row))
        wanted -= 1
      }
      row += 1
    }
    return chosen
  }
}
