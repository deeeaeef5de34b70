import BQLColumnar
import BQLExecution
import BQLPlanning
import BQLStorage
import BQLSyntax
import BQLTestSupport
import Testing

/// Holds a small log as a test draws it, and asks it questions in the language.
struct BehaviorLog {
  struct Row {
    var user: Int
    /// Microseconds.
    var time: Int64
    var event: String
    var session: Int?
    var brand: String?
    /// Hundredths.
    var price: Int64?
    /// Its place in the log; rows of a user stand in the order of (time, place).
    var index = 0
  }

  static let events = ["view", "cart", "purchase", "other"]
  static let brands = ["a", "b", "c"]
  static let second: Int64 = 1_000_000
  static let day: Int64 = 86_400 * second

  var rows: [Row] = []
  var isInSeconds = true
  /// Whether a column is declared to hold the sessions.
  var hasSessionRole = true
  var lastTime: Int64 { rows.map(\.time).max() ?? 0 }
  var firstTime: Int64 { rows.map(\.time).min() ?? 0 }

  /// Draws a log with ties, midnights, NULLs, users of one row, and orders of several rows.
  static func random(_ random: inout SeededGenerator) -> BehaviorLog {
    var log = BehaviorLog()
    log.isInSeconds = random.chance(70)
    // 2019-09-28 00:00:00 UTC, a Saturday.
    let begin: Int64 = 1_569_628_800 * second
    let days = Int64(random.chance(50) ? 6 : random.chance(50) ? 20 : 75)
    for user in 0..<Int.random(in: 1...5, using: &random) {
      var times: [Int64] = []
      for _ in 0..<Int.random(in: user == 0 ? 1...9 : 0...9, using: &random) {
        var time = begin + Int64.random(in: 0...days, using: &random) * day
        if random.chance(60) { time += Int64.random(in: -2...50, using: &random) * 1_800 * second }
        times.append(time)
        while random.chance(25) {
          time += [0, 1, 60, 61].randomElement(using: &random).map { $0 * second } ?? 0
          times.append(time)
        }
      }
      for time in times.sorted() {
        log.rows.append(
          Row(
            user: user,
            time: time,
            event: events.randomElement(using: &random) ?? "view",
            session: random.chance(10) ? nil : Int.random(in: 0...1, using: &random),
            brand: random.chance(20) ? nil : brands.randomElement(using: &random),
            price: random.chance(20) ? nil : Int64.random(in: 0...20_000, using: &random),
            index: log.rows.count
          )
        )
      }
    }
    return log
  }

  /// The log as it is stored.
  var stored: EventLog {
    func valid(_ has: (Row) -> Bool) -> Bitmap {
      var bits = Bitmap(repeating: false, count: 0)
      for row in rows { bits.append(has(row)) }
      return bits
    }
    func codes(_ texts: [String], _ value: (Row) -> String?) -> StoredColumn.Storage {
      let numbers = rows.map { row in
        UInt8(value(row).flatMap { texts.firstIndex(of: $0) } ?? 0)
      }
      return .codes8(Buffer(numbers), CodeDictionary(TextDictionary(texts)))
    }
    let count = rows.count
    let userCount = (rows.map(\.user).max() ?? -1) + 1
    var offsets = [Int32](repeating: 0, count: userCount + 1)
    for row in rows { for user in row.user..<userCount { offsets[user + 1] += 1 } }
    let times: StoredColumn.Storage =
      isInSeconds
      ? .int32(Buffer(rows.map { Int32($0.time / Self.second) })) : .int64(Buffer(rows.map(\.time)))
    let sessions = (0...max(1, rows.compactMap(\.session).max() ?? 0)).map { "s\($0)" }
    let columns = [
      StoredColumn(type: .int, storage: .int32(Buffer(rows.map { Int32($0.user) })), count: count),
      StoredColumn(
        type: .timestamp,
        storage: times,
        scale: isInSeconds ? Self.second : 1,
        count: count
      ),
      StoredColumn(type: .text, storage: codes(Self.events, \.event), count: count),
      StoredColumn(
        type: .text,
        storage: codes(sessions) { $0.session.map { sessions[$0] } },
        validity: valid { $0.session != nil },
        count: count
      ),
      StoredColumn(
        type: .text,
        storage: codes(Self.brands, \.brand),
        validity: valid { $0.brand != nil },
        count: count
      ),
      StoredColumn(
        type: .decimal,
        storage: .int32(Buffer(rows.map { Int32($0.price ?? 0) })),
        validity: valid { $0.price != nil },
        count: count
      ),
    ]
    var report = LoadReport()
    if !rows.isEmpty { report.timeRange = firstTime...lastTime }
    return EventLog(
      name: "events",
      schema: Schema([
        Field("user_id", .int), Field("event_time", .timestamp), Field("event_type", .text),
        Field("visit", .text), Field("brand", .text), Field("price", .decimal),
      ]),
      roles: RoleBinding(
        hasSessionRole
          ? [.user: 0, .time: 1, .event: 2, .session: 3, .value: 5]
          : [.user: 0, .time: 1, .event: 2, .value: 5]
      ),
      partitions: [Partition(rowCount: count, userOffsets: Buffer(offsets), columns: columns)],
      events: Self.events.map { name in
        EventValue(name: name, rowCount: rows.count { $0.event == name })
      },
      report: report
    )
  }

