import BQLColumnar
import Glibc

/// Reads bytes in order: a file, standard input, or what an archive holds.
///
/// Not shared between threads: whoever holds it reads from it.
protocol ByteReader: AnyObject {
  /// Writes up to `count` bytes into `region` from `offset` on and returns how many; 0 at the end.
  func read(into region: MemoryRegion, at offset: Int, count: Int) throws(LoadError) -> Int
}

extension ByteReader {
  /// Reads until `count` bytes are there or the end is; returns how many are.
  func fill(_ region: MemoryRegion, at offset: Int, count: Int) throws(LoadError) -> Int {
    var filled = 0
    while filled < count {
      let more = try read(into: region, at: offset + filled, count: count - filled)
      if more == 0 { break }
      filled += more
    }
    return filled
  }
}

/// Holds an open file and closes it at the end.
final class OpenFile: Sendable {
  let path: String
  private let descriptor: Int32
  private let isOwned: Bool
  /// The size of a regular file; nil for a pipe.
  let byteCount: Int?

  /// Opens a file for reading; `-` is standard input.
  init(path: String) throws(LoadError) {
    self.path = path
    if path == PathPattern.standardInput {
      descriptor = STDIN_FILENO
      isOwned = false
    } else {
      // `open` only reads the path.
      descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
      isOwned = true
    }
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: Self.reason(errno)) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: Self.reason(errno))
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw .notData(
        path: path,
        kind: "a folder",
        hint: "name the files in it: '\(path)/*.csv'"
      )
    }
    byteCount = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  /// Wraps a descriptor that it closes: a file without a name.
  init(path: String, descriptor: Int32, byteCount: Int) {
    self.path = path
    self.descriptor = descriptor
    self.byteCount = byteCount
    isOwned = true
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  /// Reads up to `count` bytes from `position` in the file, or from where a pipe stands.
  func read(
    into region: MemoryRegion,
    at offset: Int,
    count: Int,
    from position: Int
  ) throws(LoadError) -> Int {
    precondition(offset >= 0 && count >= 0 && offset + count <= region.byteCount)
    while true {
      let read = region.withMutableSpan(of: UInt8.self, byteOffset: offset, count: count) {
        span in
        unsafe span.withUnsafeMutableBytes { bytes in
          // The system writes at most `count` bytes, the span's size.
          byteCount == nil
            ? unsafe Glibc.read(descriptor, bytes.baseAddress, bytes.count)
            : unsafe pread(descriptor, bytes.baseAddress, bytes.count, off_t(position))
        }
      }
      if read >= 0 { return read }
      guard errno == EINTR else { throw .unreadable(path: path, reason: Self.reason(errno)) }
    }
  }

  /// Maps a regular file for reading.
  func map() throws(LoadError) -> MemoryRegion {
    do throws(MappingError) {
      return try MemoryRegion(mapping: descriptor, byteCount: byteCount ?? 0)
    } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
  }

  /// The system's words for an error number.
  static func reason(_ number: Int32) -> String {
    // `strerror` returns a text of static lifetime for the numbers that exist.
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }
}

/// Reads an open file in order.
final class FileReader: ByteReader {
  private let file: OpenFile
  private(set) var position = 0

  init(_ file: OpenFile, from position: Int = 0) {
    self.file = file
    self.position = position
  }

  func read(into region: MemoryRegion, at offset: Int, count: Int) throws(LoadError) -> Int {
    let read = try file.read(into: region, at: offset, count: count, from: position)
    position += read
    return read
  }
}
