import BQLColumnar
import BQLStorage
import BQLSyntax

/// Holds the clauses of SEGMENT and CORRELATE that say which rows they look at.
struct FeatureClauses {
  var verb: String
  var source: FeatureSource?
  var from: TableReference?
  var condition: Expression?
  var asOf: Expression?
  var value: Expression?
  /// What is asked for beside the features.
  var extra: Expression?
  var range: SourceRange
  /// Whether it matters what rows are worth.
  var needsWorth = true

  /// Every expression over the rows.
  var expressions: [Expression] {
    var found = [extra, value].compactMap { $0 }
    if case .columns(let items)? = source?.kind {
      for case .expression(let expression) in items.map(\.kind) { found.append(expression) }
    }
    return found
  }
}

extension Binder {
  /// Binds what SEGMENT and CORRELATE look at: a table's rows, or the users of a log with their
  /// attributes, RFM and features as far as they are named.
  mutating func bindFeatureQuery(_ clauses: FeatureClauses) -> FeatureQuery? {
    switch tableName(clauses) {
    case .none: return nil
    case .some(.some(let table)): return bindTableFeatures(table, clauses)
    case .some(.none): return bindUserFeatures(clauses)
    }
  }

  /// The plain table that FROM or ON names; nil inside where a log's users are meant.
  private mutating func tableName(_ clauses: FeatureClauses) -> Identifier?? {
    if let from = clauses.from {
      guard case .table(let name) = from.kind else {
        return fail(
          .badClause,
          "\(clauses.verb) looks at a log or a table, found a query or a file",
          at: from.range,
          hints: ["name the result first: LET t = SELECT …;  LOAD '…' AS TABLE t;"]
        )
      }
      if name.name.lowercased() == Catalog.usersTable, catalog[name.name] == nil {
        return .some(nil)
      }
      guard let entry = lookUp(name) else { return nil }
      if case .log = entry { return .some(nil) }
      return .some(name)
    }
    guard case .named(let name)? = clauses.source?.kind, let entry = catalog[name.name] else {
      return .some(nil)
    }
    if case .log = entry {
      return fail(
        .typeMismatch,
        "'\(name.name)' is an event log, which has rows of events, not of users",
        at: name.range,
        hints: ["\(clauses.verb) … ON rfm FROM \(name.name) looks at its users"]
      )
    }
    return .some(name)
  }

  /// Binds the rows of a plain table, all of them in their order.
  private mutating func bindTableFeatures(
    _ name: Identifier,
    _ clauses: FeatureClauses
  ) -> FeatureQuery? {
    guard case .relation(let relation, let kind)? = lookUp(name) else { return nil }
    if let asOf = clauses.asOf {
      return fail(
        .badClause,
        "AS OF says up to when a log is read, and '\(name.name)' is a plain table",
        at: asOf.range
      )
    }
    var key: String?
    if case .table(key: let column) = kind { key = column }
    let made = catalog.segments(ofTable: name.name).map { $0.name.lowercased() }
    var items: [SelectItem] = []
    switch clauses.source?.kind {
    case .columns(let written): items = written
    case .none:
      // What the rules name, or OF.
      let named = Set(clauses.expressions.flatMap(\.namedColumns).map { $0.name.name.lowercased() })
      items = relation.schema.fields
        .filter { $0.type.isFeature && named.contains($0.name.lowercased()) }
        .map { Self.item($0.name, of: name.name, at: name.range) }
    case .named(let set) where set.name.lowercased() != name.name.lowercased():
      return fail(
        .badClause,
        UserFeatureSets.names.contains(set.name.lowercased())
          ? "'\(set.name)' are features of a log's users, and '\(name.name)' is a plain table"
          : "ON names '\(set.name)' and FROM '\(name.name)'",
        at: set.range,
        hints: ["ON \(name.name) takes all its numbers, ON (a, b) FROM \(name.name) some"]
      )
    case .named:
      let fields = relation.schema.fields.filter { field in
        field.name.lowercased() != key?.lowercased() && !made.contains(field.name.lowercased())
      }
      let named = clauses.expressions.flatMap(\.namedColumns).map { $0.name.name.lowercased() }
      let used = fields.filter { $0.type.isFeature && !named.contains($0.name.lowercased()) }
      items = used.map { Self.item($0.name, of: name.name, at: name.range) }
      let others = fields.filter { !$0.type.isFeature }
      if !others.isEmpty {
        note("columns that are no numbers left out: \(others.map(\.name).joined(separator: ", "))")
      }
    }
    var select = SelectStatement()
    select.from = TableReference(.table(name), range: name.range)
    return bindItems(
      select,
      .table(name: catalog.state(of: name.name)?.name ?? name.name),
      user: nil,
      hasBought: nil,
      worth: clauses.value,
      features: items,
      isKept: clauses.condition,
      clauses
    )
  }

