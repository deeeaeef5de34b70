import BQLColumnar

/// Lists the functions that choose between values; `AND`, `OR` and `CASE` are part of the language.
enum Conditional {
  static let functions = [not, coalesce, nullif, greatest, least]

  private static let not = ScalarFunction(
    name: "not",
    category: .conditional,
    summary: "Turns true into false and false into true.",
    examples: [FunctionExample("not(true)", "false"), FunctionExample("not(NULL)", "")],
    overloads: [.map(.bool, to: .bool) { (bool: Bool) in !bool }]
  )

  private static let coalesce = ScalarFunction(
    name: "coalesce",
    aliases: ["ifnull"],
    category: .conditional,
    summary: "Returns the first value that is not NULL.",
    nullRule: .special,
    examples: [
      FunctionExample("coalesce(NULL, 'unknown')", "unknown"),
      FunctionExample("coalesce(NULL, 2, 3)", "2"),
    ],
    overloads: perType(isVariadic: true) { arguments, row in
      arguments.firstIndex { $0.isValid(row) }
    }
  )

  private static let nullif = ScalarFunction(
    name: "nullif",
    category: .conditional,
    summary: "Returns NULL where the two values are equal, else the first.",
    nullRule: .special,
    examples: [FunctionExample("nullif(0, 0)", ""), FunctionExample("nullif('a', 'b')", "a")],
    overloads: DataType.allCases.map { type in
      ScalarFunction.Overload([type, type], to: type) { arguments, count throws(FunctionError) in
        let orders = RowOrder(arguments)
        let choice = (0..<count).map { row -> Int? in
          guard arguments[0].isValid(row) else { return nil }
          return arguments[1].isValid(row) && orders.areEqual(0, 1, row) ? nil : 0
        }
        return Choice.column(arguments, choice)
      }
    }
  )

  private static let greatest = ScalarFunction(
    name: "greatest",
    category: .conditional,
    summary: "Returns the largest of the values that are not NULL.",
    nullRule: .special,
    examples: [
      FunctionExample("greatest(3, 7, 5)", "7"), FunctionExample("greatest(NULL, 'a')", "a"),
    ],
    overloads: extremes { orders, candidate, best, row in orders.precedes(best, candidate, row) }
  )

  private static let least = ScalarFunction(
    name: "least",
    category: .conditional,
    summary: "Returns the smallest of the values that are not NULL.",
    nullRule: .special,
    examples: [FunctionExample("least(3, 7, 5)", "3")],
    overloads: extremes { orders, candidate, best, row in orders.precedes(candidate, best, row) }
  )

  private static func extremes(
    _ beats: @escaping @Sendable (RowOrder, Int, Int, Int) -> Bool
  ) -> [ScalarFunction.Overload] {
    DataType.allCases.map { type in
      ScalarFunction.Overload([type], isVariadic: true, to: type) {
        arguments,
        count throws(FunctionError) in
        let orders = RowOrder(arguments)
        let choice = (0..<count).map { row -> Int? in
          var best: Int?
          for candidate in arguments.indices where arguments[candidate].isValid(row) {
            if let current = best, !beats(orders, candidate, current, row) { continue }
            best = candidate
          }
          return best
        }
        return Choice.column(arguments, choice)
      }
    }
  }

  private static func perType(
    isVariadic: Bool,
    _ choose: @escaping @Sendable ([Column], Int) -> Int?
  ) -> [ScalarFunction.Overload] {
    DataType.allCases.map { type in
      ScalarFunction.Overload([type], isVariadic: isVariadic, to: type) {
        arguments,
        count throws(FunctionError) in
        Choice.column(arguments, (0..<count).map { choose(arguments, $0) })
      }
    }
  }
}
