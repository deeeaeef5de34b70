import Glibc

/// Names the folder for files that are gone when the program ends.
package enum TemporaryPath {
  /// `TMPDIR`, else `/tmp`.
  package static var folder: String {
    // The environment is only read, at once.
    unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
  }
}