  /// Binds one row a user: `users`, joined with RFM and with the features that are named.
  private mutating func bindUserFeatures(_ clauses: FeatureClauses) -> FeatureQuery? {
    var from = clauses.from
    if case .table(let name)? = from?.kind, name.name.lowercased() == Catalog.usersTable {
      from = nil
    }
    guard let (logName, log) = bindLog(from, at: clauses.range) else { return nil }
    guard let userColumn = log.roles[.user] else {
      return fail(.missingRole, "the log has no USER column", at: clauses.range)
    }
    let range = clauses.range
    let user = log.schema[userColumn].name
    var sets = UserFeatureSets(clauses, from: from)
    // Beside targets, nothing may know what came after the cutoff.
    if clauses.asOf == nil, let query = sets.featuresQuery,
      case .behavior(.features(let plan))? = bind(query), plan.set == .customerModel,
      let cutoff = plan.snapshots.first?.cutoff
    {
      sets.limitRFM(to: cutoff, in: settings.timeZone)
    }
    guard let features = featureItems(clauses, log) else { return nil }
    var select = SelectStatement()
    select.from = base(logName, user, at: range)
    for (query, alias, key) in sets.joined {
      let condition = Expression(
        .binary(
          .equal,
          Self.column(user, of: Catalog.usersTable, at: range),
          Self.column(key, of: alias, at: range)
        ),
        range: range
      )
      let right = TableReference(
        .query(query),
        alias: Identifier(alias, range: range),
        range: range
      )
      guard let left = select.from else { return nil }
      select.from = TableReference(.join(left, .left, right, .on(condition)), range: range)
    }
    let frequency = Self.column("frequency", of: "rfm", at: range)
    let hasBought = Expression(.isNull(frequency, negated: true), range: range)
    return bindItems(
      select,
      .users(logName: logName, log: log),
      user: Self.column(user, of: Catalog.usersTable, at: range),
      hasBought: sets.namesRFM ? hasBought : nil,
      worth: clauses.value
        ?? (log.roles[.value] == nil || !clauses.needsWorth
          ? nil : Self.column("monetary", of: "rfm", at: range)),
      features: features,
      // Who has no row of FEATURES was not there yet, which is no missing value.
      isKept: sets.featuresQuery.map { _ in
        Expression(
          .isNull(Self.column("user_id", of: UserFeatureSets.features, at: range), negated: true),
          range: range
        )
      },
      clauses
    )
  }

  /// The users of a log as a table called `users`, whose attributes may be named.
  private func base(_ log: String, _ user: String, at range: SourceRange) -> TableReference {
    let users = Identifier(Catalog.usersTable, range: range)
    if catalog.userLog?.name.lowercased() == log.lowercased() {
      return TableReference(.table(users), range: range)
    }
    var distinct = SelectStatement()
    distinct.isDistinct = true
    distinct.items = [Self.item(user, of: nil, at: range)]
    distinct.from = TableReference(
      .table(Identifier(log, isQuoted: true, range: range)),
      range: range
    )
    let query = Query(.select(distinct), range: range)
    return TableReference(.query(query), alias: users, range: range)
  }

