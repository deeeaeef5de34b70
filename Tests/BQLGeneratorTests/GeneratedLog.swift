import BQLGenerator

/// Holds a generated log and its truth as text cells.
struct GeneratedLog: Sendable {
  struct Row: Sendable {
    let time: String
    let kind: String
    let product: String
    let category: String
    let code: String
    let brand: String
    let price: String
    let user: String
    let session: String
    /// The row as written, to find duplicates.
    let line: String
  }

  let header: String
  let rows: [Row]
  /// The truth by user, each row by column.
  let truth: [String: [String: String]]

  /// Two thousand users over the default seven months, shared by the tests of the mix.
  static let sample = Result { try GeneratedLog(GeneratorOptions(users: 2_000, seed: 11)) }

  init(_ options: GeneratorOptions) throws {
    var generator = try ShopGenerator(options: options)
    let lines = Self.lines(try Self.bytes(of: &generator))
    header = lines.first ?? ""
    rows = lines.dropFirst().map { Self.row($0) }
    var block: [UInt8] = []
    var truthBytes: [UInt8] = []
    while generator.nextTruthBlock(into: &block) { truthBytes += block }
    let truthLines = Self.lines(truthBytes)
    let names = Self.cells(truthLines.first ?? "")
    var truth: [String: [String: String]] = [:]
    for line in truthLines.dropFirst() {
      let cells = Self.cells(line)
      truth[cells[0]] = Dictionary(zip(names, cells)) { first, _ in first }
    }
    self.truth = truth
  }

  /// Takes a log to its end.
  static func bytes(of generator: inout ShopGenerator) throws -> [UInt8] {
    var block: [UInt8] = []
    var all: [UInt8] = []
    while generator.nextBlock(into: &block) { all += block }
    return all
  }

  /// Generates a log in blocks of a size.
  static func bytes(_ options: GeneratorOptions, blockBytes: Int = 1 << 20) throws -> [UInt8] {
    var generator = try ShopGenerator(options: options, blockBytes: blockBytes)
    return try bytes(of: &generator)
  }

  static func lines(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }

  static func cells(_ line: String) -> [String] {
    line.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
  }

  private static func row(_ line: String) -> Row {
    let cells = cells(line)
    precondition(cells.count == 9, "a row has nine cells: \(line)")
    return Row(
      time: cells[0],
      kind: cells[1],
      product: cells[2],
      category: cells[3],
      code: cells[4],
      brand: cells[5],
      price: cells[6],
      user: cells[7],
      session: cells[8],
      line: line
    )
  }

  /// The share of rows that satisfy a condition.
  func share(_ condition: (Row) -> Bool) -> Double {
    Double(rows.count(where: condition)) / Double(rows.count)
  }
}
