/// Tells what a file is from its first bytes, whatever its name says.
enum FileKind: Equatable {
  case text
  case empty
  case gzip
  case zstd
  /// A file or a stream of Arrow.
  case arrow
  case utf16(isLittleEndian: Bool)
  /// Something that is no table of rows: what it is, and what to do about it.
  case other(kind: String, hint: String?)
  case notImplemented(String)

  /// The bytes to look at.
  static let headByteCount = 4_096

  init(head: Span<UInt8>) {
    if head.isEmpty {
      self = .empty
    } else if head.starts([0x1F, 0x8B]) {
      self = .gzip
    } else if head.starts([0x28, 0xB5, 0x2F, 0xFD]) {
      self = .zstd
    } else if Self.isArrow(head) {
      self = .arrow
    } else if let other = Self.binaryKind(head) ?? Self.textKind(head) {
      self = other
    } else {
      self = .text
    }
  }

  /// A file begins with its name; a stream with a mark and the length of its schema, which is a
  /// multiple of eight.
  private static func isArrow(_ head: Span<UInt8>) -> Bool {
    if head.starts(Array("ARROW1".utf8)) { return true }
    return head.starts([0xFF, 0xFF, 0xFF, 0xFF]) && head.count >= 8 && head[4] % 8 == 0
      && head[7] < 0x80
  }

  private static let ustar = Array("ustar".utf8)

  private static func binaryKind(_ head: Span<UInt8>) -> FileKind? {
    if head.starts(Array("PAR1".utf8)) { return .notImplemented("reading Parquet files") }
    if head.starts(Array("PK".utf8) + [3, 4]) {
      return .other(
        kind: "a zip archive or an Excel workbook (.xlsx)",
        hint: "unzip it, or save the sheet as CSV in UTF-8"
      )
    }
    if head.starts([0xD0, 0xCF, 0x11, 0xE0]) {
      return .other(kind: "an old Excel workbook (.xls)", hint: "save the sheet as CSV in UTF-8")
    }
    if head.starts(Array("%PDF".utf8)) { return .other(kind: "a PDF document", hint: nil) }
    if head.starts(Array("SQLite format 3".utf8)) {
      return .other(kind: "an SQLite database", hint: "write the table as CSV from it")
    }
    for (magic, name) in [
      ([0x42, 0x5A, 0x68], "bzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz"),
      ([0x37, 0x7A, 0xBC, 0xAF], "7-zip"), ([0x04, 0x22, 0x4D, 0x18], "lz4"),
      ([0x52, 0x61, 0x72, 0x21], "RAR"),
    ] as [([UInt8], String)] where head.starts(magic) {
      return .other(
        kind: "a \(name) archive",
        hint: "unpack it first; .gz and .zst are read as they are"
      )
    }
    if head.count > 262, ustar.indices.allSatisfy({ head[257 + $0] == ustar[$0] }) {
      return .other(
        kind: "a tar archive",
        hint: "unpack it first; .gz and .zst are read as they are"
      )
    }
    if head.starts([0xFF, 0xFE, 0, 0]) || head.starts([0, 0, 0xFE, 0xFF]) {
      return .other(kind: "text in UTF-32", hint: "iconv -f UTF-32 -t UTF-8 in.csv > out.csv")
    }
    if head.starts([0xFF, 0xFE]) { return .utf16(isLittleEndian: true) }
    if head.starts([0xFE, 0xFF]) { return .utf16(isLittleEndian: false) }
    let odd = head.indices.reduce(0) { $0 + ($1 % 2 == 1 && head[$1] == 0 ? 1 : 0) }
    let zeros = head.indices.reduce(0) { $0 + (head[$1] == 0 ? 1 : 0) }
    // Letters, digits and signs of Latin scripts have a zero in one of their two bytes.
    if zeros * 3 > head.count {
      if odd * 10 > zeros * 9 { return .utf16(isLittleEndian: true) }
      if odd * 10 < zeros { return .utf16(isLittleEndian: false) }
    }
    let controls = head.indices.reduce(0) { count, index in
      count + (head[index] < 32 && !(9...13).contains(head[index]) ? 1 : 0)
    }
    if controls * 10 > head.count { return .other(kind: "binary, not text", hint: nil) }
    if let zero = head.indices.first(where: { head[$0] == 0 }) {
      return .other(
        kind: "text with a zero byte (at byte \(zero + 1)), which no text has",
        hint: "tr -d '\\0' < in.csv > out.csv leaves them out; look at what is around them first"
      )
    }
    return nil
  }

  private static func textKind(_ head: Span<UInt8>) -> FileKind? {
    var start = head.starts([0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < head.count, head[start] <= 32 { start += 1 }
    if start == head.count { return head.count < headByteCount ? .empty : nil }
    let text = String(
      decoding: (start..<head.count).prefix(256).map { head[$0] },
      as: UTF8.self
    ).lowercased()
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") || text.hasPrefix("<head") {
      return .other(
        kind: "a web page (HTML), perhaps a login page saved in place of the download",
        hint: "download the file again while signed in, and look at it with head"
      )
    }
    if text.hasPrefix("<?xml") { return .other(kind: "an XML document", hint: nil) }
    if text.hasPrefix("version https://git-lfs") {
      return .other(
        kind: "a Git LFS pointer: the data are not in this copy of the repository",
        hint: "git lfs pull fetches them"
      )
    }
    if text.hasPrefix("{") { return .notImplemented("reading NDJSON") }
    if text.hasPrefix("[{") || text.hasPrefix("[\n") || text.hasPrefix("[ ") {
      return .notImplemented("reading JSON")
    }
    return nil
  }
}

extension Span<UInt8> {
  /// Says whether the bytes begin with `prefix`.
  func starts(_ prefix: [UInt8]) -> Bool {
    guard count >= prefix.count else { return false }
    for index in prefix.indices where self[index] != prefix[index] { return false }
    return true
  }
}