  /// The features that ON names, as items over the joined tables.
  private mutating func featureItems(
    _ clauses: FeatureClauses,
    _ log: EventLog
  ) -> [SelectItem]? {
    switch clauses.source?.kind {
    case .columns(let items): return items
    case .none:
      return UserFeatureSets.rfmFeatures.map { Self.item($0, of: "rfm", at: clauses.range) }
    case .named(let name):
      guard let set = UserFeatureSets.set(named: name.name) else {
        let known = UserFeatureSets.names + catalog.names
        return fail(
          .unknownTable,
          "unknown feature set '\(name.name)'",
          at: name.range,
          hints: suggestions(for: name.name, among: known, kind: "sets and tables")
        )
      }
      if set == UserFeatureSets.rfm {
        let measures = UserFeatureSets.rfmFeatures.filter {
          $0 != "monetary" || log.roles[.value] != nil
        }
        return measures.map { Self.item($0, of: "rfm", at: name.range) }
      }
      let features = (FeatureSet(rawValue: set) ?? .base).features.filter(UserFeatureSets.isFeature)
      return features.map { Self.item($0.name, of: UserFeatureSets.features, at: name.range) }
    }
  }

  /// Binds the SELECT and says where its columns are.
  private mutating func bindItems(
    _ select: SelectStatement,
    _ owner: FeatureQuery.Owner,
    user: Expression?,
    hasBought: Expression?,
    worth: Expression?,
    features: [SelectItem],
    isKept: Expression?,
    _ clauses: FeatureClauses
  ) -> FeatureQuery? {
    var select = select
    select.items = []
    func place(_ expression: Expression?) -> Int? {
      guard let expression else { return nil }
      select.items.append(SelectItem(.expression(expression), range: expression.range))
      return select.items.count - 1
    }
    let places = (place(user), place(isKept), place(hasBought), place(worth), place(clauses.extra))
    let first = select.items.count
    select.items += features
    guard !select.items.isEmpty else {
      return fail(.missingClause, "\(clauses.verb) found no columns to look at", at: clauses.range)
    }
    let query = Query(.select(select), range: clauses.range)
    readsMeasuresOnly = true
    defer { readsMeasuresOnly = false }
    guard let bound = bind(query) else { return nil }
    let plan = LogicalPlan(bound)
    let isSet = if case .named? = clauses.source?.kind { true } else { false }
    let rows = FeatureQuery(
      plan: plan,
      owner: owner,
      user: places.0,
      isKept: places.1,
      hasBought: places.2,
      worth: places.3,
      extra: places.4,
      features: Array(first..<select.items.count),
      isSet: isSet
    )
    return check(rows, features, clauses) ? rows : nil
  }

  /// Checks that what is to be a number is one.
  private mutating func check(
    _ rows: FeatureQuery,
    _ items: [SelectItem],
    _ clauses: FeatureClauses
  ) -> Bool {
    let schema = rows.plan.schema
    var isSound = true
    if let kept = rows.isKept, schema[kept].type != .bool {
      report(
        Diagnostic(
          .typeMismatch,
          "WHERE needs a condition, found \(schema[kept].type.rawValue)",
          at: clauses.condition?.range ?? clauses.range
        )
      )
      isSound = false
    }
    if let worth = rows.worth, !schema[worth].type.isNumeric {
      report(
        Diagnostic(
          .typeMismatch,
          "what a row is worth is a number, found \(schema[worth].type.rawValue)",
          at: clauses.value?.range ?? clauses.range
        )
      )
      isSound = false
    }
    for (place, item) in zip(rows.features, items)
    where !schema[place].type.isFeature && clauses.verb == "SEGMENT" {
      report(
        Diagnostic(
          .typeMismatch,
          "SEGMENT needs numbers, and '\(schema[place].name)' is \(schema[place].type.rawValue)",
          at: item.range,
          hints: ["a condition is 1 or 0: (country = 'DE')"]
        )
      )
      isSound = false
    }
    return isSound
  }

  static func column(_ name: String, of table: String?, at range: SourceRange) -> Expression {
    let qualifier = table.map { Identifier($0, isQuoted: true, range: range) }
    let name = Identifier(name, isQuoted: true, range: range)
    return Expression(.column(qualifier: qualifier, name: name), range: range)
  }

  static func item(_ name: String, of table: String?, at range: SourceRange) -> SelectItem {
    SelectItem(.expression(column(name, of: table, at: range)), range: range)
  }
}

extension DataType {
  /// Whether a column of the type can be a feature: a number, a span of time, or true and false as 1
  /// and 0.
  package var isFeature: Bool {
    switch self {
    case .int, .float, .decimal, .bool, .interval: true
    case .text, .timestamp, .date: false
    }
  }
}