  /// Asks a question; what does not bind or run is a failure of the test.
  func answer(_ text: String, threads: Int = 1, morselRows: Int = 7) throws -> [[Value]] {
    try relation(text, threads: threads, morselRows: morselRows).rows
  }

  /// As `answer`, each row as its cells by the names of their columns.
  func table(_ text: String, threads: Int = 1) throws -> [[String: Value]] {
    let relation = try relation(text, threads: threads, morselRows: 7)
    let names = relation.schema.fields.map(\.name)
    return relation.rows.map { row in
      Dictionary(uniqueKeysWithValues: zip(names, row))
    }
  }

  private func relation(_ text: String, threads: Int, morselRows: Int) throws -> Relation {
    let source = Source(name: "test", text: text)
    let (statements, diagnostics) = Parser.parse(source)
    try #require(diagnostics.isEmpty, "\(text): \(diagnostics.map(\.message))")
    guard case .query(let query, _)? = statements.first?.kind else {
      throw NoQuestion(text: text)
    }
    var catalog = Catalog()
    catalog.define("events", .log(stored))
    var binder = Binder(catalog: catalog, settings: Settings(), parameters: [:], source: source)
    guard let bound = binder.bind(query) else {
      throw NoQuestion(text: "\(text): \(binder.diagnostics.map(\.message))")
    }
    let plan = Optimizer.optimize(LogicalPlan(bound))
    let context = ExecutionContext(threads: threads, chunkCapacity: 5, morselRows: morselRows)
    return try Executor.run(plan, context).relation
  }

  struct NoQuestion: Error {
    var text: String
  }
}

/// The period of an instant, numbered from some past one; the twin of `PeriodGrid`.
func periodNumber(_ time: Int64, _ grain: String) -> Int {
  let day = Int(
    (time - (time % BehaviorLog.day + BehaviorLog.day) % BehaviorLog.day)
      / BehaviorLog.day
  )
  switch grain {
  case "day": return day
  case "week": return (day + 3) / 7
  default:
    let date = CivilDate(daysSince1970: day)
    return date.year * 12 + date.month - 1
  }
}

/// The first day, since 1970-01-01, of a numbered period.
func periodStart(_ number: Int, _ grain: String) -> Int {
  switch grain {
  case "day": return number
  case "week": return number * 7 - 3
  default: return CivilDate(year: number / 12, month: number % 12 + 1, day: 1).daysSince1970
  }
}

/// A question's shared clauses, as text and as what they mean.
struct RandomClauses {
  var text = ""
  var minimumPrice: Int64?
  var since: Int64?
  var until: Int64?
  var unit = "user"
  var isByBrand = false
  var top: Int?

  /// No clauses.
  init() {}

