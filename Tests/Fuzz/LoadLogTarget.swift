import BQLColumnar
import BQLStorage

/// Loads any bytes as an event log, in large blocks and in small ones.
final class LoadLogTarget: FuzzTarget {
  let name = "load-log"
  let corpus = "csv"
  let weight = 5
  let tokens = CSVTokens.all
  private let file = ScratchFile()

  func run(_ input: [UInt8]) throws(FuzzFailure) {
    try file.write(input)
    var random = FuzzRandom(of: input)
    let kind = LoadRequest.Kind.log(
      roles: random.below(4) == 0 ? [(.user, "column1"), (.time, "column2")] : [],
      eventAliases: random.below(4) == 0 ? [("addtocart", "cart"), ("view", "cart")] : []
    )
    let request = RandomRequest.make(file.path, kind, &random)
    let large = Self.load(request)
    var other = request
    other.blockByteCount = [1, 7, 40, 300, 5_000][random.below(5)]
    other.threads = random.below(8) == 0 ? 2 + random.below(2) : 1
    let small = Self.load(other)
    switch (large, small) {
    case (.success(let log), .success(let twin)):
      try Accounts.check(log.report, twin.report)
      guard log.hasSameRows(as: twin, threads: 1) else {
        throw FuzzFailure("blocks of \(other.blockByteCount) bytes make another log")
      }
    case (.failure(let error), .failure(let twin)): try Accounts.check(error, twin)
    case (.success, .failure(let error)), (.failure(let error), .success):
      throw FuzzFailure(
        "blocks of \(other.blockByteCount) bytes make a difference: \(error.message)"
      )
    }
  }

  private static func load(_ request: LoadRequest) -> Result<EventLog, LoadError> {
    Result { () throws(LoadError) in try Loader.prepare(request).loadLog() }
  }
}
