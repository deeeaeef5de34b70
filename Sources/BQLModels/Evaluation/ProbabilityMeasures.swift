import Glibc

/// Measures predicted probabilities against what happened.
///
/// Labels are 0 and 1, probabilities in `0...1`, weights `>= 0` (nil where all weigh 1); each of
/// shape `[rows]`. Answers are nil where no row has weight.
package struct ProbabilityMeasures: Hashable, Sendable {
  package let probabilities: [Double]
  package let labels: [Double]

  /// Takes probabilities and labels.
  ///
  /// - Throws: ``ModelError/noRows``, ``ModelError/shape(expected:found:)``,
  ///   ``ModelError/label(row:)``, and ``ModelError/notFinite(row:column:)`` at NaN or a number
  ///   outside of `0...1`.
  package init(probabilities: [Double], labels: [Double]) throws(ModelError) {
    guard !probabilities.isEmpty else { throw .noRows }
    guard labels.count == probabilities.count else {
      throw .shape(expected: probabilities.count, found: labels.count)
    }
    for row in labels.indices {
      let probability = probabilities[row]
      guard probability >= 0, probability <= 1 else { throw .notFinite(row: row, column: 0) }
      if labels[row] != 0, labels[row] != 1 { throw .label(row: row) }
    }
    self.probabilities = probabilities
    self.labels = labels
  }

  /// Returns the mean of `−ln` of the probability given to what happened.
  ///
  /// Probabilities are kept `2⁻⁵²` away from 0 and 1, as scikit-learn keeps them.
  package func logLoss(weights: [Double]? = nil) -> Double? {
    mean(weights) { probability, label in
      let kept = min(max(probability, 0x1p-52), 1 - 0x1p-52)
      return label == 1 ? -log(kept) : -log(1 - kept)
    }
  }

  /// Returns the mean squared difference of probability and label.
  ///
  /// Source: G. W. Brier, *Monthly Weather Review* 78(1), 1950,
  /// doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
  package func brier(weights: [Double]? = nil) -> Double? {
    mean(weights) { ($0 - $1) * ($0 - $1) }
  }

  /// Returns the mean distance of the predicted and the observed share over bins, by their weight.
  ///
  /// Bin `b` of `bins` of equal width holds `b / bins < p <= (b + 1) / bins`, the first one 0 as
  /// well.
  ///
  /// - `bins`: At least 1; fewer count as 1.
  ///
  /// Source: M. P. Naeini, G. F. Cooper, M. Hauskrecht, *AAAI* 2015, doi:10.1609/aaai.v29i1.9602.
  package func expectedCalibrationError(bins: Int = 10, weights: [Double]? = nil) -> Double? {
    let bins = min(max(bins, 1), 1 << 20)
    var sums = [(weight: Double, probability: Double, label: Double)](
      repeating: (0, 0, 0),
      count: bins
    )
    var total = 0.0
    for row in labels.indices {
      let weight = weights?[row] ?? 1
      let bin = Self.bin(of: probabilities[row], bins)
      sums[bin].weight += weight
      sums[bin].probability += weight * probabilities[row]
      sums[bin].label += weight * labels[row]
      total += weight
    }
    guard total > 0 else { return nil }
    return sums.reduce(0) { $0 + abs($1.probability - $1.label) } / total
  }

  static func bin(of probability: Double, _ bins: Int) -> Int {
    min(max(Int((probability * Double(bins)).rounded(.up)) - 1, 0), bins - 1)
  }

  @inline(__always)
  private func mean(_ weights: [Double]?, _ loss: (Double, Double) -> Double) -> Double? {
    var (sum, total) = (0.0, 0.0)
    for row in labels.indices {
      let weight = weights?[row] ?? 1
      // Nothing times infinity is not a number.
      if weight == 0 { continue }
      sum += weight * loss(probabilities[row], labels[row])
      total += weight
    }
    return total > 0 ? sum / total : nil
  }
}
