import Glibc

/// Draws pseudo-random numbers from one of many independent streams of a seed.
///
/// The generator is SplitMix64: 64 bits of state, so a stream costs one multiplication to open, and
/// every session of every customer can have its own. Nothing about a stream has to be kept between
/// two sessions, which is why memory grows with customers and never with rows.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, *OOPSLA* 2014, doi:10.1145/2660193.2660195.
package struct RandomStream {
  private var state: UInt64

  /// Opens the stream `(seed, index, part)`; equal arguments give equal draws.
  package init(seed: UInt64, index: UInt64, part: UInt64) {
    state = Self.key(seed: seed, index: index, part: part)
  }

  /// Hashes three numbers to 64 bits that look independent of each other.
  package static func key(seed: UInt64, index: UInt64, part: UInt64) -> UInt64 {
    let first = mix(seed &+ 0x9E37_79B9_7F4A_7C15)
    let second = mix(first ^ (index &+ 1) &* 0xD1B5_4A32_D192_ED03)
    return mix(second ^ (part &+ 1) &* 0x8CB9_2BA7_2F3D_8DD7)
  }

  /// Scrambles 64 bits; a bijection (the finalizer of SplitMix64).
  package static func mix(_ value: UInt64) -> UInt64 {
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

  /// Draws `true` with the given probability; `<= 0` is never, `>= 1` is always.
  package mutating func chance(_ probability: Double) -> Bool {
    uniform() < probability
  }

  /// Draws a uniform integer in `0 ..< bound`, `bound > 0`; a value is off by at most 2⁻³².
  package mutating func below(_ bound: Int) -> Int {
    Int(((next() >> 32) &* UInt64(bound)) >> 32)
  }

  /// Draws from the exponential distribution with mean 1.
  package mutating func exponential() -> Double {
    -log(1 - uniform())
  }

  /// Draws from the standard normal distribution with the Box–Muller transform.
  ///
  /// Source: G. E. P. Box, M. E. Muller, *Ann. Math. Statist.* 29(2), 1958,
  /// doi:10.1214/aoms/1177706645.
  package mutating func normal() -> Double {
    let radius = sqrt(2 * exponential())
    return radius * sin(2 * Double.pi * uniform())
  }

  /// Draws from the lognormal distribution with the given median and log-scale deviation.
  package mutating func logNormal(median: Double, sigma: Double) -> Double {
    median * exp(sigma * normal())
  }

  /// Draws from the gamma distribution with mean `shape` (scale 1), `shape > 0`.
  ///
  /// Source: G. Marsaglia, W. W. Tsang, *ACM TOMS* 26(3), 2000, doi:10.1145/358407.358414.
  package mutating func gamma(shape: Double) -> Double {
    guard shape >= 1 else {
      let boost = exp(-exponential() / shape)
      return gamma(shape: shape + 1) * boost
    }
    let d = shape - 1.0 / 3
    let c = 1 / sqrt(9 * d)
    while true {
      let x = normal()
      let root = 1 + c * x
      if root <= 0 { continue }
      let v = root * root * root
      if -exponential() < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }

  /// Draws from the beta distribution with parameters `a` and `b`, both positive.
  package mutating func beta(_ a: Double, _ b: Double) -> Double {
    let x = gamma(shape: a)
    let y = gamma(shape: b)
    return x / max(x + y, .leastNormalMagnitude)
  }

  /// Draws a number of failures before a success: geometric with the given mean.
  package mutating func geometric(mean: Double) -> Int {
    guard mean > 0 else { return 0 }
    return Int(exponential() / log(1 + 1 / mean))
  }
}
