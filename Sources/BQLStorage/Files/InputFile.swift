import BQLColumnar
import Glibc
import Synchronization

/// Holds one file to load: open, its kind known, and where its rows start.
struct InputFile: Sendable {
  enum Packing: Sendable {
    case plain
    case gzip
    case zstd
  }

  let path: String
  let file: OpenFile
  let packing: Packing
  /// How the text is rewritten while it is read.
  var recoding = Recoding()
  /// The columns of Arrow data, whose text is made while it is read; nil for text.
  private(set) var arrow: ArrowInput?
  /// Bytes of text before the first row of data: mark, header, blank lines.
  var textStart = 0
  /// Lines before the first row of data.
  var lineStart = 0
  /// Which field each column of the log is, where this file has them in another order.
  var columnOrder: [Int]?

  /// The size of the text; nil where it is packed or rewritten, and so read in order.
  var textByteCount: Int? {
    packing == .plain && arrow == nil && !recoding.isNeeded ? file.byteCount : nil
  }

  /// Opens a file and tells what it is.
  ///
  /// - Throws: ``LoadError/notData(path:kind:hint:)`` for anything but text, packed or not.
  init(path: String) throws(LoadError) {
    self.path = path
    var file = try OpenFile(path: path)
    // A pipe cannot be read twice, which choosing types may take.
    if file.byteCount == nil {
      if let copy = try StandardInput.copy(file) {
        file = copy
      } else {
        file = try Self.spool(file)
      }
    }
    self.file = file
    let reader = FileReader(file)
    switch try Self.kind(reader) {
    case .gzip: packing = .gzip
    case .zstd: packing = .zstd
    case .text: packing = .plain
    case .utf16(let isLittleEndian):
      packing = .plain
      recoding.encoding = .utf16(isLittleEndian: isLittleEndian)
    case .arrow:
      packing = .plain
      arrow = try ArrowInput(file)
    case .empty: throw .notData(path: path, kind: "empty", hint: nil)
    case .other(let kind, let hint): throw .notData(path: path, kind: kind, hint: hint)
    case .notImplemented(let what): throw .notImplemented(path: path, what: what)
    }
    if packing != .plain { try lookInside() }
    if recoding.isNeeded { try lookInside() }
  }

  /// Tells what the text is that the file holds packed or in another encoding.
  private mutating func lookInside() throws(LoadError) {
    switch try Self.kind(try makeReader()) {
    case .text: break
    case .utf16(let isLittleEndian) where !recoding.isNeeded:
      recoding.encoding = .utf16(isLittleEndian: isLittleEndian)
    case .utf16: throw .notData(path: path, kind: "binary, not text", hint: nil)
    case .arrow: arrow = try ArrowInput(try Self.spool(try makeReader(), path: path))
    case .empty:
      throw .notData(
        path: path,
        kind: packing == .plain ? "empty" : "an archive of nothing",
        hint: nil
      )
    case .gzip, .zstd:
      throw .notData(path: path, kind: "an archive in an archive", hint: "unpack it once")
    case .other(let kind, let hint):
      throw .notData(
        path: path,
        kind: packing == .plain ? kind : kind + ", compressed",
        hint: hint
      )
    case .notImplemented(let what): throw .notImplemented(path: path, what: what)
    }
  }

  /// Makes a reader of the file's text from its start.
  func makeReader() throws(LoadError) -> any ByteReader {
    if let arrow { return try arrow.makeTextReader() }
    let reader = FileReader(file)
    let text: any ByteReader =
      switch packing {
      case .plain: reader
      case .gzip: try GzipReader(reader, path: path)
      case .zstd: try ZstdReader(reader, path: path)
      }
    return recoding.wrap(text, path: path)
  }

  private static func kind(_ reader: any ByteReader) throws(LoadError) -> FileKind {
    let region = MemoryRegion(byteCount: FileKind.headByteCount)
    let count = try reader.fill(region, at: 0, count: FileKind.headByteCount)
    return region.withMutableSpan(of: UInt8.self, byteOffset: 0, count: count) {
      FileKind(head: $0.span)
    }
  }

  /// Copies a pipe to a nameless file in the folder for temporary files.
  fileprivate static func spool(_ pipe: OpenFile) throws(LoadError) -> OpenFile {
    try spool(FileReader(pipe), path: pipe.path)
  }

  /// Copies what `reader` gives to a nameless file in the folder for temporary files.
  private static func spool(
    _ reader: any ByteReader,
    path: String
  ) throws(LoadError) -> OpenFile {
    guard let descriptor = TemporaryPath.openUnnamedFile() else {
      throw .unreadable(
        path: path,
        reason: "no temporary file in \(TemporaryPath.folder): \(OpenFile.reason(errno))"
      )
    }
    let chunk = 1 << 20
    let region = MemoryRegion(byteCount: chunk)
    var total = 0
    while true {
      let count = try reader.read(into: region, at: 0, count: chunk)
      if count == 0 { break }
      var written = 0
      while written < count {
        let step = region.withMutableSpan(
          of: UInt8.self,
          byteOffset: written,
          count: count - written
        ) { span in
          // The system reads no more than the span holds.
          unsafe span.withUnsafeMutableBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        }
        if step < 0, errno == EINTR { continue }
        guard step >= 0 else {
          let reason = OpenFile.reason(errno)
          close(descriptor)
          throw .unreadable(
            path: path,
            reason: "its copy in \(TemporaryPath.folder) failed: \(reason)"
          )
        }
        written += step
      }
      total += count
    }
    return OpenFile(path: path, descriptor: descriptor, byteCount: total)
  }
}

/// Keeps the copy of standard input, which a pipe gives once, for every statement that reads it.
private enum StandardInput {
  private static let kept = Mutex<OpenFile?>(nil)

  /// Returns the copy of `file`, made by its first reader; nil for anything but standard input, and
  /// for a terminal, where more may be typed.
  static func copy(_ file: OpenFile) throws(LoadError) -> OpenFile? {
    guard file.path == PathPattern.standardInput, isatty(STDIN_FILENO) == 0 else { return nil }
    return try kept.withLock { kept throws(LoadError) in
      if let kept { return kept }
      let copy = try InputFile.spool(file)
      kept = copy
      return copy
    }
  }
}
