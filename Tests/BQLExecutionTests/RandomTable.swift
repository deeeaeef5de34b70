import BQLColumnar
import BQLExecution
import BQLPlanning
import BQLStorage
import BQLSyntax
import BQLTestSupport

/// Holds a small table of every kind of column, as rows of cells and as a plan that reads it: of a
/// log of several partitions, or of a relation of several chunks.
struct RandomTable {
  static let schema = Schema([
    Field("user", .int), Field("time", .timestamp), Field("brand", .text),
    Field("session", .text), Field("price", .decimal), Field("number", .int),
    Field("share", .float), Field("flag", .bool), Field("day", .date),
  ])

  let name: String
  let rows: [[Value]]
  let table: ScanPlan.Table

  /// Draws a table; its values are few, and NULL often.
  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let sizes = [0, 1, 2, 7, 64, 65, 300, 900]
    let count = sizes[Int.random(in: 0..<sizes.count, using: &random)]
    let distinct = [1, 2, 5, 40, 2_000][Int.random(in: 0..<5, using: &random)]
    let nulls = [0, 20, 100][Int.random(in: 0..<3, using: &random)]
    let userCount = Int.random(in: 1...max(1, count / 3), using: &random)
    var users = (0..<count).map { _ in Int.random(in: 0..<userCount, using: &random) }
    users.sort()
    let isLog = random.chance(60)
    var rows: [[Value]] = []
    for user in users {
      func drawn(_ value: (Int) -> Value) -> Value {
        random.chance(nulls) ? .null : value(Int.random(in: 0..<distinct, using: &random))
      }
      rows.append([
        .int(Int64(user) * 1_000_003 - 500), .timestamp(Int64(rows.count) * 1_000_000),
        drawn { .text(["", "a", "é", "ab"][$0 % 4] + String($0 / 4)) },
        drawn { .text("s\($0 % 50)") },
        drawn { .decimal(Int64($0) * 7 - 20) },
        drawn { $0 == 1 ? .int(.max - 1) : $0 == 2 ? .int(.min) : .int(Int64($0) % 97) },
        drawn { .float([0.0, -0.0, 1.5, -2.25, .nan][$0 % 5]) },
        drawn { .bool($0 % 2 == 0) },
        drawn { .date(Int64($0) * 3 + 18_000) },
      ])
    }
    self.rows = rows
    name = "seed \(seed), \(count) rows, \(distinct) values, \(isLog ? "log" : "relation")"
    table =
      isLog
      ? .log(Self.log(rows, userCount, &random)) : .relation(Self.relation(rows, &random))
  }

  /// Cuts rows into chunks, each with dictionaries of its own.
  private static func relation(
    _ rows: [[Value]],
    _ random: inout SeededGenerator
  ) -> Relation {
    var chunks: [Chunk] = []
    var start = 0
    while start < rows.count {
      let end = min(start + Int.random(in: 1...200, using: &random), rows.count)
      let part = Relation(schema: schema, rows: Array(rows[start..<end]))
      chunks += part.chunks
      start = end
    }
    return Relation(schema: schema, chunks: chunks)
  }

  /// Cuts rows into partitions of whole users; `brand` has one dictionary, `session` one each.
  private static func log(
    _ rows: [[Value]],
    _ userCount: Int,
    _ random: inout SeededGenerator
  ) -> EventLog {
    let brands = Column(rows.map { $0[2] }, type: .text)
    guard case .texts(let codes, let texts) = brands.values else {
      preconditionFailure("a text column holds texts")
    }
    let shared = CodeDictionary(texts)
    var partitions: [Partition] = []
    var start = 0
    while start < rows.count {
      var end = min(start + Int.random(in: 1...300, using: &random), rows.count)
      while end < rows.count, rows[end][0] == rows[end - 1][0] { end += 1 }
      partitions.append(partition(Array(rows[start..<end]), Array(codes[start..<end]), shared))
      start = end
    }
    return EventLog(
      name: "events",
      schema: schema,
      roles: RoleBinding([.user: 0, .time: 1]),
      partitions: partitions,
      events: [],
      report: LoadReport()
    )
  }

  private static func partition(
    _ rows: [[Value]],
    _ brandCodes: [Int32],
    _ brands: CodeDictionary
  ) -> Partition {
    var offsets: [Int32] = [0]
    var users: [Int64] = []
    for (index, row) in rows.enumerated() where index == 0 || row[0] != rows[index - 1][0] {
      if index > 0 { offsets.append(Int32(index)) }
      users.append(row[0].storedInt ?? 0)
    }
    offsets.append(Int32(rows.count))
    let userOffsets = Buffer(offsets)
    let userValues = StoredColumn(type: .int, storage: .int64(Buffer(users)), count: users.count)
    let columns = schema.fields.indices.map { index -> StoredColumn in
      let column = Column(rows.map { $0[index] }, type: schema[index].type)
      let storage: StoredColumn.Storage
      var scale: Int64 = 1
      switch (index, column.values) {
      case (0, _): storage = .perUser(values: userValues, offsets: userOffsets)
      case (1, .ints(let ints)):
        storage = .int32(Buffer(ints.map { Int32($0 / 1_000_000) }))
        scale = 1_000_000
      case (2, _): storage = .codes16(Buffer(brandCodes.map { UInt16($0) }), brands)
      case (_, .texts(let codes, let texts)):
        storage = .codes32(Buffer(codes), CodeDictionary(texts))
      case (4, .ints(let ints)): storage = .int16(Buffer(ints.map { Int16($0) }))
      case (_, .ints(let ints)): storage = .int64(Buffer(ints))
      case (_, .floats(let floats)): storage = .float(Buffer(floats))
      case (_, .bools(let bools)): storage = .bool(Buffer(bools.map { $0 ? 1 : 0 }))
      }
      return StoredColumn(
        type: schema[index].type,
        storage: storage,
        scale: scale,
        validity: column.validity,
        count: rows.count
      )
    }
    return Partition(rowCount: rows.count, userOffsets: userOffsets, columns: columns)
  }

  /// Reads all columns, of the rows that pass `filter`.
  func scan(_ filter: BoundExpression? = nil) -> LogicalPlan {
    .scan(
      ScanPlan(
        name: "events",
        table: table,
        columns: Array(Self.schema.fields.indices),
        filter: filter
      )
    )
  }

  static func column(_ index: Int) -> BoundExpression {
    BoundExpression(.column(index), schema[index].type, range: SourceRange(0, 0))
  }

  /// Draws a condition and the rows that pass it: none, all or some.
  func filter(_ random: inout SeededGenerator) -> (BoundExpression?, [[Value]]) {
    let place = SourceRange(0, 0)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return (nil, rows)
    case 1: return (BoundExpression(.literal(.bool(true)), .bool, range: place), rows)
    case 2: return (BoundExpression(.literal(.bool(false)), .bool, range: place), [])
    case 3:
      let isNull = BoundExpression(.isNull(Self.column(2)), .bool, range: place)
      return (
        BoundExpression(.isTruth(isNull, false), .bool, range: place),
        rows.filter { !$0[2].isNull }
      )
    default:
      let wanted = Set((0..<50).map { Value.decimal(Int64($0 * 14) - 20) })
      let list = wanted.map { BoundExpression(.literal($0), .decimal, range: place) }
      return (
        BoundExpression(.inList(Self.column(4), list), .bool, range: place),
        rows.filter { wanted.contains($0[4]) }
      )
    }
  }
}
