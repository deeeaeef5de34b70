import BQLColumnar
import BQLFunctions
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds DESCRIBE: one row a column, with role and missing share.
  mutating func bindDescribe(_ describe: DescribeStatement) -> Relation? {
    if describe.isFeatureSet { return bindFeatureDictionary(describe.table) }
    if describe.table.name.lowercased() == Catalog.usersTable {
      return bindDescribeUsers(at: describe.table.range)
    }
    guard let entry = lookUp(describe.table) else { return nil }
    let schema = Schema([
      Field("column", .text), Field("type", .text), Field("role", .text), Field("missing", .int),
    ])
    var missing: [Int64] = []
    var roles = [String?](repeating: nil, count: entry.schema.count)
    switch entry {
    case .log(let log):
      for role in Role.allCases {
        if let column = log.roles[role] { roles[column] = role.rawValue }
      }
      missing = log.schema.fields.map { field in
        Int64(log.report.nullCounts.first { $0.column == field.name }?.rowCount ?? 0)
      }
      note(description(of: log))
    case .relation(let relation, let kind):
      if case .table(let key?) = kind, let index = relation.schema.index(named: key) {
        roles[index] = "key"
      }
      missing = relation.schema.fields.indices.map { column in
        Int64(relation.chunks.reduce(0) { $0 + $1.columns[column].nullCount })
      }
      note("\(relation.rowCount) rows")
    }
    let rows = entry.schema.fields.enumerated().map { index, field in
      [
        Value.text(field.name), .text(field.type.rawValue),
        roles[index].map { .text($0) } ?? .null, .int(missing[index]),
      ]
    }
    return Relation(schema: schema, rows: rows)
  }

  private func description(of log: EventLog) -> String {
    var parts = ["\(log.rowCount) rows", "\(log.userCount) users"]
    if let sessions = log.report.sessionCount { parts.append("\(sessions) sessions") }
    if let range = log.timeRange {
      let zone = settings.timeZone
      let first = ValueText.text(timestamp: range.lowerBound, in: zone)
      let last = ValueText.text(timestamp: range.upperBound, in: zone)
      parts.append("\(first) to \(last)\(zone.isUTC ? " UTC" : "")")
    }
    let events = log.events.map { "\($0.name) \($0.rowCount)" }.joined(separator: ", ")
    return parts.joined(separator: ", ") + (events.isEmpty ? "" : "; events: \(events)")
  }

  /// Binds SUMMARIZE: every column that is not a dimension is described.
  mutating func bindSummarize(_ summarize: SummarizeStatement) -> SummarizePlan? {
    guard let table = bindTable(summarize.table) else { return nil }
    var context = ExpressionContext(scope: table.scope, clause: "BY", grouping: nil)
    context.scope.allowsTimeParts = true
    guard let groups = bindDimensions(summarize.by, context) else { return nil }
    let dimensions = Set(
      groups.compactMap { group -> Int? in
        if case .column(let index) = group.expression.kind { index } else { nil }
      }
    )
    var columns = Array(table.scope.columns.indices)
    for item in attributeItems(table.scope, at: summarize.table.range) {
      guard let bound = bind(item.expression, context), case .column(let index) = bound.kind else {
        return nil
      }
      columns.append(index)
    }
    return SummarizePlan(
      input: attaching(to: table.plan),
      groups: groups,
      columns: columns.filter { !dimensions.contains($0) }
    )
  }

  /// Binds `BY dimension, …`, naming each.
  mutating func bindDimensions(
    _ expressions: [Expression],
    _ context: ExpressionContext
  ) -> [NamedExpression]? {
    let bound = expressions.map { expression in
      bind(expression, context).map {
        NamedExpression(name(of: expression, in: context.scope), $0)
      }
    }
    let found = bound.compactMap { $0 }
    return found.count == bound.count ? found : nil
  }

  /// Binds SHOW: what the catalog, the registry and the settings hold.
  mutating func bindShow(_ show: ShowStatement) -> Relation {
    switch show.subject {
    case .tables:
      let schema = Schema([
        Field("table", .text), Field("kind", .text), Field("rows", .int), Field("columns", .int),
        Field("users", .int), Field("first_time", .timestamp), Field("last_time", .timestamp),
      ])
      let rows =
        catalog.names.compactMap { name -> [Value]? in
          guard let entry = catalog[name] else { return nil }
          var users = Value.null
          var range: ClosedRange<Int64>?
          if case .log(let log) = entry {
            users = .int(Int64(log.userCount))
            range = log.timeRange
          }
          return [
            .text(name), .text(entry.kindName), .int(Int64(entry.rowCount)),
            .int(Int64(entry.schema.count)), users,
            range.map { .timestamp($0.lowerBound) } ?? .null,
            range.map { .timestamp($0.upperBound) } ?? .null,
          ]
        } + usersRow
      return Relation(schema: schema, rows: rows)
    case .functions: return functionTable
    case .segments: return segmentTable
    case .models: return modelTable
    case .storage: return storageTable
    case .loads: return loadsTable
    case .settings:
      let schema = Schema([
        Field("setting", .text), Field("value", .text), Field("accepts", .text),
        Field("meaning", .text),
      ])
      let rows = Settings.all.map { setting -> [Value] in
        [
          .text(setting.name), .text(setting.get(settings)), .text(setting.accepted),
          .text(setting.summary),
        ]
      }
      return Relation(schema: schema, rows: rows)
    }
  }

  private var segmentTable: Relation {
    let schema = Schema([
      Field("segment", .text), Field("of", .text), Field("groups", .int),
      Field("definition", .text),
    ])
    let rows = catalog.segments.map { segment -> [Value] in
      [
        .text(segment.name), .text(segment.table ?? "users"),
        .int(Int64(segment.relations[.profile]?.rowCount ?? 0)), .text(segment.definition),
      ]
    }
    return Relation(schema: schema, rows: rows)
  }

  private var functionTable: Relation {
    let schema = Schema([
      Field("function", .text), Field("category", .text), Field("summary", .text),
      Field("example", .text), Field("result", .text),
    ])
    let rows = FunctionRegistry.references.map { reference -> [Value] in
      let example = reference.examples.first
      return [
        .text(reference.name), .text(reference.category.rawValue), .text(reference.summary),
        example.map { .text($0.expression) } ?? .null, example.map { .text($0.result) } ?? .null,
      ]
    }
    return Relation(schema: schema, rows: rows)
  }
}
