package import BQLColumnar

/// Groups functions in `SHOW FUNCTIONS`, `HELP` and the reference.
package enum FunctionCategory: String, Hashable, Sendable, CaseIterable {
  case aggregate
  case arithmetic
  case text
  case time
  case comparison
  case conditional
  case conversion
  case window
}

/// Shows a function at work; every example runs as a test.
package struct FunctionExample: Hashable, Sendable {
  /// What stands after SELECT: `split_part('a.b', '.', 1)`; for an aggregate
  /// `sum(column1) FROM (VALUES (1), (2))`, for a window function
  /// `rank() OVER (ORDER BY column1) FROM (VALUES (1), (2))`.
  package let expression: String
  /// The result as the CSV format prints it; those of several rows with `, ` between them.
  package let result: String

  package init(_ expression: String, _ result: String) {
    self.expression = expression
    self.result = result
  }
}

/// Says what a function makes of NULL.
package enum NullRule: String, Hashable, Sendable {
  /// NULL if any argument is NULL.
  case propagates
  /// NULL arguments are skipped (aggregates).
  case ignored
  /// As the summary says.
  case special
}

/// Reports a value that a kernel cannot work on, as data; the caller adds the place.
package enum FunctionError: Error, Hashable, Sendable {
  case divisionByZero
  /// The result does not fit its type; holds what was computed: "int addition".
  case overflow(String)
  /// A text that is no value of the type: the text, and the type's name.
  case badCast(String, to: DataType)
  /// An argument out of its range, as a sentence: "quantile's p lies between 0 and 1: 1.5".
  case badArgument(String)
}
