import BQLColumnar

/// Reads the cells of a text column as bytes.
struct TextCells: RowReader {
  let codes: [Int32]
  let dictionary: TextDictionary
  private let offsets: [Int]
  private let bytes: [UInt8]

  init(_ column: Column) {
    guard case .texts(let codes, let dictionary) = column.values else {
      preconditionFailure("a kernel for texts got a column of type \(column.type)")
    }
    self.codes = codes
    self.dictionary = dictionary
    offsets = dictionary.offsets
    bytes = dictionary.bytes
  }

  /// The UTF-8 bytes of row `row`.
  subscript(row: Int) -> Utf8 {
    let code = Int(codes[row])
    return bytes[offsets[code]..<offsets[code + 1]]
  }

  /// Returns the text of row `row`, damage repaired with U+FFFD.
  func string(_ row: Int) -> String { String(decoding: self[row], as: UTF8.self) }

  /// Says whether two rows, of any two columns, hold the same bytes.
  func equals(_ row: Int, _ other: TextCells, _ otherRow: Int) -> Bool {
    if dictionary === other.dictionary, codes[row] == other.codes[otherRow] { return true }
    return self[row].elementsEqual(other[otherRow])
  }

  /// Says whether the bytes of a row come before those of another row, of any two columns.
  func precedes(_ row: Int, _ other: TextCells, _ otherRow: Int) -> Bool {
    if dictionary === other.dictionary, codes[row] == other.codes[otherRow] { return false }
    return self[row].lexicographicallyPrecedes(other[otherRow])
  }
}

/// Collects the texts of a result column row by row.
struct TextOutput {
  private var codes: [Int32] = []
  private var builder = TextDictionaryBuilder()
  private var validity: Bitmap?

  init(count: Int) {
    codes.reserveCapacity(count)
  }

  mutating func append(_ utf8: Utf8) {
    codes.append(builder.code(for: utf8.span))
    validity?.append(true)
  }

  mutating func append(_ text: String) {
    codes.append(builder.code(for: text.utf8Span.span))
    validity?.append(true)
  }

  mutating func append(_ utf8: [UInt8]) {
    codes.append(builder.code(for: utf8.span))
    validity?.append(true)
  }

  mutating func appendNull() {
    if validity == nil { validity = Bitmap(repeating: true, count: codes.count) }
    codes.append(0)
    validity?.append(false)
  }

  consuming func finish() -> Column {
    // A column of NULLs alone still needs an entry for code 0.
    let dictionary = builder.count == 0 ? TextDictionary([""]) : builder.finish()
    return Column(codes: codes, dictionary: dictionary, validity: validity)
  }
}
