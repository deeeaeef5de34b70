import BQLColumnar

/// Lists the aggregates that count, add up and compare.
enum BasicAggregates {
  static let functions = [count, sum, average, minimum, maximum]

  private typealias Overload = AggregateFunction.Overload

  private static let count = AggregateFunction(
    name: "count",
    summary: "Counts rows, or the rows where a value is not NULL.",
    examples: [
      FunctionExample("count(*) FROM (VALUES (1), (NULL), (1))", "3"),
      FunctionExample("count(column1) FROM (VALUES (1), (NULL), (1))", "2"),
      FunctionExample("count(DISTINCT column1) FROM (VALUES (1), (NULL), (1))", "1"),
    ],
    overloads: ([[]] + DataType.allCases.map { [$0] }).map { types in
      Overload(types, to: .int, makeFramed: { _ throws(FunctionError) in FramedCount() }) {
        _ throws(FunctionError) in CountAccumulator()
      }
    },
    distinctOverloads: DataType.allCases.map { type in
      Overload(
        [type],
        to: .int,
        makeClustered: { ClusteredCountAccumulator() },
        makeFramed: { _ throws(FunctionError) in FramedDistinct(type, .count) }
      ) { _ throws(FunctionError) in DistinctAccumulator(type) }
    }
  )

  private static let sum = AggregateFunction(
    name: "sum",
    summary: "Adds up the values, whole numbers and money exactly; NULL without any.",
    examples: [
      FunctionExample("sum(column1) FROM (VALUES (1), (2), (NULL))", "3"),
      FunctionExample("sum(column1) FROM (VALUES (0.10), (0.20))", "0.30"),
      FunctionExample("sum(DISTINCT column1) FROM (VALUES (5), (5), (7))", "12"),
    ],
    overloads: totals(.sum, distinct: false),
    distinctOverloads: totals(.sum, distinct: true)
  )

  private static let average = AggregateFunction(
    name: "avg",
    aliases: ["mean"],
    summary: "Returns the mean of the values: their exact sum divided by their number.",
    examples: [
      FunctionExample("avg(column1) FROM (VALUES (1), (2), (NULL))", "1.5"),
      FunctionExample("avg(column1) FROM (VALUES (1h), (2h))", "5400"),
    ],
    overloads: totals(.average, distinct: false),
    distinctOverloads: totals(.average, distinct: true)
  )

  private static let minimum = AggregateFunction(
    name: "min",
    summary: "Returns the smallest value; texts compare byte by byte.",
    examples: [FunctionExample("min(column1) FROM (VALUES ('b'), ('a'), (NULL))", "a")],
    overloads: extremes(.minimum),
    distinctOverloads: extremes(.minimum)
  )

  private static let maximum = AggregateFunction(
    name: "max",
    summary: "Returns the largest value; texts compare byte by byte.",
    examples: [FunctionExample("max(column1) FROM (VALUES (3), (7), (NULL))", "7")],
    overloads: extremes(.maximum),
    distinctOverloads: extremes(.maximum)
  )

  private static func totals(
    _ result: ExactSumAccumulator.Result,
    distinct: Bool
  ) -> [Overload] {
    [DataType.int, .decimal, .float, .interval].map { type in
      let resultType: DataType =
        switch result {
        case .sum: type
        case .average: type == .interval ? .interval : .float
        }
      return Overload(
        [type],
        to: resultType,
        makeFramed: framedTotal(type, result, distinct: distinct)
      ) { _ throws(FunctionError) in
        let plain: any Accumulator =
          type == .float ? FloatSumAccumulator(result) : ExactSumAccumulator(type, result)
        return distinct ? DistinctAccumulator(type, inner: plain) : plain
      }
    }
  }

  /// Distinct floats have none: their sum would depend on the order in which they leave a frame.
  private static func framedTotal(
    _ type: DataType,
    _ result: ExactSumAccumulator.Result,
    distinct: Bool
  ) -> (@Sendable ([Value]) throws(FunctionError) -> any FramedAggregate)? {
    switch (type, distinct) {
    case (.float, true): nil
    case (.float, false): { _ throws(FunctionError) in FramedFloatSum(result) }
    case (_, true): { _ throws(FunctionError) in FramedDistinct(type, .total(result)) }
    case (_, false): { _ throws(FunctionError) in FramedExactSum(type, result) }
    }
  }

  private static func extremes(_ end: ExtremeAccumulator.End) -> [Overload] {
    DataType.allCases.map { type in
      Overload([type], to: type, makeFramed: { _ throws(FunctionError) in FramedExtreme(end) }) {
        _ throws(FunctionError) in ExtremeAccumulator(type, end)
      }
    }
  }
}
