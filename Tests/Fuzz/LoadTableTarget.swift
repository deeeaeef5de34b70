import BQLColumnar
import BQLStorage

/// Loads any bytes as a plain table, in large blocks and in small ones.
final class LoadTableTarget: FuzzTarget {
  let name = "load-table"
  let corpus = "csv"
  let weight = 5
  let tokens = CSVTokens.all
  private let file = ScratchFile()

  func run(_ input: [UInt8]) throws(FuzzFailure) {
    try file.write(input)
    var random = FuzzRandom(of: input)
    let request = RandomRequest.make(file.path, .table(key: nil), &random)
    let large = Self.load(request)
    var other = request
    other.blockByteCount = [1, 7, 40, 300, 5_000][random.below(5)]
    other.threads = random.below(8) == 0 ? 2 + random.below(2) : 1
    let small = Self.load(other)
    switch (large, small) {
    case (.success(let table), .success(let twin)):
      try Accounts.check(table.1, twin.1)
      guard table.0.schema == twin.0.schema, Self.isSame(table.0, twin.0) else {
        throw FuzzFailure("blocks of \(other.blockByteCount) bytes make another table")
      }
    case (.failure(let error), .failure(let twin)): try Accounts.check(error, twin)
    case (.success, .failure(let error)), (.failure(let error), .success):
      throw FuzzFailure(
        "blocks of \(other.blockByteCount) bytes make a difference: \(error.message)"
      )
    }
  }

  private static func load(
    _ request: LoadRequest
  ) -> Result<(Relation, LoadReport), LoadError> {
    Result { () throws(LoadError) in
      let loaded = try Loader.prepare(request).loadTable()
      return (loaded.relation, loaded.report)
    }
  }

  private static func isSame(_ table: Relation, _ twin: Relation) -> Bool {
    let rows = table.rows
    let others = twin.rows
    return rows.count == others.count && zip(rows, others).allSatisfy { $0 == $1 }
  }
}
