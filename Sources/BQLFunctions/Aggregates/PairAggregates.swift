import BQLColumnar

/// Lists the aggregates that tell how two columns vary together.
enum PairAggregates {
  static let functions = [
    function(
      "corr",
      .correlation,
      "Returns Pearson's correlation of two columns, -1 to 1; NULL where one does not vary.",
      "(1, 6), (2, 4), (3, 2)",
      "-1.0"
    ),
    function(
      "covar_pop",
      .populationCovariance,
      "Returns the covariance of two columns over a whole population.",
      "(1, 2), (3, 6)",
      "2.0"
    ),
    function(
      "covar_samp",
      .sampleCovariance,
      "Returns the covariance of two columns of a sample; NULL below two rows.",
      "(1, 2), (3, 6)",
      "4.0"
    ),
    function(
      "regr_slope",
      .slope,
      "Returns the slope of the line of least squares of the first column over the second.",
      "(2, 1), (4, 2), (6, 3)",
      "2.0"
    ),
    function(
      "regr_intercept",
      .intercept,
      "Returns where the line of least squares of the first column over the second meets 0.",
      "(3, 1), (5, 2), (7, 3)",
      "1.0"
    ),
    function(
      "regr_r2",
      .determination,
      "Returns the share of the first column's variance that the line over the second explains.",
      "(2, 1), (4, 2), (6, 3)",
      "1.0"
    ),
    function(
      "regr_count",
      .count,
      "Counts the rows on which neither column is NULL.",
      "(2, 1), (NULL, 2), (6, 3)",
      "2"
    ),
  ]

  private static func function(
    _ name: String,
    _ result: PairAccumulator.Result,
    _ summary: String,
    _ values: String,
    _ expected: String
  ) -> AggregateFunction {
    let overload = AggregateFunction.Overload(
      [.float, .float],
      columnCount: 2,
      to: result == .count ? .int : .float,
      makeFramed: frames(result)
    ) { _ throws(FunctionError) in PairAccumulator(result) }
    return AggregateFunction(
      name: name,
      summary: summary,
      examples: [
        FunctionExample("\(name)(column1, column2) FROM (VALUES \(values))", expected)
      ],
      overloads: [overload]
    )
  }

  /// A count of rows is collected anew for each frame.
  private static func frames(
    _ result: PairAccumulator.Result
  ) -> (@Sendable (_ constants: [Value]) throws(FunctionError) -> any FramedAggregate)? {
    if result == .count { return nil }
    return { (_: [Value]) throws(FunctionError) -> any FramedAggregate in
      FramedPairs(result: result)
    }
  }
}
