import BQLModels
import BQLPlanning

/// Holds what each feature adds to the margin of each row.
///
/// Of trees these are exact Shapley values over the training rows; of a logistic regression the
/// coefficient times the distance from the training mean, while a category or a missing value counts
/// in full. Either way the base and the contributions of a row add up to its margin.
struct ModelContributions: Sendable {
  /// Shape `[rows, features]`.
  let values: Matrix
  let base: Double
  let margins: [Double]
  /// The largest distance of the base and a row's contributions from its margin, relative to the
  /// margin where that exceeds 1.
  let largestGap: Double

  /// The gap from which on the contributions are wrong rather than rounded.
  private static let tolerance = 1e-6
  /// Contributions beyond this lose to rounding what they should add up to.
  private static let largest = 1e9

  /// Explains the rows of a table.
  init(
    _ learner: LearnedModel,
    _ table: FeatureTable,
    _ names: [String],
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    (values, base, margins) = try ModelWork.attempt(names) {
      () throws(ModelError) -> (Matrix, Double, [Double]) in
      let (threads, interruption) = (context.threads, context.interruption)
      let margins = try learner.margins(
        of: table,
        threads: threads,
        interruption: interruption
      )
      switch learner {
      case .trees(let trees):
        let shap = try TreeExplainer(trees, interruption: interruption).values(
          of: table,
          threads: threads,
          interruption: interruption
        )
        return (shap.values, shap.expected, margins)
      case .logistic(let model):
        let (values, base) = try Self.linear(model, table)
        return (values, base, margins)
      }
    }
    var gap = 0.0
    for row in margins.indices {
      var sum = base
      for column in 0..<values.columnCount { sum += values[row, column] }
      gap = max(gap, abs(sum - margins[row]) / max(1, abs(margins[row])))
    }
    largestGap = gap
    guard gap <= Self.tolerance else {
      let isRounded = ([base] + values.values).allSatisfy { abs($0) < Self.largest }
      guard isRounded else {
        throw .unfit(
          "the model's parts are so large that contributions do not add up to its predictions",
          hint: "features that are scaled down, or TRAIN with a penalty: l2 = 1"
        )
      }
      throw .internal("contributions miss the prediction by \(gap)")
    }
  }

  private static func linear(
    _ model: LogisticModel,
    _ table: FeatureTable
  ) throws(ModelError) -> (Matrix, Double) {
    let design = try model.design.apply(to: table)
    var base = model.regression.intercept
    var columns = [[Double]](
      repeating: [Double](repeating: 0, count: table.rowCount),
      count: table.columns.count
    )
    for (place, column) in model.design.columns.enumerated() {
      let coefficient = model.regression.coefficients[place]
      var mean = 0.0
      if case .number(let known) = column.part { mean = known }
      base += coefficient * mean
      for row in 0..<table.rowCount {
        columns[column.feature][row] += coefficient * (design[row, place] - mean)
      }
    }
    return (try Matrix(columns: columns), base)
  }

  /// Returns of each feature the mean size of what it adds.
  func meanSizes() -> [Double] {
    var sums = [Double](repeating: 0, count: values.columnCount)
    for row in 0..<values.rowCount {
      for column in sums.indices { sums[column] += abs(values[row, column]) }
    }
    return sums.map { $0 / Double(max(values.rowCount, 1)) }
  }

  /// Returns the rank correlation of a feature's values and of what they add; nil of categories and
  /// of what is constant.
  func direction(_ feature: Int, _ table: FeatureTable) -> Double? {
    let column = table.columns[feature]
    if column.kind == .category { return nil }
    return (try? Correlation(column.values, values.column(feature), .spearman))?.coefficient
  }
}
