import Glibc

/// Evaluates the weighted densities of all components: `ln w_c + ln N(x; μ_c, Σ_c)`.
struct MixtureDensities: Sendable {
  let count: Int
  let columns: Int
  let covariance: MixtureCovariance
  /// Shape `[count * columns]`.
  let means: [Double]
  /// `L⁻¹` of each component, `Σ = L Lᵀ`, row by row; of a diagonal covariance its diagonal.
  let whitening: [Double]
  /// What does not depend on the row: `ln w − (d / 2) ln 2π − ½ ln |Σ|`; shape `[count]`.
  let constants: [Double]

  /// - Throws: ``ModelError/notPositiveDefinite(component:)``.
  init(
    _ components: [MixtureComponent],
    _ covariance: MixtureCovariance
  ) throws(ModelError) {
    let columns = components.first?.mean.count ?? 0
    var whitening: [Double] = []
    var constants: [Double] = []
    for (index, component) in components.enumerated() {
      guard let own = Self.whitening(component, covariance) else {
        throw .notPositiveDefinite(component: index)
      }
      var logDeterminant = 0.0
      for column in 0..<columns {
        logDeterminant += log(own[covariance == .full ? column * (columns + 1) : column])
      }
      guard logDeterminant.isFinite else { throw .notPositiveDefinite(component: index) }
      whitening += own
      constants.append(
        log(component.weight) - Double(columns) / 2 * log(2 * Double.pi) + logDeterminant
      )
    }
    count = components.count
    self.columns = columns
    self.covariance = covariance
    means = components.flatMap(\.mean)
    self.whitening = whitening
    self.constants = constants
  }

  private static func whitening(
    _ component: MixtureComponent,
    _ covariance: MixtureCovariance
  ) -> [Double]? {
    switch covariance {
    case .full:
      let size = component.mean.count
      return Cholesky.factor(component.covariance, size: size).map {
        Cholesky.inverse($0, size: size)
      }
    case .diagonal:
      guard component.covariance.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
      return component.covariance.map { 1 / $0.squareRoot() }
    }
  }

  /// Writes `x − μ_c` of a row, shape `[count * columns]`, and the logarithms of its weighted
  /// densities, shape `[count]`.
  @inline(__always)
  func evaluate(
    _ values: Span<Double>,
    _ start: Int,
    _ apart: inout MutableSpan<Double>,
    _ logarithms: inout MutableSpan<Double>
  ) {
    let (means, whitening, constants) = (means.span, whitening.span, constants.span)
    var factor = 0
    for component in 0..<count {
      let own = component &* columns
      for column in 0..<columns {
        apart[own &+ column] = values[start &+ column] - means[own &+ column]
      }
      var square = 0.0
      if covariance == .full {
        for row in 0..<columns {
          var sum = 0.0
          for column in 0...row { sum += whitening[factor &+ column] * apart[own &+ column] }
          square += sum * sum
          factor &+= columns
        }
      } else {
        for column in 0..<columns {
          let scaled = whitening[own &+ column] * apart[own &+ column]
          square += scaled * scaled
        }
      }
      logarithms[component] = constants[component] - square / 2
    }
  }

  /// Turns logarithms into the shares of their powers; returns `ln Σ exp`, without overflow.
  ///
  /// Where no density is above 0 there are no shares.
  @inline(__always)
  static func share(_ logarithms: inout MutableSpan<Double>) -> Double {
    var most = -Double.infinity
    for index in logarithms.indices { most = max(most, logarithms[index]) }
    guard most.isFinite else {
      for index in logarithms.indices { logarithms[index] = 0 }
      return most
    }
    var sum = 0.0
    for index in logarithms.indices {
      let power = exp(logarithms[index] - most)
      logarithms[index] = power
      sum += power
    }
    for index in logarithms.indices { logarithms[index] /= sum }
    return most + log(sum)
  }

  /// Returns `ln Σ exp`, without overflow.
  @inline(__always)
  static func logSum(_ logarithms: Span<Double>) -> Double {
    var most = -Double.infinity
    for index in logarithms.indices { most = max(most, logarithms[index]) }
    guard most.isFinite else { return most }
    var sum = 0.0
    for index in logarithms.indices { sum += exp(logarithms[index] - most) }
    return most + log(sum)
  }
}
