import BQLModels
import Testing

/// Measures, calibration and logistic regression are scikit-learn's on the same rows.
@Suite struct EvaluationReferenceTests {
  private typealias Known = ModelReferences

  private struct Rows {
    var probabilities: [Double] = []
    var labels: [Double] = []
    var weights: [Double] = []
    var amounts: [Double] = []
    var forecasts: [Double] = []
  }

  /// As `scored` of Tests/Peers/evaluation_reference.py.
  private static func rows() throws -> Rows {
    let table = try ModelRows.customers(300, stream: 1)
    var rows = Rows()
    for row in 0..<300 {
      let (recency, frequency) = (Int(table[row, 0]), Int(table[row, 1]))
      let money = Int(table[row, 2])
      let score = money % 97
      rows.probabilities.append(Double(1 + score) / 99)
      let dice = (13 * recency + 5 * frequency + money) % 100
      rows.labels.append(5 * dice < 100 + 3 * score ? 1 : 0)
      rows.weights.append(Double(1 + frequency % 3))
      rows.amounts.append(Double(money))
      rows.forecasts.append(Double(1 + 40 * frequency + recency))
    }
    return rows
  }

  @Test func ranksAndProbabilities() throws {
    let rows = try Self.rows()
    let ranked = try RankedScores(scores: rows.probabilities, labels: rows.labels)
    let measures = try ProbabilityMeasures(
      probabilities: rows.probabilities,
      labels: rows.labels
    )
    var found: [Double] = []
    for weights in [nil, rows.weights] {
      found += [
        ranked.rocAUC(weights: weights), ranked.averagePrecision(weights: weights),
        measures.logLoss(weights: weights), measures.brier(weights: weights),
        measures.expectedCalibrationError(weights: weights),
      ].compactMap { $0 }
    }
    #expect(ModelRows.areClose(found, Known.probabilityMeasures, 1e-12))
    let difference = try BootstrapInterval.differenceOfAUC(
      ranked,
      RankedScores(scores: rows.forecasts, labels: rows.labels),
      resamples: 10,
      threads: 1
    )
    #expect(abs((difference?.estimate ?? 9) - Known.differenceOfAUC) < 1e-12)
  }

  @Test func amounts() throws {
    let rows = try Self.rows()
    let measures = try RegressionMeasures(predictions: rows.forecasts, labels: rows.amounts)
    var found: [Double] = []
    for weights in [nil, rows.weights] {
      found += [
        measures.rootMeanSquaredError(weights: weights),
        measures.meanAbsoluteError(weights: weights), measures.rSquared(weights: weights),
        measures.pinballLoss(0.3, weights: weights), measures.poissonDeviance(weights: weights),
      ].compactMap { $0 }
    }
    #expect(ModelRows.areClose(found, Known.regressionMeasures, 1e-12))
    #expect(
      measures.coverage() == Double(zip(rows.amounts, rows.forecasts).count { $0 <= $1 }) / 300
    )
  }

  @Test func calibration() throws {
    let rows = try Self.rows()
    let asked = [0.0, 0.05, 0.173, 0.35, 0.5, 0.777, 1]
    for (weights, known) in [(nil, Known.isotonic), (rows.weights, Known.isotonicWeighted)] {
      let curve = try IsotonicCalibration(
        scores: rows.probabilities,
        labels: rows.labels,
        weights: weights
      )
      #expect(ModelRows.areClose(asked.map(curve.value), known, 1e-12))
    }
    let platt = try PlattCalibration(scores: rows.probabilities, labels: rows.labels)
    #expect(ModelRows.areClose([platt.slope, platt.intercept], Known.platt, 1e-9))
    let measures = try ProbabilityMeasures(
      probabilities: rows.probabilities,
      labels: rows.labels
    )
    let cox = try #require(CalibrationSlope(measures))
    #expect(ModelRows.areClose([cox.slope, cox.intercept], Known.cox, 1e-9))
  }

  /// Where the penalty has corners scikit-learn's steps are small: its tolerance is 1e-7.
  @Test func logisticRegression() throws {
    let table = try ModelRows.customers(300, stream: 1)
    let labels = try Self.rows().labels
    for (index, share) in [0.0, 1, 0.5].enumerated() {
      for (place, penalty) in [0.001, 0.01, 0.1].enumerated() {
        let model = try LogisticRegression(
          table,
          labels: labels,
          LogisticOptions(penalty: penalty, l1Share: share, tolerance: 1e-12),
          threads: 2
        )
        let start = 4 * (3 * index + place)
        let known = Array(Known.logistic[start..<start + 4])
        let found = model.scaledCoefficients + [try model.margins(of: table)[7]]
        #expect(ModelRows.areClose(found, known, share == 0 ? 1e-9 : 1e-6), "\(share) \(penalty)")
        #expect(model.isConverged)
      }
    }
  }
}
