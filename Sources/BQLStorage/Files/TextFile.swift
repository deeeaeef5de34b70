import Glibc

/// Reads a whole text file: scripts.
package enum TextFile {
  /// More is no script: the largest file that is read.
  package static let byteLimit = 64 << 20

  /// Returns the file's text; damaged UTF-8 is repaired with U+FFFD, a byte-order mark dropped.
  ///
  /// - Throws: ``LoadError/fileNotFound(path:nearby:)`` or
  ///   ``LoadError/unreadable(path:reason:)``.
  package static func read(_ path: String) throws(LoadError) -> String {
    // The path is bridged for the call alone.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw .fileNotFound(path: path, nearby: []) }
      throw .unreadable(path: path, reason: reason(errno))
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe block.withUnsafeMutableBytes { buffer in
        // Writes at most the buffer's size.
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(path: path, reason: reason(errno))
      }
      if count == 0 { break }
      bytes.append(contentsOf: block[..<count])
      guard bytes.count <= byteLimit else {
        throw .unreadable(path: path, reason: "it is larger than 64 MB, which no script is")
      }
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func reason(_ code: Int32) -> String {
    // `strerror` answers with a string that stays valid until its next call.
    unsafe String(cString: strerror(code))
  }
}
