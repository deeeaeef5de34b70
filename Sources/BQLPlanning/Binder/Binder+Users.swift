import BQLColumnar
import BQLStorage
import BQLSyntax

// The table of users: FROM users, DESCRIBE users.
extension Binder {
  /// Binds FROM users: one row a user of the log, its attributes read as they are named.
  mutating func bindUsers(_ name: Identifier, _ reference: TableReference) -> BoundTable? {
    guard let (log, users) = usersOfLog(at: name.range) else { return nil }
    noteReads(of: log)
    let base = users.usersAsRows
    let qualifier = reference.alias?.name ?? Catalog.usersTable
    var scope = Scope(schema: base.schema, qualifier: qualifier, roles: base.roles)
    scope.attributes = AttributeScope(base: base, log: users, isUsersTable: true)
    let plan = ScanPlan(name: Catalog.usersTable, table: .log(base), columns: [0])
    return BoundTable(plan: .scan(plan), scope: scope)
  }

  /// The log whose users `users` lists.
  mutating func usersOfLog(at range: SourceRange) -> (name: String, log: EventLog)? {
    if let found = catalog.userLog { return found }
    return fail(
      .unknownTable,
      "no event log is loaded, so there are no users",
      at: range,
      hints: ["load one first: LOAD 'events.csv'"]
    )
  }

  /// Returns a scan of a log with the attributes that were named behind its columns; any other plan
  /// as it is.
  func attaching(to plan: LogicalPlan) -> LogicalPlan {
    guard case .scan(var scan) = plan, case .log(let base) = scan.table else { return plan }
    let log = attributeSlots.attaching(to: base)
    scan.table = .log(log)
    scan.columns += Array(base.schema.count..<log.schema.count)
    return .scan(scan)
  }

  /// The attributes that `*` stands for in FROM users, behind the user's column; none elsewhere.
  ///
  /// A table with several rows of one user is left out, with a note.
  mutating func attributeItems(_ scope: Scope, at range: SourceRange) -> [WrittenItem] {
    guard let attributes = scope.attributes, attributes.isUsersTable else { return [] }
    var names: Set<String> = []
    let all = catalog.attributeReferences(for: attributes.log)
    let usable = all.filter { isUsable($0.reference, attributes.log) }
    for table in Set(all.compactMap(\.table)).subtracting(usable.compactMap(\.table)).sorted() {
      note("'\(table)' has several rows of one user: its columns are no attributes")
    }
    return usable.map { name, table, _ in
      let owner = Identifier(table ?? Catalog.usersTable, isQuoted: true, range: range)
      let column = Identifier(name, isQuoted: true, range: range)
      let isNew = names.insert(name.lowercased()).inserted
      return WrittenItem(
        name: isNew ? name : "\(owner.name).\(name)",
        expression: Expression(.column(qualifier: owner, name: column), range: range)
      )
    }
  }

  /// Binds DESCRIBE users: one row an attribute.
  mutating func bindDescribeUsers(at range: SourceRange) -> Relation? {
    guard let (logName, log) = usersOfLog(at: range) else { return nil }
    let schema = Schema([
      Field("attribute", .text), Field("type", .text), Field("log", .text), Field("version", .int),
      Field("state", .text), Field("users", .int), Field("distinct", .int),
      Field("definition", .text),
    ])
    var rows: [[Value]] = []
    for (name, table, reference) in catalog.attributeReferences(for: log) {
      var (values, state): (UserColumn?, String)
      do throws(AttributeProblem) {
        (values, state) = (try catalog.values(of: reference, for: log), "current")
      } catch {
        (values, state) = (nil, error.state)
      }
      var counts = [Value.null, .null]
      if let values {
        counts = [.int(Int64(values.valueCount)), .int(Int64(values.distinctCount))]
      }
      if let table, let column = catalog[table]?.schema.index(named: name),
        let type = catalog[table]?.schema[column].type
      {
        rows.append(
          [.text("\(table).\(name)"), .text(type.rawValue), .null, .null, .text(state)] + counts
            + [.text("column of the table \(table)")]
        )
      } else if let attribute = catalog.attribute(named: name) {
        rows.append(
          [
            .text(attribute.name), .text(attribute.type.rawValue), .text(attribute.owner.name),
            .int(Int64(attribute.owner.version)), .text(state),
          ] + counts + [.text(attribute.definition)]
        )
      }
    }
    note("\(log.userCount) users of \(logName)")
    if rows.isEmpty { note("no attributes: LET users.x = … and SELECT … INTO users define them") }
    return Relation(schema: schema, rows: rows)
  }

  /// The row of `users` in SHOW TABLES, where users have attributes.
  var usersRow: [[Value]] {
    guard let (_, log) = catalog.userLog else { return [] }
    let attributes = catalog.attributeReferences(for: log)
    guard !attributes.isEmpty else { return [] }
    let users = Value.int(Int64(log.userCount))
    return [
      [
        .text(Catalog.usersTable), .text("user attributes"), users,
        .int(Int64(1 + attributes.count)), users, .null, .null,
      ]
    ]
  }
}

extension AttributeProblem {
  /// One word for DESCRIBE users.
  fileprivate var state: String {
    switch self {
    case .stale: "stale"
    case .otherType: "other user type"
    case .repeatedUser: "repeated users"
    case .missing: "missing"
    }
  }
}
