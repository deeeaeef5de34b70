import BQLColumnar

/// Lists the aggregates that return one column's value where another is smallest or largest.
enum ArgumentAggregates {
  static let functions = [
    function("arg_max", ["max_by"], .maximum, "largest", "b"),
    function("arg_min", ["min_by"], .minimum, "smallest", "a"),
  ]

  private static func function(
    _ name: String,
    _ aliases: [String],
    _ end: ExtremeAccumulator.End,
    _ word: String,
    _ expected: String
  ) -> AggregateFunction {
    AggregateFunction(
      name: name,
      aliases: aliases,
      summary:
        "Returns the first value of the row on which the second is \(word), of several such rows the "
        + "first; rows with a NULL in either are left out.",
      examples: [
        FunctionExample(
          "\(name)(column1, column2) FROM (VALUES ('a', 1), ('b', 3), ('c', 2))",
          expected
        )
      ],
      overloads: DataType.allCases.flatMap { value in
        DataType.allCases.map { order in
          AggregateFunction.Overload([value, order], columnCount: 2, to: value) {
            _ throws(FunctionError) in ArgumentAccumulator(value, by: order, end)
          }
        }
      },
      differences: "PostgreSQL has none of this name.",
      forms: ["\(name)(T, U) → T, T and U any types"]
    )
  }
}

/// Keeps the value of one column at the extreme of another; of equal extremes that of the first row.
struct ArgumentAccumulator: Accumulator {
  private let end: ExtremeAccumulator.End
  private var values: KeyEncoder
  private var orders: KeyEncoder
  private var valueKeys: [Int64] = []
  private var orderKeys: [Int64] = []
  private var isPresent: [Bool] = []

  init(_ value: DataType, by order: DataType, _ end: ExtremeAccumulator.End) {
    self.end = end
    values = KeyEncoder(value)
    orders = KeyEncoder(order)
  }

  mutating func grow(to groupCount: Int) {
    valueKeys.grow(to: groupCount, 0)
    orderKeys.grow(to: groupCount, 0)
    isPresent.grow(to: groupCount, false)
  }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(GroupRows.present(groups, arguments[0]), arguments[1])
    let newValues = values.keys(arguments[0], groups: groups)
    let newOrders = orders.keys(arguments[1], groups: groups)
    for row in groups.indices where groups[row] >= 0 {
      add(Int(groups[row]), newValues[row], newOrders[row])
    }
  }

  @inline(__always)
  private mutating func add(_ group: Int, _ value: Int64, _ order: Int64) {
    if isPresent[group] {
      let wins =
        end == .minimum
        ? orders.precedes(order, orderKeys[group]) : orders.precedes(orderKeys[group], order)
      if !wins { return }
    }
    valueKeys[group] = value
    orderKeys[group] = order
    isPresent[group] = true
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    let newValues = values.translated(other.valueKeys, from: other.values)
    let newOrders = orders.translated(other.orderKeys, from: other.orders)
    for (group, target) in mapping.enumerated() where target >= 0 && other.isPresent[group] {
      add(Int(target), newValues[group], newOrders[group])
    }
  }

  func finish() throws(FunctionError) -> Column {
    values.column(valueKeys, validity: Bitmap(isPresent))
  }
}
