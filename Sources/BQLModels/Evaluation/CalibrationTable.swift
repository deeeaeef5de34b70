/// Describes rows of neighbouring probabilities: what was predicted, and what happened.
package struct CalibrationRow: Hashable, Sendable {
  package let rows: Int
  package let lowest: Double
  package let highest: Double
  package let meanProbability: Double
  /// The share of positives.
  package let rate: Double
  /// Bounds of the rate's 95 % interval.
  package let lowerRate: Double
  package let upperRate: Double
}

extension ProbabilityMeasures {
  /// Compares predicted and observed shares in bins of about as many rows each, ascending.
  ///
  /// Equal probabilities are never parted, see ``QuantileCuts``; bins may be fewer than asked for.
  /// The interval of a rate is Wilson's.
  ///
  /// - Throws: ``ModelError/parameter(_:)`` where `bins` is below 1.
  /// - Complexity: O(*n* log *bins*).
  ///
  /// Source: E. B. Wilson, *JASA* 22(158), 1927, doi:10.1080/01621459.1927.10502953.
  package func calibrationTable(bins: Int = 10) throws(ModelError) -> [CalibrationRow] {
    let cuts = try QuantileCuts(probabilities, bins: bins)
    var sums = [(rows: Int, probability: Double, positives: Double, low: Double, high: Double)](
      repeating: (0, 0, 0, .infinity, -.infinity),
      count: cuts.binCount
    )
    for (row, bin) in cuts.bins(of: probabilities).enumerated() {
      let probability = probabilities[row]
      sums[Int(bin)].rows += 1
      sums[Int(bin)].probability += probability
      sums[Int(bin)].positives += labels[row]
      sums[Int(bin)].low = min(sums[Int(bin)].low, probability)
      sums[Int(bin)].high = max(sums[Int(bin)].high, probability)
    }
    return sums.map { sum in
      let count = Double(sum.rows)
      let rate = sum.positives / count
      let bounds = Self.wilson(rate, count)
      return CalibrationRow(
        rows: sum.rows,
        lowest: sum.low,
        highest: sum.high,
        meanProbability: sum.probability / count,
        rate: rate,
        lowerRate: bounds.lower,
        upperRate: bounds.upper
      )
    }
  }

  private static func wilson(_ rate: Double, _ count: Double) -> (lower: Double, upper: Double) {
    let z = 1.959963984540054
    let scale = 1 + z * z / count
    let middle = (rate + z * z / (2 * count)) / scale
    let half = z / scale * (rate * (1 - rate) / count + z * z / (4 * count * count)).squareRoot()
    return (max(middle - half, 0), min(middle + half, 1))
  }
}
