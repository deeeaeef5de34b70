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

  /// Reads the beginning of `file`, and tells how the file must be rewritten to be read.
  ///
  /// - Throws: ``LoadError/notData(path:kind:hint:)`` where there are no lines or no columns to tell.
  init(
    _ file: inout InputFile,
    options: CSVOptions = CSVOptions(),
    sampleByteCount: Int = sampleByteCount
  ) throws(LoadError) {
    if let arrow = file.arrow {
      self = try FileHead(arrow, sampleByteCount: sampleByteCount)
      return
    }
    // The index of the sampled rows may write as much again behind them.
    let buffer = TextBuffer(capacity: 2 * (sampleByteCount + 1))
    let path = file.path
    var sample = try Self.fill(buffer, file, sampleByteCount)
    let lead = buffer.withView(count: sample.count) { TextLead($0, options, path: path) }
    file.recoding.rows = lead.rows(options)
    if file.recoding.rows != nil { sample = try Self.fill(buffer, file, sampleByteCount) }
    var dialect = Dialect(delimiter: lead.outputDelimiter(file.recoding.rows))
    if file.recoding.rows == nil, case .byte(let quote)? = options.quote { dialect.quote = quote }
    var notes = lead.notes
    if case .utf16 = file.recoding.encoding { notes.append("'\(path)' is text in UTF-16") }
    self = try buffer.withView(count: sample.count) { (text) throws(LoadError) in
      try FileHead(text, buffer, lead, dialect, options, notes, sample, path)
    }
  }

  /// Tells how much of a file's text is looked at.
  private struct Extent {
    var count: Int
    /// Whether that is all.
    var isComplete: Bool
    /// Whether the file has no line end behind its last row.
    var isCut: Bool
  }

  /// Reads the beginning of a file's text, ended in a line feed where it is the whole of it.
  private static func fill(
    _ buffer: TextBuffer,
    _ file: InputFile,
    _ sampleByteCount: Int
  ) throws(LoadError) -> Extent {
    let reader = try file.makeReader()
    let count = try buffer.fill(at: 0, count: sampleByteCount) {
      (region, offset, count) throws(LoadError) in
      try reader.fill(region, at: offset, count: count)
    }
    guard count < sampleByteCount else {
      return Extent(count: count, isComplete: false, isCut: false)
    }
    let end = buffer.endLastLine(count: count)
    return Extent(count: end, isComplete: true, isCut: end > count)
  }

  private init(
    _ text: TextView,
    _ buffer: TextBuffer,
    _ lead: TextLead,
    _ dialect: Dialect,
    _ options: CSVOptions,
    _ notes: [String],
    _ extent: Extent,
    _ path: String
  ) throws(LoadError) {
    var warnings = notes
    let (start, line) = lead.firstRow(in: text)
    guard start < text.count else {
      throw .notData(path: path, kind: "without a row behind its first lines", hint: nil)
    }
    let boundary = RowBoundary(dialect: dialect)
    let firstRowEnd = boundary.end(of: start, in: text, isComplete: extent.isComplete)
    guard case .at(let firstEnd) = firstRowEnd else {
      throw .notData(
        path: path,
        kind: "text without line ends in its first \(max(text.count >> 20, 1)) MB",
        hint: nil
      )
    }
    let first = FieldSplitter.fields(of: start..<firstEnd, in: text, dialect: dialect)
    guard first.count <= LoadLimits.columnCount else {
      throw .notData(
        path: path,
        kind: "text with \(first.count) columns in its first row, which no table has",
        hint: "at most \(LoadLimits.columnCount) are read"
      )
    }
    hasHeader = options.hasHeader ?? HeaderNames.looksLikeHeader(first)
    self.dialect = dialect
    if hasHeader {
      columns = HeaderNames.unique(first, &warnings)
      textStart = firstEnd
      lineStart = line + text.lineFeeds(in: start..<firstEnd)
    } else {
      columns = first.indices.map { "column\($0 + 1)" }
      textStart = start
      lineStart = line
      if options.hasHeader == nil {
        warnings.append(
          "the first row looks like data: there is no header, and the columns are called column1 … "
            + "column\(columns.count)"
        )
      }
    }
    (samples, sampledRowCount) = Self.sample(
      text,
      buffer,
      from: textStart,
      dialect,
      columns.count,
      isComplete: extent.isComplete,
      isCut: extent.isCut
    )
    if samples.contains(where: { !$0.isUTF8 }) {
      warnings.append(
        "some texts are not UTF-8: they are loaded as they are and print as \u{FFFD}; "
          + "iconv -f WINDOWS-1252 -t UTF-8 in.csv > out.csv rewrites those of most programs"
      )
    }
    self.warnings = warnings
  }

  /// Samples the whole rows of the text's beginning; `isCut` says that nothing but the text's end ends
  /// the last one.
  static func sample(
    _ text: TextView,
    _ buffer: TextBuffer,
    from start: Int,
    _ dialect: Dialect,
    _ columnCount: Int,
    isComplete: Bool,
    isCut: Bool = false
  ) -> ([ColumnSample], Int) {
    let end = sampleEnd(text, from: start, dialect, isComplete: isComplete)
    let index = RowIndex(dialect: dialect, columnCount: columnCount)
    _ = index.index(buffer, start, end, isExact: true)
    var samples = [ColumnSample](repeating: ColumnSample(), count: columnCount)
    index.withFields(buffer) { fields in
      for column in 0..<columnCount {
        for row in 0..<fields.rowCount {
          let field = fields.range(row, column)
          // The beginning of a UUID in a row that may be cut off does not make texts of the others.
          if isCut, samples[column].isUUID, samples[column].valueCount > 0,
            field.upperBound == text.count - 1, UUIDText.isBeginning(fields.text, field)
          {
            continue
          }
          samples[column].add(fields.text, field)
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
