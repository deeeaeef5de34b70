import Glibc

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

  static func write(_ rows: [Row], to path: String) throws(LoadError) {
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
    }
    // `open` only reads the path.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: OpenFile.reason(errno)) }
    defer { close(descriptor) }
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
