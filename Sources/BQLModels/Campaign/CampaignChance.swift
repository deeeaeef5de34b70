import Glibc

/// Holds a chance that is known, or known up to a beta distribution.
package enum CampaignChance: Hashable, Sendable {
  /// In `0...1`.
  case fixed(Double)
  /// Both parameters above 0.
  case beta(Double, Double)

  /// The chance that an offer keeps a leaving customer, as the reference analysis has it.
  package static let keep = CampaignChance.beta(2.042, 202.116)
  /// The chance that a staying customer takes an offer, as the reference analysis has it.
  package static let accept = CampaignChance.beta(6.12, 3.15)

  package var mean: Double {
    switch self {
    case .fixed(let value): value
    case .beta(let a, let b): a / (a + b)
    }
  }

  func check(_ name: String) throws(ModelError) {
    switch self {
    case .fixed(let value): guard value >= 0, value <= 1 else { throw .parameter(name) }
    case .beta(let a, let b):
      guard a > 0, b > 0, a < 1e9, b < 1e9 else { throw .parameter(name) }
    }
  }

  func draw(_ random: inout SeededStream) -> Double {
    switch self {
    case .fixed(let value): return value
    case .beta(let a, let b):
      let (x, y) = (Self.logGamma(a, &random), Self.logGamma(b, &random))
      return 1 / (1 + exp(y - x))
    }
  }

  /// Draws the logarithm of a gamma variable of shape `a`, which tiny shapes do not underflow.
  ///
  /// Source: G. Marsaglia, W. W. Tsang, *ACM TOMS* 26(3), 2000, doi:10.1145/358407.358414.
  private static func logGamma(_ a: Double, _ random: inout SeededStream) -> Double {
    if a < 1 {
      let larger = logGamma(a + 1, &random)
      return larger + log(1 - random.uniform()) / a
    }
    let d = a - 1 / 3.0
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal(&random)
      let v = 1 + c * x
      if v <= 0 { continue }
      let cube = v * v * v
      let u = 1 - random.uniform()
      if log(u) < x * x / 2 + d - d * cube + d * log(cube) { return log(d * cube) }
    }
  }

  private static func normal(_ random: inout SeededStream) -> Double {
    let radius = (-2 * log(1 - random.uniform())).squareRoot()
    return radius * cos(2 * Double.pi * random.uniform())
  }
}
