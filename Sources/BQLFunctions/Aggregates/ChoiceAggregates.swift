import BQLColumnar

/// Lists the aggregates that pick, join or test values.
enum ChoiceAggregates {
  static let functions = [mode, first, last, any, countIf, boolAnd, boolOr, stringAgg]

  private typealias Overload = AggregateFunction.Overload

  private static let mode = AggregateFunction(
    name: "mode",
    summary: "Returns the most frequent value, of several the smallest.",
    examples: [
      FunctionExample("mode(column1) FROM (VALUES ('b'), ('a'), ('b'), ('a'), ('c'))", "a")
    ],
    overloads: perType({ FramedMode() }) { ModeAccumulator($0) }
  )

  private static let first = AggregateFunction(
    name: "first",
    summary: "Returns the first value that is not NULL, in the order of the rows.",
    examples: [FunctionExample("first(column1) FROM (VALUES (NULL), (7), (3))", "7")],
    overloads: perType({ FramedFirst(takesLast: false) }) {
      FirstAccumulator($0, takesLast: false)
    }
  )

  private static let last = AggregateFunction(
    name: "last",
    summary: "Returns the last value that is not NULL, in the order of the rows.",
    examples: [FunctionExample("last(column1) FROM (VALUES (7), (3), (NULL))", "3")],
    overloads: perType({ FramedFirst(takesLast: true) }) {
      FirstAccumulator($0, takesLast: true)
    }
  )

  private static let any = AggregateFunction(
    name: "any",
    aliases: ["any_value", "arbitrary"],
    summary: "Returns one of the values that are not NULL: the first, so that it never changes.",
    examples: [FunctionExample("any(column1) FROM (VALUES (NULL), ('x'), ('x'))", "x")],
    overloads: perType({ FramedFirst(takesLast: false) }) {
      FirstAccumulator($0, takesLast: false)
    }
  )

  private static let countIf = AggregateFunction(
    name: "count_if",
    aliases: ["countif"],
    summary: "Counts the rows on which a condition is true.",
    examples: [
      FunctionExample("count_if(column1 > 1) FROM (VALUES (1), (2), (NULL), (3))", "2")
    ],
    overloads: [
      Overload([.bool], to: .int) { _ throws(FunctionError) in ConditionCountAccumulator() }
    ],
    differences: "PostgreSQL says count(*) FILTER (WHERE …), which is understood too."
  )

  private static let boolAnd = AggregateFunction(
    name: "bool_and",
    aliases: ["every"],
    summary: "Tells whether all conditions are true.",
    examples: [FunctionExample("bool_and(column1) FROM (VALUES (true), (NULL), (false))", "false")],
    overloads: [
      Overload(
        [.bool],
        to: .bool,
        makeFramed: { _ throws(FunctionError) in FramedExtreme(.minimum) }
      ) { _ throws(FunctionError) in ExtremeAccumulator(.bool, .minimum) }
    ]
  )

  private static let boolOr = AggregateFunction(
    name: "bool_or",
    summary: "Tells whether any condition is true.",
    examples: [FunctionExample("bool_or(column1) FROM (VALUES (true), (NULL), (false))", "true")],
    overloads: [
      Overload(
        [.bool],
        to: .bool,
        makeFramed: { _ throws(FunctionError) in FramedExtreme(.maximum) }
      ) { _ throws(FunctionError) in ExtremeAccumulator(.bool, .maximum) }
    ]
  )

  private static let stringAgg = AggregateFunction(
    name: "string_agg",
    aliases: ["group_concat", "listagg"],
    summary: "Joins texts in the order of the rows, with a separator between them.",
    examples: [
      FunctionExample(
        "string_agg(column1, ' > ') FROM (VALUES ('view'), (NULL), ('cart'))",
        "view > cart"
      )
    ],
    overloads: [
      Overload([.text, .text], to: .text) { constants throws(FunctionError) in
        TextJoinAccumulator(separator: try separator(constants))
      }
    ],
    distinctOverloads: [
      Overload([.text, .text], to: .text) { constants throws(FunctionError) in
        DistinctAccumulator(.text, inner: TextJoinAccumulator(separator: try separator(constants)))
      }
    ]
  )

  private static func separator(_ constants: [Value]) throws(FunctionError) -> String {
    guard case .text(let separator) = constants.first else {
      throw .badArgument("string_agg's separator is a text, the same for every row")
    }
    return separator
  }

  private static func perType(
    _ makeFramed: @escaping @Sendable () -> any FramedAggregate,
    _ make: @escaping @Sendable (DataType) -> any Accumulator
  ) -> [Overload] {
    DataType.allCases.map { type in
      Overload([type], to: type, makeFramed: { _ throws(FunctionError) in makeFramed() }) {
        _ throws(FunctionError) in make(type)
      }
    }
  }
}
