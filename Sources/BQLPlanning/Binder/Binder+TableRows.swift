import BQLColumnar
import BQLStorage
import BQLSyntax

// The rows of plain tables and of sessions that TRAIN learns from and PREDICT predicts.
extension Binder {
  /// Events of a session that TRAIN conversion sees without AFTER.
  private static let defaultFirstEvents = 3

  /// Binds the rows of a plain table; without `needsLabel` the target may be missing.
  mutating func bindTrainTable(
    _ train: TrainStatement,
    _ table: Identifier,
    at range: SourceRange
  ) -> (rows: TrainRows, target: TrainPlan.Target, name: String)? {
    let clauses: [(String, SourceRange?)] = [
      ("HORIZON", train.horizon?.range), ("SNAPSHOTS", train.snapshots?.range),
      ("PER", train.behavior.unit?.range), ("AFTER", train.firstEvents?.range),
    ]
    for (clause, place) in clauses {
      guard let place else { continue }
      return fail(
        .badClause,
        "\(clause) is for a log's events, and '\(table.name)' is a plain table",
        at: place
      )
    }
    var name = text(of: train.target.range)
    if case .column(_, let column) = train.target.kind { name = column.name }
    guard
      let rows = bindTableRows(
        train,
        table,
        label: train.target,
        time: train.split?.time,
        at: range
      )
    else { return nil }
    return (rows, .column(name), name)
  }

  /// Binds the features of a table's rows, and what else is asked for.
  mutating func bindTableRows(
    _ train: TrainStatement,
    _ table: Identifier,
    label: Expression?,
    time: Expression?,
    at range: SourceRange
  ) -> TrainRows? {
    guard case .relation(let relation, let kind)? = lookUp(table) else { return nil }
    var key: String?
    if case .table(key: let column) = kind { key = column }
    let left = Set(
      [train.target, train.split?.time].compactMap { $0 }.flatMap(\.namedColumns)
        .map { $0.name.name.lowercased() } + [key?.lowercased()].compactMap { $0 }
    )
    var features: [SelectItem]
    switch train.features?.kind {
    case .columns(let items): features = items
    case .named(let name) where name.name.lowercased() != table.name.lowercased():
      return fail(
        .badClause,
        "FEATURES of a table are its columns, found '\(name.name)'",
        at: name.range,
        hints: ["FEATURES (a, b); without it all columns but the target"]
      )
    case .named, .none:
      features = relation.schema.fields
        .filter { !left.contains($0.name.lowercased()) && ($0.type.isFeature || $0.type == .text) }
        .map { Self.item($0.name, of: nil, at: table.range) }
    }
    guard !features.isEmpty else {
      return fail(.missingClause, "'\(table.name)' has no column to learn from", at: table.range)
    }
    var select = SelectStatement()
    select.from = TableReference(.table(table), range: table.range)
    select.condition = train.behavior.condition
    func place(_ expression: Expression?) -> Int? {
      guard let expression else { return nil }
      select.items.append(SelectItem(.expression(expression), range: expression.range))
      return select.items.count - 1
    }
    let keyPlace = place(key.map { Self.column($0, of: nil, at: table.range) })
    let labelPlace = place(label)
    let timePlace = place(time)
    let first = select.items.count
    select.items += features
    guard let bound = bind(Query(.select(select), range: range)) else { return nil }
    var rows = TrainRows(
      plan: LogicalPlan(bound),
      owner: .table(name: table.name),
      features: Array(first..<select.items.count)
    )
    rows.key = keyPlace
    rows.label = labelPlace
    rows.time = timePlace
    return checkTypes(rows, features, time: time) ? rows : nil
  }

  private mutating func checkTypes(
    _ rows: TrainRows,
    _ features: [SelectItem],
    time: Expression?
  ) -> Bool {
    let schema = rows.plan.schema
    for (place, item) in zip(rows.features, features)
    where !schema[place].type.isFeature && schema[place].type != .text {
      report(
        Diagnostic(
          .typeMismatch,
          "a feature is a number, true or false, or a text; '\(schema[place].name)' is "
            + schema[place].type.rawValue,
          at: item.range,
          hints: ["take a number of it: month(t), epoch(t)"]
        )
      )
      return false
    }
    if let place = rows.time, let time, schema[place].type == .text {
      report(
        Diagnostic(.typeMismatch, "SPLIT TIME ON takes a time or a number", at: time.range)
      )
      return false
    }
    return true
  }

  /// Binds one row a session that has its first events and no purchase among them.
  mutating func bindConversion(
    _ train: TrainStatement,
    at range: SourceRange
  ) -> (TrainRows, TrainPlan.Target)? {
    if let unit = train.behavior.unit, unit.value != .session {
      return fail(.badClause, "conversion is of sessions: PER session", at: unit.range)
    }
    let clauses: [(String, SourceRange?)] = [
      ("HORIZON", train.horizon?.range), ("SNAPSHOTS", train.snapshots?.range),
      ("FEATURES", train.features?.range), ("ON", train.split?.time?.range),
    ]
    for (clause, place) in clauses {
      guard let place else { continue }
      return fail(.badClause, "\(clause) is not for TRAIN conversion", at: place)
    }
    guard let rows = bindSessionRows(train, isLabelled: true, at: range) else { return nil }
    return (rows, .conversion(firstEvents: train.firstEvents?.value ?? Self.defaultFirstEvents))
  }

