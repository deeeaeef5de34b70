import Glibc

/// Names the folder for files that are gone when the program ends.
package enum TemporaryPath {
  /// `TMPDIR`, else `/tmp`.
  package static var folder: String {
    // The environment is only read, at once.
    unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
  }

  /// Opens a new file for reading and writing whose name is gone already; nil, with `errno` set,
  /// where the system refuses.
  package static func openUnnamedFile() -> Int32? {
    var name = Array("\(folder)/bql-XXXXXX".utf8CString)
    // The letters are replaced in the array, which lives for the calls.
    let descriptor = unsafe mkstemp(&name)
    guard descriptor >= 0 else { return nil }
    unsafe _ = unlink(name)
    return descriptor
  }
}
