import Glibc

/// Says which covariances the components of a mixture have.
package enum MixtureCovariance: String, Hashable, Sendable, CaseIterable {
  /// Each component its own, of any direction.
  case full
  /// Each component its own variance a column, the columns independent within it.
  case diagonal
}

/// Holds one Gaussian of a mixture.
package struct MixtureComponent: Hashable, Sendable {
  /// Its share of the rows; the weights of a mixture sum to 1.
  package let weight: Double
  /// Shape `[columns]`.
  package let mean: [Double]
  /// Shape `[columns * columns]`, row by row; of a diagonal one `[columns]`.
  package let covariance: [Double]

  package init(weight: Double, mean: [Double], covariance: [Double]) {
    self.weight = weight
    self.mean = mean
    self.covariance = covariance
  }
}

/// Evaluates one component's weighted density: `ln w + ln N(x; μ, Σ)`.
struct MixtureDensity: Sendable {
  let mean: [Double]
  /// `L⁻¹` with `Σ = L Lᵀ`, row by row; of a diagonal covariance its diagonal.
  let whitening: [Double]
  /// What does not depend on the row: `ln w − (d / 2) ln 2π − ½ ln |Σ|`.
  let constant: Double
  let covariance: MixtureCovariance

  /// Returns nil where the covariance cannot be inverted.
  init?(_ component: MixtureComponent, _ covariance: MixtureCovariance) {
    let size = component.mean.count
    mean = component.mean
    self.covariance = covariance
    var logDeterminant = 0.0
    switch covariance {
    case .full:
      guard let lower = Cholesky.factor(component.covariance, size: size) else { return nil }
      whitening = Cholesky.inverse(lower, size: size)
      for index in 0..<size { logDeterminant += log(whitening[index * size + index]) }
    case .diagonal:
      guard component.covariance.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
      whitening = component.covariance.map { 1 / $0.squareRoot() }
      for factor in whitening { logDeterminant += log(factor) }
    }
    guard logDeterminant.isFinite, component.weight >= 0 else { return nil }
    constant =
      log(component.weight) - Double(size) / 2 * log(2 * Double.pi) + logDeterminant
  }

  /// Writes `x − μ` of a row to `apart` and returns the logarithm of the weighted density.
  @inline(__always)
  func logarithm(
    _ values: Span<Double>,
    _ start: Int,
    _ apart: inout MutableSpan<Double>,
    _ offset: Int
  ) -> Double {
    let size = mean.count
    let (mean, whitening) = (mean.span, whitening.span)
    for column in 0..<size {
      apart[offset &+ column] = values[start &+ column] - mean[column]
    }
    var square = 0.0
    if covariance == .full {
      for row in 0..<size {
        var sum = 0.0
        for column in 0...row {
          sum += whitening[row &* size &+ column] * apart[offset &+ column]
        }
        square += sum * sum
      }
    } else {
      for column in 0..<size {
        let scaled = whitening[column] * apart[offset &+ column]
        square += scaled * scaled
      }
    }
    return constant - square / 2
  }
}
