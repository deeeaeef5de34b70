import BQLColumnar
import BQLOutput

/// Builds the relations that the tests of this target write.
enum TestRelation {
  /// One column of each type; the second row is all NULL.
  static let allTypes = Relation(
    schema: Schema([
      Field("b", .bool), Field("i", .int), Field("f", .float), Field("d", .decimal),
      Field("t", .text), Field("ts", .timestamp), Field("day", .date), Field("gap", .interval),
    ]),
    rows: [
      [
        .bool(true), .int(-9_007_199_254_740_993), .float(0.1), .decimal(-5), .text("a,b"),
        .timestamp(1_569_888_000_000_000), .date(18_170), .interval(183_600_500_000),
      ],
      [.null, .null, .null, .null, .null, .null, .null, .null],
    ]
  )

  /// What a funnel answers.
  static let funnel = Relation(
    schema: Schema([
      Field("step", .text), Field("users", .int), Field("pct_of_first", .float),
      Field("median_time", .interval),
    ]),
    rows: [
      [.text("view"), .int(1_755), .float(100), .null],
      [.text("cart"), .int(34), .float(34.0 / 17.55), .interval(26_500_000)],
      [.text("purchase"), .int(10), .float(10.0 / 17.55), .interval(47_000_000)],
    ]
  )

  static func texts(_ texts: [String?], name: String = "t") -> Relation {
    Relation(
      schema: Schema([Field(name, .text)]),
      rows: texts.map { [$0.map { .text($0) } ?? .null] }
    )
  }

  static func floats(_ floats: [Double?], name: String = "x") -> Relation {
    Relation(
      schema: Schema([Field(name, .float)]),
      rows: floats.map { [$0.map { .float($0) } ?? .null] }
    )
  }

  static let empty = Relation(
    schema: Schema([Field("step", .text), Field("users", .int)]),
    rows: []
  )

  static let noColumns = Relation(schema: Schema([]), chunks: [Chunk([], count: 2)])
}

extension ResultFormat {
  /// The text of one result.
  func text(_ relation: Relation) throws -> String {
    let sink = MemorySink()
    try write(relation, to: sink)
    return sink.text
  }
}
