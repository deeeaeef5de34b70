import BQLStorage
import BQLStore
import Glibc

/// Makes a folder for one test's store and its sources, and removes it at the end.
final class TemporaryStore {
  let folder: StoreFolder
  var path: String { folder.path(of: "shop.bqs") }
  var files: StoreFolder { StoreFolder(path) }

  init() {
    var template = Array("/tmp/bql-store-XXXXXX".utf8CString)
    let made = unsafe mkdtemp(&template)
    folder = StoreFolder(unsafe made.map { unsafe String(cString: $0) } ?? "/tmp")
  }

  deinit {
    for own in [files, folder] {
      for name in (try? own.names()) ?? [] { own.remove(name) }
      _ = unsafe rmdir(own.path)
    }
  }

  /// Puts bytes into a file of the store, wherever it stood before.
  func overwrite(_ name: String, with bytes: [UInt8]) {
    guard let stream = unsafe fopen(files.path(of: name), "w") else { return }
    unsafe fwrite(bytes, 1, bytes.count, stream)
    unsafe fclose(stream)
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
    try Store(path: path).save(log, instant: 0, threads: 2) { false }.log
  }

  /// The logs of the store, opened anew and checked.
  func reopened() throws -> [EventLog] {
    try Store(path: path).logs().map {
      try $0.check.run(threads: 2) { false }
      return $0.log
    }
  }
}
