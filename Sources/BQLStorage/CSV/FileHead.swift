import BQLColumnar

/// Reads the beginning of a file's text: its dialect, its columns' names and a sample of its rows.
struct FileHead {
  /// Bytes of text that are looked at.
  static let sampleByteCount = 4 << 20
  /// Rows that types are told from.
  static let sampleRowCount = 20_000

  let dialect: Dialect
  let columns: [String]
  let hasHeader: Bool
  /// Bytes before the first row of data.
  let textStart: Int
  /// Lines before the first row of data.
  let lineStart: Int
  /// What the values of each column can be read as.
  let samples: [ColumnSample]
  let sampledRowCount: Int
  let warnings: [String]

  init(_ file: InputFile, sampleByteCount: Int = sampleByteCount) throws(LoadError) {
    if let arrow = file.arrow {
      self = try FileHead(arrow, sampleByteCount: sampleByteCount)
      return
    }
    // The index of the sampled rows may write as much again behind them.
    let buffer = TextBuffer(capacity: 2 * (sampleByteCount + 1))
    let reader = try file.makeReader()
    var count = try buffer.fill(at: 0, count: sampleByteCount) {
      (region, offset, count) throws(LoadError) in
      try reader.fill(region, at: offset, count: count)
    }
    let isComplete = count < sampleByteCount
    if isComplete {
      buffer.withMutableSpan { span in
        if count == 0 || span[count - 1] != Dialect.lineFeed {
          span[count] = Dialect.lineFeed
          count += 1
        }
      }
    }
    self = try buffer.withView(count: count) { text throws(LoadError) in
      try FileHead(text, buffer, isComplete: isComplete, path: file.path)
    }
  }

  private init(
    _ text: TextView,
    _ buffer: TextBuffer,
    isComplete: Bool,
    path: String
  ) throws(LoadError) {
    var warnings: [String] = []
    var start = 0
    var line = 0
    if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { start = 3 }
    let returns = (0..<min(text.count, 4_096)).contains { text[$0] == Dialect.carriageReturn }
    let feeds = (0..<text.count - 1).contains { text[$0] == Dialect.lineFeed }
    if returns, !feeds {
      throw .notData(
        path: path,
        kind: "text whose lines end in a carriage return alone (old Mac)",
        hint: "tr '\\r' '\\n' < in.csv > out.csv"
      )
    }
    let given = Self.delimiterLine(text, &start, &line)
    Self.skipBlankLines(text, &start, &line)
    let dialect = Dialect(
      delimiter: given ?? DelimiterSniffer.delimiter(of: text, from: start)
    )
    let boundary = RowBoundary(dialect: dialect)
    guard case .at(let firstEnd) = boundary.end(of: start, in: text, isComplete: isComplete) else {
      throw .notData(
        path: path,
        kind: "text without line ends in its first \(text.count >> 20) MB",
        hint: nil
      )
    }
    let first = FieldSplitter.fields(of: start..<firstEnd, in: text, dialect: dialect)
    hasHeader = HeaderNames.looksLikeHeader(first)
    self.dialect = dialect
    if hasHeader {
      columns = HeaderNames.unique(first, &warnings)
      textStart = firstEnd
      lineStart = line + text.lineFeeds(in: start..<firstEnd)
    } else {
      columns = first.indices.map { "column\($0 + 1)" }
      textStart = start
      lineStart = line
      warnings.append(
        "the first row looks like data: there is no header, and the columns are called column1 … "
          + "column\(columns.count)"
      )
    }
    (samples, sampledRowCount) = Self.sample(
      text,
      buffer,
      from: textStart,
      dialect,
      columns.count,
      isComplete: isComplete
    )
    if samples.contains(where: { !$0.isUTF8 }) {
      warnings.append("some texts are not UTF-8; they are loaded as they are and print as \u{FFFD}")
    }
    self.warnings = warnings
  }

  /// Reads a first line such as `sep=;`, which Excel writes and reads.
  private static func delimiterLine(
    _ text: TextView,
    _ start: inout Int,
    _ line: inout Int
  ) -> UInt8? {
    guard text.count > start + 5, text.text(start..<start + 4).lowercased() == "sep=" else {
      return nil
    }
    let delimiter = text[start + 4]
    let after = text[start + 5] == Dialect.carriageReturn ? start + 6 : start + 5
    guard after < text.count, text[after] == Dialect.lineFeed else { return nil }
    start = after + 1
    line += 1
    return delimiter
  }

  private static func skipBlankLines(_ text: TextView, _ start: inout Int, _ line: inout Int) {
    var position = start
    while position < text.count {
      if text[position] == Dialect.lineFeed {
        start = position + 1
        line += 1
      } else if text[position] != Dialect.carriageReturn {
        return
      }
      position += 1
    }
  }

  /// Samples the whole rows of the text's beginning.
  static func sample(
    _ text: TextView,
    _ buffer: TextBuffer,
    from start: Int,
    _ dialect: Dialect,
    _ columnCount: Int,
    isComplete: Bool
  ) -> ([ColumnSample], Int) {
    let end = sampleEnd(text, from: start, dialect, isComplete: isComplete)
    let index = RowIndex(dialect: dialect, columnCount: columnCount)
    _ = index.index(buffer, start, end, isExact: true)
    var samples = [ColumnSample](repeating: ColumnSample(), count: columnCount)
    index.withFields(buffer) { fields in
      for column in 0..<columnCount {
        for row in 0..<fields.rowCount {
          samples[column].add(fields.text, fields.range(row, column))
        }
      }
    }
    return (samples, index.rowCount)
  }
}

extension FileHead {
  /// Where the rows end that types are told from.
  private static func sampleEnd(
    _ text: TextView,
    from start: Int,
    _ dialect: Dialect,
    isComplete: Bool
  ) -> Int {
    let boundary = RowBoundary(dialect: dialect)
    let hasQuotes = text.first(dialect.quote, from: start) != nil
    var end = start
    for _ in 0..<sampleRowCount where end < text.count {
      if hasQuotes {
        guard case .at(let next) = boundary.end(of: end, in: text, isComplete: isComplete) else {
          break
        }
        end = next
      } else {
        guard let feed = text.firstLineFeed(from: end) else { break }
        end = feed + 1
      }
    }
    return end
  }
}

extension TextView {
  /// The number of line feeds in a range.
  func lineFeeds(in range: Range<Int>) -> Int {
    range.reduce(0) { $0 + (self[$1] == Dialect.lineFeed ? 1 : 0) }
  }
}