  init(_ log: BehaviorLog, _ random: inout SeededGenerator) {
    func instant(_ random: inout SeededGenerator) -> Int64 {
      log.firstTime + Int64.random(in: -30...1_500, using: &random) * 3_600 * BehaviorLog.second
    }
    if random.chance(30) {
      minimumPrice = Int64.random(in: 0...10_000, using: &random)
      text += " WHERE price >= \(ValueText.text(.decimal(minimumPrice ?? 0)))"
    }
    if random.chance(25) { since = instant(&random) }
    if random.chance(25) { until = max(instant(&random), (since ?? .min) + 1_000_000) }
    if let since { text += " SINCE '\(ValueText.text(.timestamp(since)))'" }
    if let until { text += " UNTIL '\(ValueText.text(.timestamp(until)))'" }
    if random.chance(30) {
      unit = random.chance(50) ? "session" : "(brand)"
      text += " PER \(unit)"
    }
    if random.chance(40) {
      isByBrand = true
      // An expression that no dictionary tells for all rows takes another way.
      text +=
        random.chance(50) ? " BY brand" : " BY CASE WHEN price IS NULL THEN brand ELSE brand END"
      if random.chance(50) { top = Int.random(in: 1...3, using: &random) }
      if let top { text += " TOP \(top)" }
    }
  }

  func passes(_ row: BehaviorLog.Row) -> Bool {
    guard let minimumPrice else { return true }
    return row.price.map { $0 >= minimumPrice } ?? false
  }

  func isIn(_ row: BehaviorLog.Row) -> Bool {
    row.time >= since ?? .min && row.time < until ?? .max
  }

  /// The rows of each unit, in order; rows NULL in the unit's column belong to none.
  func units(_ rows: [BehaviorLog.Row]) -> [[BehaviorLog.Row]] {
    var keys: [String] = []
    var units: [[BehaviorLog.Row]] = []
    for row in rows {
      let part: String?
      switch unit {
      case "user": part = ""
      case "session": part = row.session.map { "\($0)" }
      default: part = row.brand
      }
      guard let part else { continue }
      let key = "\(row.user)/\(part)"
      if let place = keys.firstIndex(of: key) {
        units[place].append(row)
      } else {
        keys.append(key)
        units.append([row])
      }
    }
    return units
  }

  /// A row's group as it is shown: brands past the first `kept` are `(other)`.
  func group(_ brand: String?, kept: [Value]?) -> Value {
    let own = brand.map { Value.text($0) } ?? .null
    guard let kept, !kept.contains(own) else { return own }
    return .text("(other)")
  }
}

/// The groups that an answer names: its first cells, apart from `(other)`, where TOP was asked.
func keptGroups(_ rows: [[Value]], _ clauses: RandomClauses) -> [Value]? {
  guard clauses.top != nil else { return nil }
  var kept: [Value] = []
  for row in rows where row[0] != .text("(other)") && !kept.contains(row[0]) { kept.append(row[0]) }
  return kept
}

/// The first row of each order among the purchases of a unit that has `matches`.
func orderRows(
  _ unit: [BehaviorLog.Row],
  matches: (BehaviorLog.Row) -> Bool
) -> [BehaviorLog.Row] {
  var found: [BehaviorLog.Row] = []
  let purchases = unit.filter { $0.event == "purchase" }
  for session in [nil, 0, 1] as [Int?] {
    var order: [BehaviorLog.Row] = []
    for row in purchases where row.session == session {
      if let last = order.last, row.time - last.time > 60 * BehaviorLog.second {
        if let first = order.first(where: matches) { found.append(first) }
        order = []
      }
      order.append(row)
    }
    if let first = order.first(where: matches) { found.append(first) }
  }
  return found.sorted { $0.index < $1.index }
}

/// Compares answers whose groups may stand in any order.
func sameRows(_ a: [[Value]], _ b: [[Value]], ordered: Bool) -> Bool {
  if ordered { return a == b }
  func sorted(_ rows: [[Value]]) -> [String] { rows.map { "\($0)" }.sorted() }
  return sorted(a) == sorted(b)
}
