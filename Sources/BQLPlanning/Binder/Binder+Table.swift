import BQLColumnar
import BQLStorage
import BQLSyntax

/// Holds what FROM names: its rows and what expressions may call its columns.
struct BoundTable {
  var plan: LogicalPlan
  var scope: Scope
  /// The tables that a join brings together; one where it is no join.
  var leafCount = 1

  /// The tables of a join, or the table as the only one.
  var joinedTables: [JoinedTable] {
    if case .join = plan { return scope.leaves }
    return [JoinedTable(scope: scope, start: 0, number: 0)]
  }
}

extension Binder {
  /// Binds what stands in FROM.
  mutating func bindTable(_ reference: TableReference) -> BoundTable? {
    guard var table = bindNamedTable(reference) else { return nil }
    guard !reference.columns.isEmpty else { return table }
    // Columns with names of their own are those of a query, no longer a log's.
    guard let named = renaming(table.plan, reference.columns, at: reference.range) else {
      return nil
    }
    table.plan = named
    table.scope = Scope(schema: named.schema, qualifier: reference.alias?.name)
    return table
  }

  /// Gives the columns of a plan other names.
  mutating func renaming(
    _ plan: LogicalPlan,
    _ names: [Identifier],
    at range: SourceRange
  ) -> LogicalPlan? {
    let fields = plan.schema.fields
    guard names.count == fields.count else {
      return fail(
        .wrongArguments,
        "\(names.count) names for \(fields.count) columns",
        at: names.first?.range ?? range,
        hints: ["its columns are " + fields.map(\.name).joined(separator: ", ")]
      )
    }
    let items = names.indices.map { index in
      let column = BoundExpression(.column(index), fields[index].type, range: names[index].range)
      return NamedExpression(names[index].name, column)
    }
    return .project(plan, items)
  }

  private mutating func bindNamedTable(_ reference: TableReference) -> BoundTable? {
    switch reference.kind {
    case .table(let name):
      if let common = commonTable(named: name.name) {
        let plan = LogicalPlan.with(common)
        let qualifier = reference.alias?.name ?? name.name
        return BoundTable(plan: plan, scope: Scope(schema: plan.schema, qualifier: qualifier))
      }
      if name.name.lowercased() == Catalog.usersTable { return bindUsers(name, reference) }
      guard let entry = lookUp(name) else { return nil }
      let qualifier = reference.alias?.name ?? name.name
      return table(named: name.name, entry, qualifier: qualifier)
    case .file(let path):
      guard let relation = files[path] else {
        return fail(.internalError, "the file was not read: '\(path)'", at: reference.range)
      }
      return table(
        named: path,
        .relation(relation, kind: .named),
        qualifier: reference.alias?.name
      )
    case .query(let query):
      guard let bound = bind(query) else { return nil }
      let plan = LogicalPlan(bound)
      return BoundTable(
        plan: plan,
        scope: Scope(schema: plan.schema, qualifier: reference.alias?.name)
      )
    case .values(let rows): return bindValues(rows, reference)
    case .join(let left, let kind, let right, let condition):
      return bindJoin(left, kind, right, condition, at: reference.range)
    }
  }

  /// Finds a table by name, or says which exist.
  mutating func lookUp(_ name: Identifier) -> Catalog.Entry? {
    if let entry = catalog[name.name] {
      noteReads(of: name.name)
      return entry
    }
    var hints = suggestions(for: name.name, among: catalog.names, kind: "tables")
    if catalog.names.isEmpty { hints.append("load a log first: LOAD 'events.csv'") }
    return fail(.unknownTable, "unknown table '\(name.name)'", at: name.range, hints: hints)
  }

  func table(named name: String, _ entry: Catalog.Entry, qualifier: String?) -> BoundTable {
    let schema = entry.schema
    let columns = Array(0..<schema.count)
    switch entry {
    case .log(let log):
      var scope = Scope(schema: schema, qualifier: qualifier, roles: log.roles)
      scope.attributes = AttributeScope(base: log, log: log)
      return BoundTable(
        plan: .scan(ScanPlan(name: name, table: .log(log), columns: columns)),
        scope: scope
      )
    case .relation(let relation, _):
      return BoundTable(
        plan: .scan(ScanPlan(name: name, table: .relation(relation), columns: columns)),
        scope: Scope(schema: schema, qualifier: qualifier)
      )
    }
  }

  private mutating func bindValues(
    _ rows: [[Expression]],
    _ reference: TableReference
  ) -> BoundTable? {
    let context = ExpressionContext(scope: Scope(columns: []), clause: "VALUES", grouping: nil)
    var bound: [[BoundExpression]] = []
    for row in rows {
      guard let cells = bindAll(row, context) else { return nil }
      guard cells.count == rows.first?.count else {
        return fail(
          .wrongArguments,
          "rows of VALUES have different lengths: \(rows[0].count) and "
            + "\(cells.count)",
          at: row.first?.range ?? reference.range
        )
      }
      bound.append(cells)
    }
    // Each column takes one type, to which its cells are brought.
    let width = rows.first?.count ?? 0
    for column in 0..<width {
      guard let unified = unify(bound.map { $0[column] }, at: reference.range) else {
        return nil
      }
      for row in bound.indices { bound[row][column] = unified[row] }
    }
    guard !bound.isEmpty else {
      return fail(.missingClause, "VALUES needs at least one row", at: reference.range)
    }
    let plan = Self.plan(values: bound)
    return BoundTable(
      plan: plan,
      scope: Scope(schema: plan.schema, qualifier: reference.alias?.name)
    )
  }

  /// Plans rows of one type a column: literals as a relation, however many they are; rows that
  /// must be computed, or fail, as one projection each.
  private static func plan(values rows: [[BoundExpression]]) -> LogicalPlan {
    let literals = rows.compactMap { row -> [Value]? in
      let values = row.compactMap(\.folded.literal)
      return values.count == row.count ? values : nil
    }
    if let first = rows.first, literals.count == rows.count {
      let fields = first.enumerated().map { Field("column\($0.offset + 1)", $0.element.type) }
      return .values(Relation(schema: Schema(fields), rows: literals))
    }
    // Halves, and halves of these: the depth of the plan grows with the logarithm of the rows.
    if rows.count > 1 {
      let middle = rows.count / 2
      return .union(
        plan(values: Array(rows[..<middle])),
        plan(values: Array(rows[middle...]))
      )
    }
    let cells = (rows.first ?? []).enumerated().map {
      NamedExpression("column\($0.offset + 1)", $0.element)
    }
    return .project(.values(.singleRow), cells)
  }
}

extension Relation {
  /// One row without columns: what a SELECT without FROM reads.
  static let singleRow = Relation(schema: Schema([]), chunks: [Chunk([], count: 1)])
}
