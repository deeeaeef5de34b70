import Glibc

/// Makes a folder for one test's files and removes it, with all that is in it, at the end.
package final class TemporaryFolder {
  package let path: String

  /// Makes the folder where temporary files go, or, `inMemory`, where files take no disk, if the
  /// system has such a place.
  package init(inMemory: Bool = false) {
    // `access` only reads the path.
    let isInMemory = unsafe inMemory && access("/dev/shm", W_OK) == 0
    var name = Array("\(isInMemory ? "/dev/shm" : "/tmp")/bql-tests-XXXXXX".utf8CString)
    // `mkdtemp` replaces the last letters of its argument, which lives for the call.
    guard unsafe mkdtemp(&name) != nil else { preconditionFailure("no folder for tests: \(errno)") }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// The path of a file of the folder, whether there is one or not.
  package func path(_ name: String) -> String { path + "/" + name }

  /// The names of what is in the folder, hidden ones too, in order.
  package var names: [String] { Self.names(in: path) }

  /// Returns the names of what is in a folder, in order; none where there is no such folder.
  package static func names(in folder: String) -> [String] {
    // The stream is closed below; each entry is copied before the next is read.
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a folder with all that is in it; links are removed, not followed.
  package static func remove(_ folder: String) {
    // Both calls only read the path.
    for name in names(in: folder) where unsafe unlink(folder + "/" + name) != 0 {
      remove(folder + "/" + name)
    }
    unsafe _ = rmdir(folder)
  }

  // MARK: - Files

  /// Writes a file of these bytes, in place of one of that name, and returns its path.
  @discardableResult
  package func write(
    _ bytes: [UInt8],
    _ name: String = "events.csv",
    mode: UInt32 = 0o600
  ) -> String {
    let file = path(name)
    // The path is only read; the descriptor is closed below.
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC, mode)
    precondition(descriptor >= 0, "\(file) cannot be written: \(errno)")
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      // The system reads at most as many bytes as there are.
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      precondition(count > 0, "\(file) cannot be written: \(errno)")
      rest = rest.dropFirst(count)
    }
    // What `open` was told may be less than asked for.
    _ = fchmod(descriptor, mode)
    return file
  }

  /// Writes a file of this text, in place of one of that name, and returns its path.
  @discardableResult
  package func write(
    _ text: String,
    _ name: String = "events.csv",
    mode: UInt32 = 0o600
  ) -> String {
    write(Array(text.utf8), name, mode: mode)
  }

  /// Reads a file of the folder; nil where there is none.
  package func read(_ name: String) -> [UInt8]? { Self.read(path(name)) }

  /// Reads a file of the folder as text; nil where there is none.
  package func text(_ name: String) -> String? {
    read(name).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads the file at `path`; nil where there is none.
  package static func read(_ path: String) -> [UInt8]? {
    // The path is only read; the descriptor is closed below.
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // The system writes at most as many bytes as there is room for.
      let count = unsafe Glibc.read(descriptor, &piece, piece.count)
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
    }
  }
}
