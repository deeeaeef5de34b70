import BQLStorage
import BQLTestSupport

/// Loads any bytes, in large blocks and in small ones, on one thread and on several: what comes of
/// them is the same.
final class LoadTarget<Loaded: LoadedRows>: FuzzTarget {
  let name: String
  let corpus: String
  let weight: Int
  let tokens: [[UInt8]]
  let changes: Mutator.Changes
  private let folder = TemporaryFolder(inMemory: true)

  /// Mutates texts.
  init(text name: String, weight: Int) {
    self.name = name
    corpus = "csv"
    self.weight = weight
    tokens = CSVTokens.all
    changes = .ofText
  }

  /// Mutates Arrow files and streams.
  init(arrow name: String, weight: Int) {
    self.name = name
    corpus = "arrow"
    self.weight = weight
    tokens = []
    changes = .ofNumbers
  }

  func run(_ input: [UInt8]) throws(FuzzFailure) -> Bool {
    let path = folder.write(input, "input")
    var random = FuzzRandom(of: input)
    let request = RandomRequest.make(path, Loaded.kind(&random), &random)
    let large = Self.load(request)
    var other = request
    other.blockByteCount = max(
      [1, 7, 40, 300, 5_000][random.below(5)],
      Self.leastBlockByteCount(input)
    )
    other.threads = random.below(8) == 0 ? 2 + random.below(2) : 1
    switch (large, Self.load(other)) {
    case (.success(let rows), .success(let twin)):
      try Accounts.check(rows.report, twin.report)
      guard rows.isSame(as: twin) else {
        throw FuzzFailure("blocks of \(other.blockByteCount) bytes load other rows")
      }
      return true
    case (.failure(let error), .failure(let twin)):
      try Accounts.check(error, twin)
      return false
    case (.success, .failure(let error)), (.failure(let error), .success):
      throw FuzzFailure(
        "blocks of \(other.blockByteCount) bytes make a difference: \(error.message)"
      )
    }
  }

  /// Bounds the blocks of wide files: each of them takes memory for each column.
  private static func leastBlockByteCount(_ input: [UInt8]) -> Int {
    let lines = input.split(separator: UInt8(ascii: "\n"))
    let delimiters = Array(",;|\t ".utf8)
    let widest = lines.map { line in line.count { delimiters.contains($0) } }.max() ?? 0
    return input.count / max(400_000 / (widest + 1), 1)
  }

  private static func load(_ request: LoadRequest) -> Result<Loaded, LoadError> {
    Result { () throws(LoadError) in try Loaded(loading: try Loader.prepare(request)) }
  }
}
