/// Finds functions by name; the one place that lists them all.
package enum FunctionRegistry {
  /// Every scalar function and operator, sorted by name.
  package static let scalars: [ScalarFunction] =
    [
      Comparison.functions, Arithmetic.functions, Numeric.functions, NumericMore.functions,
      Text.functions, TextMore.functions, TextSearch.functions, TextMatch.functions,
      TextPattern.functions, Time.functions, TimeMaking.functions, TimeText.functions,
      Conditional.functions,
    ].flatMap { $0 }.sorted { $0.name < $1.name }

  /// Every aggregate function, sorted by name.
  package static let aggregates: [AggregateFunction] =
    [
      BasicAggregates.functions, SpreadAggregates.functions, PairAggregates.functions,
      ChoiceAggregates.functions, ArgumentAggregates.functions, HistogramAggregate.functions,
    ]
    .flatMap { $0 }.sorted { $0.name < $1.name }

  /// Every function that stands with OVER alone, sorted by name; aggregates take OVER, too.
  package static let windows: [WindowFunction] =
    [RankFunctions.functions, RowFunctions.functions].flatMap { $0 }.sorted { $0.name < $1.name }

  /// What HELP, SHOW FUNCTIONS, completion and the reference tell of, sorted by name within its kind.
  package static let references: [FunctionReference] =
    scalars.map { FunctionReference($0) } + aggregates.map { FunctionReference($0) }
    + windows.map { FunctionReference($0) } + LanguageForms.references

  private static let referencesByName: [String: FunctionReference] = {
    var map: [String: FunctionReference] = [:]
    for reference in references {
      for name in [reference.name] + reference.aliases { map[name] = reference }
    }
    return map
  }()

  /// Returns what is known of a function, operator or form called `name`, in lower case.
  package static func reference(_ name: String) -> FunctionReference? { referencesByName[name] }

  private static let scalarsByName: [String: ScalarFunction] = {
    var map: [String: ScalarFunction] = [:]
    for function in scalars {
      for name in [function.name] + function.aliases { map[name] = function }
    }
    return map
  }()

  private static let aggregatesByName: [String: AggregateFunction] = {
    var map: [String: AggregateFunction] = [:]
    for function in aggregates {
      for name in [function.name] + function.aliases { map[name] = function }
    }
    return map
  }()

  private static let windowsByName = Dictionary(
    windows.map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  /// Returns the scalar function or operator called `name`, in lower case.
  package static func scalar(_ name: String) -> ScalarFunction? { scalarsByName[name] }

  /// Returns the aggregate called `name`, in lower case.
  package static func aggregate(_ name: String) -> AggregateFunction? { aggregatesByName[name] }

  /// Returns the window function called `name`, in lower case.
  package static func window(_ name: String) -> WindowFunction? { windowsByName[name] }

  /// Every name that an expression may call, for suggestions and completion; without operators.
  package static var callableNames: [String] {
    (Array(scalarsByName.keys) + Array(aggregatesByName.keys) + Array(windowsByName.keys)
      + ["try_cast"])
      .filter { $0.first?.isLetter ?? false }.sorted()
  }
}
