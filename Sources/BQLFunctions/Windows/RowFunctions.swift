import BQLColumnar

/// Lists the window functions that return a value of another row.
enum RowFunctions {
  static let functions = [lag, lead, firstValue, lastValue, nthValue]

  private typealias Overload = WindowFunction.Overload

  private static let lag = WindowFunction(
    .lag,
    name: "lag",
    summary: "Returns a value of the row that stands n (1) rows before, else the default, or NULL.",
    examples: [
      FunctionExample(
        "lag(column1) OVER (ORDER BY column1) FROM (VALUES (1), (2), (4))",
        ", 1, 2"
      ),
      FunctionExample(
        "lag(column1, 2, 0) OVER (ORDER BY column1) FROM (VALUES (1), (2), (4))",
        "0, 0, 1"
      ),
    ],
    overloads: offsets,
    forms: ["(value)", "(value, offset)", "(value, offset, default)"],
    mayIgnoreNulls: true
  )

  private static let lead = WindowFunction(
    .lead,
    name: "lead",
    summary: "Returns a value of the row that stands n (1) rows behind, else the default, or NULL.",
    examples: [
      FunctionExample(
        "lead(column1) OVER (ORDER BY column1) FROM (VALUES (1), (2), (4))",
        "2, 4, "
      )
    ],
    overloads: offsets,
    forms: ["(value)", "(value, offset)", "(value, offset, default)"],
    mayIgnoreNulls: true
  )

  private static let firstValue = WindowFunction(
    .firstValue,
    name: "first_value",
    summary: "Returns a value of the first row of the frame.",
    examples: [
      FunctionExample(
        "first_value(column1) OVER (ORDER BY column1 DESC) FROM (VALUES (1), (2), (4))",
        "4, 4, 4"
      )
    ],
    overloads: DataType.allCases.map { Overload([$0], to: $0) },
    forms: ["(value)"],
    mayIgnoreNulls: true
  )

  private static let lastValue = WindowFunction(
    .lastValue,
    name: "last_value",
    summary: "Returns a value of the frame's last row: with ORDER BY that is, unless a frame says "
      + "more, the last row equal to the current one.",
    examples: [
      FunctionExample(
        "last_value(column1) OVER (ORDER BY column1) FROM (VALUES (1), (2), (4))",
        "1, 2, 4"
      ),
      FunctionExample(
        "last_value(column1) IGNORE NULLS OVER (ROWS UNBOUNDED PRECEDING) "
          + "FROM (VALUES ('a'), (NULL), ('b'))",
        "a, a, b"
      ),
    ],
    overloads: DataType.allCases.map { Overload([$0], to: $0) },
    forms: ["(value)"],
    mayIgnoreNulls: true
  )

  private static let nthValue = WindowFunction(
    .nthValue,
    name: "nth_value",
    summary: "Returns a value of the frame's n-th row, counted from 1; NULL where it has fewer.",
    examples: [
      FunctionExample(
        "nth_value(column1, 2) OVER (ROWS UNBOUNDED PRECEDING) FROM (VALUES (1), (2), (4))",
        ", 2, 2"
      )
    ],
    overloads: DataType.allCases.map { Overload([$0, .int], to: $0) },
    forms: ["(value, n)"],
    mayIgnoreNulls: true
  )

  /// The value; with an offset; with an offset and a default.
  private static let offsets: [Overload] =
    DataType.allCases.map { Overload([$0], to: $0) }
    + DataType.allCases.map { Overload([$0, .int], to: $0) }
    + DataType.allCases.map { Overload([$0, .int, $0], to: $0) }
}
