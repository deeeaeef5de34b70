import BQLJSON

/// Predicts a class from features as they are: missing values filled in, categories made columns.
package struct LogisticModel: Hashable, Sendable {
  package let design: DesignMatrix
  package let regression: LogisticRegression

  /// Fits the rows, with fill-ins and scales of these rows alone.
  ///
  /// - Throws: As ``DesignMatrix/init(fitting:)`` and
  ///   ``LogisticRegression/init(_:labels:weights:_:threads:interruption:)``.
  package init(
    _ table: FeatureTable,
    labels: [Double],
    weights: [Double]? = nil,
    _ options: LogisticOptions,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) {
    let design = try DesignMatrix(fitting: table)
    self.design = design
    regression = try LogisticRegression(
      design.apply(to: table),
      labels: labels,
      weights: weights,
      options,
      threads: threads,
      interruption: interruption
    )
  }

  /// Fits a path of penalties and keeps the one of least mean loss on validation rows, of equal
  /// ones the largest penalty.
  ///
  /// - Throws: As ``LogisticRegression/path(_:labels:weights:_:count:lowest:threads:interruption:)``,
  ///   and what the validation rows' shape or labels are refused for.
  package init(
    _ table: FeatureTable,
    labels: [Double],
    weights: [Double]? = nil,
    validation: ValidationRows,
    _ options: LogisticOptions,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) {
    let design = try DesignMatrix(fitting: table)
    let path = try LogisticRegression.path(
      design.apply(to: table),
      labels: labels,
      weights: weights,
      options,
      threads: threads,
      interruption: interruption
    )
    let rows = try design.apply(to: validation.table)
    guard validation.labels.count == rows.rowCount, rows.rowCount > 0 else {
      throw .shape(expected: rows.rowCount, found: validation.labels.count)
    }
    var best: (loss: Double, place: Int)?
    for (place, regression) in path.enumerated() {
      var (sum, total) = (0.0, 0.0)
      for (row, margin) in try regression.margins(of: rows).enumerated() {
        let weight = validation.weights?[row] ?? 1
        sum += weight * BoostingLoss.logistic.loss(margin: margin, label: validation.labels[row])
        total += weight
      }
      guard total > 0 else { throw .weights }
      if sum / total < best?.loss ?? .infinity { best = (sum / total, place) }
    }
    self.design = design
    regression = path[best?.place ?? path.count - 1]
  }

  init(_ design: DesignMatrix, _ regression: LogisticRegression) {
    self.design = design
    self.regression = regression
  }

  /// Returns the margin of each row.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` where the table has not as many columns.
  package func margins(
    of table: FeatureTable,
    interruption: Interruption = .none
  ) throws(ModelError) -> [Double] {
    try regression.margins(of: design.apply(to: table), interruption: interruption)
  }

  /// Writes columns and coefficients; a column has a `fill` (the mean), a `category`, or neither,
  /// where it says that the feature is missing.
  func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("penalty")
    writer.number(regression.penalty)
    writer.name("iterations")
    writer.int(regression.iterations)
    writer.name("converged")
    writer.bool(regression.isConverged)
    writer.name("intercept")
    writer.number(regression.intercept)
    writer.numbers("coefficients", regression.coefficients)
    writer.numbers("scaled_coefficients", regression.scaledCoefficients)
    writer.name("columns")
    writer.beginArray()
    for column in design.columns {
      var members = [JSONMember("feature", .int(Int64(column.feature)))]
      switch column.part {
      case .number(let mean): members.append(JSONMember("fill", .number(mean)))
      case .isCategory(let code): members.append(JSONMember("category", .number(code)))
      case .isMissing: break
      }
      writer.value(.object(members))
    }
    writer.endArray()
    writer.endObject()
  }

  init(fields: JSONFields, _ kinds: [FeatureKind]) throws(ModelExchangeError) {
    var columns: [DesignMatrix.Column] = []
    for column in try fields.objects("columns") {
      let feature = try column.number("feature")
      guard let feature = Int(exactly: feature), kinds.indices.contains(feature) else {
        throw .malformed(column.path + ".feature")
      }
      let part: DesignMatrix.Part =
        if column.has("fill") {
          .number(mean: try column.number("fill"))
        } else if column.has("category") {
          .isCategory(try column.number("category"))
        } else {
          .isMissing
        }
      columns.append(DesignMatrix.Column(feature: feature, part: part))
    }
    let count = columns.count
    design = DesignMatrix(columns, kinds)
    regression = LogisticRegression(
      intercept: try fields.number("intercept"),
      coefficients: try fields.numbers("coefficients", count: count),
      scaledCoefficients: try fields.numbers("scaled_coefficients", count: count),
      penalty: try fields.number("penalty"),
      iterations: Int(exactly: try fields.number("iterations")) ?? 0,
      isConverged: try fields.number("converged") != 0
    )
  }
}
