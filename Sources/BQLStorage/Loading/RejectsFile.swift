import Glibc
import Synchronization

/// Writes rejected rows as CSV: file, line, reason and the row as it stands in the file.
enum RejectsFile {
  struct Row {
    let file: String
    let line: Int
    let reason: String
    let text: [UInt8]
  }

  /// Refuses to write over a file that is being loaded.
  static func check(_ path: String, isNoneOf sources: [String]) throws(LoadError) {
    var target = stat()
    // `stat` only reads the path, here and below.
    guard unsafe stat(path, &target) == 0 else { return }
    for source in sources {
      var status = stat()
      guard unsafe stat(source, &status) == 0 else { continue }
      if status.st_dev == target.st_dev, status.st_ino == target.st_ino,
        status.st_mode & S_IFMT == S_IFREG
      {
        throw .unwritable(path: path, reason: "it is the file that is being loaded")
      }
    }
  }

  /// Writes a file that is there whole or not at all; a pipe or a device gets the rows at once.
  static func write(_ rows: [Row], to path: String) throws(LoadError) {
    var status = stat()
    let isOther = unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    // A symbolic link stays one: the file that it leads to is replaced.
    let target = resolved(path)
    let made = isOther ? path : "\(target).\(getpid()).part"
    // `open` only reads the path.
    let descriptor = unsafe open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: OpenFile.reason(errno)) }
    do throws(LoadError) {
      defer { close(descriptor) }
      try write(rows, to: descriptor, path)
    } catch {
      if !isOther { unsafe _ = unlink(made) }
      throw error
    }
    guard !isOther else { return }
    // `rename` only reads the paths.
    guard unsafe rename(made, target) == 0 else {
      let reason = OpenFile.reason(errno)
      unsafe _ = unlink(made)
      throw .unwritable(path: path, reason: reason)
    }
  }

  private static func resolved(_ path: String) -> String {
    // `realpath` returns memory of its own, which is freed here, or nil where nothing is there yet.
    guard let found = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(found) }
    return unsafe String(cString: found)
  }

  private static func write(
    _ rows: [Row],
    to descriptor: Int32,
    _ path: String
  ) throws(LoadError) {
    var bytes = Array("file,line,reason,row\n".utf8)
    for row in rows {
      append(Array(row.file.utf8), to: &bytes)
      bytes.append(UInt8(ascii: ","))
      bytes += Array(String(row.line).utf8)
      bytes.append(UInt8(ascii: ","))
      append(Array(row.reason.utf8), to: &bytes)
      bytes.append(UInt8(ascii: ","))
      append(row.text, to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
      guard bytes.count > 1 << 20 else { continue }
      try flush(&bytes, descriptor, path)
    }
    try flush(&bytes, descriptor, path)
  }

  private static func flush(
    _ bytes: inout [UInt8],
    _ descriptor: Int32,
    _ path: String
  ) throws(LoadError) {
    var written = 0
    while written < bytes.count {
      let step = unsafe bytes.withUnsafeBytes { bytes in
        // The system reads the array's bytes from `written` on, no more.
        unsafe Glibc.write(
          descriptor,
          bytes.baseAddress.map { unsafe $0 + written },
          bytes.count - written
        )
      }
      if step < 0, errno == EINTR { continue }
      guard step >= 0 else { throw .unwritable(path: path, reason: OpenFile.reason(errno)) }
      written += step
    }
    bytes.removeAll(keepingCapacity: true)
  }

  private static func append(_ field: [UInt8], to bytes: inout [UInt8]) {
    let needsQuotes = field.contains {
      [",", "\"", "\n", "\r"].map(UInt8.init(ascii:)).contains($0)
    }
    guard needsQuotes else {
      bytes += field
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in field {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

/// Bounds the memory of rejected rows that wait to be written, over all threads of a pass.
final class RejectsBudget: Sendable {
  private let left = Atomic<Int>(LoadLimits.rejectedByteCount)

  /// Says whether a row of so many bytes is kept.
  func take(_ byteCount: Int) -> Bool {
    // A row costs its bytes and some more for its place.
    left.subtract(byteCount + 64, ordering: .relaxed).newValue > 0
  }

  /// Says that rows were dropped.
  var isSpent: Bool { left.load(ordering: .relaxed) <= 0 }
}