  /// Binds the sessions that have their first events: what these were and, where `isLabelled`,
  /// whether a purchase came later.
  mutating func bindSessionRows(
    _ train: TrainStatement,
    isLabelled: Bool,
    at range: SourceRange
  ) -> TrainRows? {
    guard let (name, log) = bindLog(train.behavior.from, at: range) else { return nil }
    guard let session = log.roles[.session], let event = log.roles[.event],
      let user = log.roles[.user], let time = log.roles[.time]
    else {
      return fail(
        .missingRole,
        "conversion needs the roles USER, TIME, EVENT and SESSION",
        at: range,
        hints: ["LOAD 'file.csv' (SESSION column, EVENT column, …)"]
      )
    }
    let first = train.firstEvents?.value ?? Self.defaultFirstEvents
    let script = Self.sessionQuery(
      log,
      table: name,
      (session: session, event: event, user: user, time: time),
      first: first,
      isLabelled: isLabelled
    )
    let source = Source(name: "conversion", text: script)
    guard case .query(var query, _)? = Parser.parse(source).statements.first?.kind else {
      return fail(.internalError, "this is a bug in bql: the query of conversion", at: range)
    }
    if let condition = train.behavior.condition {
      guard let filtered = Self.filtering(query, condition) else {
        return fail(.internalError, "this is a bug in bql: the query of conversion", at: range)
      }
      query = filtered
    }
    guard let bound = bind(query) else { return nil }
    let plan = LogicalPlan(bound)
    let schema = plan.schema
    let own = ["session", "user", "started", "ended", "converts"]
    var rows = TrainRows(
      plan: plan,
      owner: .sessions(logName: name),
      features: schema.fields.indices.filter { !own.contains(schema[$0].name) }
    )
    rows.key = schema.index(named: "session")
    rows.group = schema.index(named: "user")
    rows.time = schema.index(named: "started")
    rows.labelEnd = schema.index(named: "ended")
    rows.label = schema.index(named: "converts")
    note(
      "sessions with at least \(first) events and no purchase among the first \(first)"
        + (isLabelled ? "; those that buy later convert" : "")
    )
    return rows
  }

  /// Puts a condition into the innermost query, over the log's rows.
  private static func filtering(_ query: Query, _ condition: Expression) -> Query? {
    guard case .select(var select) = query.kind, var from = select.from else { return nil }
    if case .query(let inner) = from.kind {
      guard let filtered = filtering(inner, condition) else { return nil }
      from.kind = .query(filtered)
      select.from = from
    } else {
      select.condition = condition
    }
    return Query(.select(select), range: query.range)
  }

  /// Writes the query of the sessions' first events.
  private static func sessionQuery(
    _ log: EventLog,
    table: String,
    _ roles: (session: Int, event: Int, user: Int, time: Int),
    first: Int,
    isLabelled: Bool
  ) -> String {
    func name(_ column: Int) -> String {
      "\""
        + log.schema[column].name.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\""
    }
    let (session, event, user) = (name(roles.session), name(roles.event), name(roles.user))
    let time = name(roles.time)
    var columns = [
      "any_value(session) AS session", "any_value(customer) AS user", "min(instant) AS started",
      "epoch(max(instant) FILTER (WHERE place = \(first)) - min(instant)) AS seconds_to_last",
      "epoch(max(instant) FILTER (WHERE place = 2) - min(instant)) AS seconds_to_second",
      "count(*) FILTER (WHERE place <= \(first) AND event = 'view') AS views",
      "count(*) FILTER (WHERE place <= \(first) AND event = 'cart') AS carts",
      "count(*) FILTER (WHERE place <= \(first) AND event = 'remove_from_cart') AS removals",
      "hour(min(instant)) AS start_hour", "weekday(min(instant)) AS start_weekday",
      "min(earlier) AS earlier_events",
      "count(DISTINCT item) FILTER (WHERE place <= \(first)) AS items",
      "avg(price) FILTER (WHERE place <= \(first)) AS mean_value",
      "max(price) FILTER (WHERE place <= \(first)) AS largest_value",
    ]
    if isLabelled {
      columns += [
        "max(instant) AS ended", "count(*) FILTER (WHERE event = 'purchase') > 0 AS converts",
      ]
    }
    let item = log.roles[.item].map(name) ?? "NULL::int"
    let value = log.roles[.value].map(name) ?? "NULL::float"
    let table =
      "\""
      + table.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
    return """
      SELECT \(columns.joined(separator: ", "))
      FROM (SELECT \(session) AS session, \(user) AS customer, \(time) AS instant, \(event) AS event,
          \(item) AS item, \(value) AS price,
          row_number() OVER (PARTITION BY \(user) ORDER BY \(time)) AS number,
          row_number() OVER (PARTITION BY \(user), \(session) ORDER BY \(time)) AS place,
          row_number() OVER (PARTITION BY \(user) ORDER BY \(time)) - 1 AS earlier
        FROM \(table))
      WHERE session IS NOT NULL
      GROUP BY customer, session
      HAVING count(*) >= \(first)
        AND count(*) FILTER (WHERE place <= \(first) AND event = 'purchase') = 0
      """
  }
}
