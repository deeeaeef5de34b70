/// Says how a text is rewritten, while it is read, into one that the fast reader takes: UTF-8, lines
/// that end in a line feed, fields between single bytes, quotes that are doubled.
///
/// A text that needs none of it is read as it stands, by all threads; any other in order, like an
/// archive. Every line of the text stays one line, so that places in messages hold.
struct Recoding: Hashable, Sendable {
  enum Encoding: Hashable, Sendable {
    case utf8
    case utf16(isLittleEndian: Bool)
  }

  var encoding = Encoding.utf8
  /// How rows are cut in the text; nil where the fast reader knows.
  var rows: RowRecoder?

  var isNeeded: Bool { encoding != .utf8 || rows != nil }

  /// Wraps a reader of the text.
  func wrap(_ reader: any ByteReader, path: String) -> any ByteReader {
    var reader = reader
    if case .utf16(let isLittleEndian) = encoding {
      reader = UTF16Reader(reader, isLittleEndian: isLittleEndian)
    }
    if let rows { reader = RecodingReader(reader, rows: rows, path: path) }
    return reader
  }
}
