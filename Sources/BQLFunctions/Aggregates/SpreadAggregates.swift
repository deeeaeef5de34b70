import BQLColumnar

/// Lists the aggregates that describe how values are spread.
enum SpreadAggregates {
  static let functions = [median, quantile, discreteQuantile] + moments

  private typealias Overload = AggregateFunction.Overload

  /// Ints and decimals come as floats, dates as timestamps, through implicit casts.
  private static let types: [DataType] = [.float, .timestamp, .interval]

  private static let median = AggregateFunction(
    name: "median",
    summary: "Returns the middle value, between two the mean of them.",
    examples: [
      FunctionExample("median(column1) FROM (VALUES (1), (10), (2))", "2.0"),
      FunctionExample("median(column1) FROM (VALUES (1h), (2h))", "5400"),
    ],
    overloads: types.map { type in
      Overload(
        [type],
        to: type,
        makeFramed: { _ throws(FunctionError) in FramedQuantile(type, share: 0.5) }
      ) { _ throws(FunctionError) in QuantileAccumulator(type, share: 0.5) }
    },
    distinctOverloads: types.map { type in
      Overload([type], to: type) { _ throws(FunctionError) in
        DistinctAccumulator(type, inner: QuantileAccumulator(type, share: 0.5))
      }
    }
  )

  private static let quantile = AggregateFunction(
    name: "quantile",
    aliases: ["quantile_cont", "percentile_cont"],
    summary:
      "Returns the value at a share p, 0 to 1, of the values in order, interpolated linearly.",
    examples: [
      FunctionExample("quantile(column1, 0.25) FROM (VALUES (10), (20), (30))", "15.0")
    ],
    overloads: types.map { type in
      Overload(
        [type, .float],
        to: type,
        makeFramed: { constants throws(FunctionError) in
          FramedQuantile(type, share: try share(constants))
        }
      ) { constants throws(FunctionError) in
        QuantileAccumulator(type, share: try share(constants))
      }
    },
    differences: "percentile_cont(p) WITHIN GROUP (ORDER BY x) is understood too."
  )

  private static let discreteQuantile = AggregateFunction(
    name: "quantile_disc",
    aliases: ["percentile_disc"],
    summary:
      "Returns the first of the values in order whose share of the rows reaches p, 0 to 1; never "
      + "one between two.",
    examples: [
      FunctionExample("quantile_disc(column1, 0.5) FROM (VALUES (10), (20), (30), (40))", "20")
    ],
    overloads: [DataType.int, .decimal, .float, .timestamp, .date, .interval].map { type in
      Overload([type, .float], to: type) { constants throws(FunctionError) in
        QuantileAccumulator(type, share: try share(constants), isDiscrete: true)
      }
    },
    differences:
      "percentile_disc(p) WITHIN GROUP (ORDER BY x) is understood too; texts are not ordered by it."
  )

  private static let moments: [AggregateFunction] = [
    moment(
      "stddev",
      ["stddev_samp"],
      "Returns the standard deviation of a sample; NULL below two values.",
      .standardDeviation,
      isSample: true,
      "(2), (4), (4), (6)",
      "1.632993161855452"
    ),
    moment(
      "stddev_pop",
      [],
      "Returns the standard deviation of a whole population.",
      .standardDeviation,
      isSample: false,
      "(2), (4), (4), (6)",
      "1.4142135623730951"
    ),
    moment(
      "variance",
      ["var_samp"],
      "Returns the variance of a sample; NULL below two values.",
      .variance,
      isSample: true,
      "(1), (2), (3)",
      "1.0"
    ),
    moment(
      "var_pop",
      [],
      "Returns the variance of a whole population.",
      .variance,
      isSample: false,
      "(1), (3)",
      "1.0"
    ),
  ]

  private static func moment(
    _ name: String,
    _ aliases: [String],
    _ summary: String,
    _ result: MomentsAccumulator.Result,
    isSample: Bool,
    _ values: String,
    _ expected: String
  ) -> AggregateFunction {
    AggregateFunction(
      name: name,
      aliases: aliases,
      summary: summary,
      examples: [FunctionExample("\(name)(column1) FROM (VALUES \(values))", expected)],
      overloads: [
        Overload(
          [.float],
          to: .float,
          makeFramed: { _ throws(FunctionError) in FramedMoments(result, isSample: isSample) }
        ) { _ throws(FunctionError) in MomentsAccumulator(result, isSample: isSample) }
      ],
      distinctOverloads: [
        Overload([.float], to: .float) { _ throws(FunctionError) in
          DistinctAccumulator(.float, inner: MomentsAccumulator(result, isSample: isSample))
        }
      ]
    )
  }

  private static func share(_ constants: [Value]) throws(FunctionError) -> Double {
    let share: Double
    switch constants.first {
    case .float(let float): share = float
    case .int(let int): share = Double(int)
    case .decimal(let hundredths): share = Double(hundredths) / 100
    default: throw .badArgument("quantile's p is a number, the same for every row")
    }
    guard share >= 0, share <= 1 else {
      throw .badArgument("quantile's p lies between 0 and 1: \(share)")
    }
    return share
  }
}
