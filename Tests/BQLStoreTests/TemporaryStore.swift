import BQLStorage
import BQLStore
import BQLTestSupport

/// Makes a folder for one test's store and its sources, and removes it at the end.
final class TemporaryStore {
  private let root = TemporaryFolder()
  var folder: StoreFolder { StoreFolder(root.path) }
  var path: String { folder.path(of: "shop.bqs") }
  var files: StoreFolder { StoreFolder(path) }

  /// Puts bytes into a file of the store, wherever it stood before.
  func overwrite(_ name: String, with bytes: [UInt8]) {
    root.write(bytes, "shop.bqs/" + name)
  }

  /// Loads a text as a log.
  func log(_ text: String, name: String = "events", threads: Int = 2) throws -> EventLog {
    try folder.replace("source.csv", with: Array(text.utf8))
    return try Loader.prepare(
      LoadRequest(
        paths: [folder.path(of: "source.csv")],
        name: name,
        kind: .log(roles: [], eventAliases: []),
        threads: threads
      )
    ).loadLog()
  }

  /// Stores a log and returns it as it is then.
  func save(_ log: EventLog) throws -> EventLog {
    try Store(path: path).save(log, .test, Store.Options(threads: 2))
  }

  /// The logs of the store, opened anew.
  func reopened() throws -> [EventLog] { try Store(path: path).sound() }
}

extension Store {
  /// The logs; a damaged one is an error.
  func sound() throws -> [EventLog] {
    try contents().logs.compactMap { opened in
      if let failure = opened.failure { throw failure }
      return opened.log
    }
  }
}

extension StoredLog.Load {
  /// A load of no file.
  static var test: StoredLog.Load { StoredLog.Load(LoadReport(), fingerprints: [], instant: 0) }
}
