package import BQLColumnar
import BQLFunctions
import BQLStorage

extension LogicalPlan {
  /// The node as one line of EXPLAIN, without its inputs.
  package var title: String {
    switch self {
    case .scan(let scan):
      let columns = scan.columns.map { scan.tableSchema[$0].name }.joined(separator: ", ")
      let filter = scan.filter.map { " where \($0.described(by: scan.tableSchema))" } ?? ""
      return "scan \(scan.name) [\(columns)]\(filter)"
    case .values(let relation):
      return "values \(relation.rowCount) row\(relation.rowCount == 1 ? "" : "s")"
    case .filter(let input, let predicate):
      return "filter \(predicate.described(by: input.schema))"
    case .project(let input, let items):
      return "project \(Self.list(items, input.schema))"
    case .aggregate(let plan):
      let calls = plan.aggregates.map(\.name).joined(separator: ", ")
      let keys = Self.list(plan.keys, plan.input.schema)
      return "aggregate [\(calls)]\(plan.keys.isEmpty ? "" : " by \(keys)")"
    case .window(let plan): return plan.title
    case .distinct: return "distinct"
    case .sort(let sort):
      let keys = sort.keys.map { key in
        sort.input.schema[key.column].name + (key.isDescending ? " desc" : "")
      }
      let limit = sort.limit.map { " first \($0)" } ?? ""
      return "sort \(keys.joined(separator: ", "))\(limit)"
    case .limit(_, let limit):
      let count = limit.count.map(String.init) ?? "all"
      return "limit \(count)\(limit.offset > 0 ? " offset \(limit.offset)" : "")"
    case .union: return "union all"
    case .summarize(let plan):
      return "summarize \(plan.columns.map { plan.input.schema[$0].name }.joined(separator: ", "))"
    case .behavior(let question): return question.title
    }
  }

  private static func list(_ items: [NamedExpression], _ schema: Schema) -> String {
    items.map { item in
      let text = item.expression.described(by: schema)
      return text == item.name ? text : "\(text) as \"\(item.name)\""
    }.joined(separator: ", ")
  }

  /// The plan as a tree, one node a line, inputs indented.
  package var description: [String] {
    [title] + inputs.flatMap { $0.description.map { "  " + $0 } }
  }
}

extension WindowPlan {
  /// The node as one line of EXPLAIN.
  var title: String {
    let schema = input.schema
    let calls = window.calls.map(\.name).joined(separator: ", ")
    let partition = window.partition.map { $0.described(by: schema) }.joined(separator: ", ")
    let order = window.order.map { key in
      // Where NULLs stand is said where it is not what the direction has them.
      let nulls = key.nullsFirst == key.isDescending ? "" : key.nullsFirst ? "first" : "last"
      return key.expression.described(by: schema) + (key.isDescending ? " desc" : "")
        + (nulls.isEmpty ? "" : " nulls \(nulls)")
    }.joined(separator: ", ")
    return "window [\(calls)]" + (partition.isEmpty ? "" : " partition by \(partition)")
      + (order.isEmpty ? "" : " order by \(order)")
  }
}

extension BoundExpression {
  /// The expression in words, with the input's column names.
  package func described(by schema: Schema) -> String {
    func text(_ part: BoundExpression) -> String { part.described(by: schema) }
    switch kind {
    case .column(let index): return schema[index].name
    case .literal(let value): return value.described
    case .call(let call, let arguments):
      let isOperator = !(call.name.first?.isLetter ?? true)
      if isOperator, arguments.count == 2 {
        return "(\(text(arguments[0])) \(call.name) \(text(arguments[1])))"
      }
      return "\(call.name)(\(arguments.map(text).joined(separator: ", ")))"
    case .cast(let operand): return "\(text(operand))::\(type.rawValue)"
    case .and(let parts): return "(\(parts.map(text).joined(separator: " and ")))"
    case .or(let parts): return "(\(parts.map(text).joined(separator: " or ")))"
    case .isNull(let operand): return "\(text(operand)) is null"
    case .isTruth(let operand, let value): return "\(text(operand)) is \(value)"
    case .isNotDistinct(let a, let b): return "\(text(a)) is not distinct from \(text(b))"
    case .inList(let operand, let list):
      return "\(text(operand)) in (\(list.map(text).joined(separator: ", ")))"
    case .conditional(let branches, let otherwise):
      let cases = branches.map { "when \(text($0.condition)) then \(text($0.result))" }
      return "case \(cases.joined(separator: " ")) else \(text(otherwise)) end"
    case .scalarQuery: return "(query)"
    case .inQuery(let operand, _): return "\(text(operand)) in (query)"
    case .exists: return "exists (query)"
    }
  }
}

extension Value {
  /// The value as a literal reads.
  var described: String {
    switch self {
    case .null: return "null"
    case .text(let text): return "'\(text)'"
    case .bool, .int, .float, .decimal, .timestamp, .date, .interval:
      guard let type else { return "null" }
      let column = Column(repeating: self, type: type, count: 1)
      if let text = try? Cast.convert(column, to: .text), case .text(let shown) = text[0] {
        return type.isNumeric || type == .bool ? shown : "\(type.rawValue) '\(shown)'"
      }
      return "\(self)"
    }
  }
}
