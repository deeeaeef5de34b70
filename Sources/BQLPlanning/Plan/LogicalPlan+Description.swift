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
    case .join(let join): return join.title
    case .with(let query): return "with \(query.name)"
    case .replicate: return "replicate"
    case .summarize(let plan):
      return "summarize \(plan.columns.map { plan.input.schema[$0].name }.joined(separator: ", "))"
    case .correlate(let plan): return plan.title
    case .model(let question): return question.title
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
    var lines = [title]
    for (index, query) in subqueries.enumerated() {
      lines.append("  query \(index + 1)")
      for line in Optimizer.optimizePart(query.plan).description { lines.append("    " + line) }
    }
    for input in described {
      for line in input.description { lines.append("  " + line) }
    }
    return lines
  }

  /// The queries that stand for values in the node's expressions.
  package var subqueries: [BoundSubquery] {
    var found: [BoundSubquery] = []
    _ = mapExpressions { expression in
      for query in expression.subqueries where !found.contains(query) { found.append(query) }
      return expression
    }
    return found
  }

  /// The inputs as EXPLAIN shows them.
  private var described: [LogicalPlan] {
    if case .with(let query) = self { [Optimizer.optimizePart(query.plan)] } else { inputs }
  }
}

extension JoinPlan {
  fileprivate var title: String {
    let sides = [("left", left.schema), ("right", right.schema)]
    let both = Schema(
      sides.flatMap { side, schema in
        schema.fields.map { Field("\(side).\($0.name)", $0.type) }
      }
    )
    var condition = condition.map { " on \($0.described(by: both))" } ?? ""
    if let membership { condition += " member \(membership.described(by: both))" }
    return "\(kind.rawValue) join\(condition)"
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
  /// Members of a list that are spelled out.
  private static let shownMembers = 12

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
      let shown = list.prefix(Self.shownMembers).map(text).joined(separator: ", ")
      let more = list.count - Self.shownMembers
      return "\(text(operand)) in (\(shown)\(more > 0 ? ", and \(more) more" : ""))"
    case .isMember(let operand, let list):
      return "\(text(operand)) in (\(list.values.count) values)"
    case .conditional(let branches, let otherwise):
      let cases = branches.map { "when \(text($0.condition)) then \(text($0.result))" }
      return "case \(cases.joined(separator: " ")) else \(text(otherwise)) end"
    case .scalarQuery: return "(query)"
    case .inQuery(let operand, _): return "\(text(operand)) in (query)"
    case .exists: return "exists (query)"
    case .outer(let value): return "outer \(value.kind)"
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
