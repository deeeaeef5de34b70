/// Tells from a text's beginning how its lines end, what stands between its fields, and where its
/// first row is.
struct TextLead {
  private let delimiter: CSVOptions.Delimiter
  private let trims: Bool
  private let endsLinesInReturn: Bool
  /// Lines before the header or the first row: those that are to be skipped, one such as `sep=;`,
  /// blank ones.
  private let lineCount: Int
  /// What was found that is worth telling.
  private(set) var notes: [String] = []

  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  init(
    _ text: TextView,
    _ options: CSVOptions,
    path: String
  ) {
    let feeds = (0..<max(text.count - 1, 0)).contains { text[$0] == Dialect.lineFeed }
    let returns = (0..<min(text.count, 1 << 20)).contains { text[$0] == Dialect.carriageReturn }
    endsLinesInReturn = returns && !feeds
    if endsLinesInReturn {
      notes.append("the lines of '\(path)' end in a carriage return alone (old Mac)")
    }
    if endsLinesInReturn {
      // With returns as line feeds the rest is as in any other text.
      let copy = TextBuffer(capacity: text.count)
      copy.withMutableSpan { span in
        for index in 0..<text.count {
          span[index] = text[index] == Dialect.carriageReturn ? Dialect.lineFeed : text[index]
        }
      }
      (delimiter, trims, lineCount) = copy.withView(count: text.count) {
        Self.look(at: $0, options)
      }
    } else {
      (delimiter, trims, lineCount) = Self.look(at: text, options)
    }
    if options.delimiter == nil, delimiter == .blanks {
      notes.append("the fields of '\(path)' are taken to be what stands between blanks")
    }
    if trims { notes.append("spaces around the fields of '\(path)' are left out") }
  }

  private static func look(
    at text: TextView,
    _ options: CSVOptions
  ) -> (CSVOptions.Delimiter, trims: Bool, lineCount: Int) {
    var (start, line) = firstRow(in: text, skipping: options.skippedLineCount)
    let given = delimiterLine(text, &start, &line)
    skipBlankLines(text, &start, &line)
    let quote: UInt8 =
      switch options.quote {
      case .byte(let byte): byte
      case Optional.none: RowRecoder.mark
      case .some(.none): 0
      }
    var delimiter = options.delimiter ?? given.map { .byte($0) }
    if delimiter == nil {
      if let found = DelimiterSniffer.delimiter(of: text, from: start, quote: quote) {
        delimiter = .byte(found)
      } else if DelimiterSniffer.isCutByBlanks(text, from: start) {
        delimiter = .blanks
      }
    }
    var trims = false
    if case .byte(let byte)? = delimiter {
      let dialect = Dialect(delimiter: byte, quote: quote)
      trims = DelimiterSniffer.hasSpaces(text, from: start, dialect)
    }
    return (delimiter ?? .byte(UInt8(ascii: ",")), trims, line)
  }

  /// How the text is rewritten while it is read; nil where it is read as it stands.
  func rows(_ options: CSVOptions) -> RowRecoder? {
    var rows = RowRecoder(delimiter: delimiter)
    rows.quote = options.quote ?? rows.quote
    rows.escape = options.escape
    rows.trims = trims
    rows.endsLinesInReturn = endsLinesInReturn
    rows.nullText = options.nullText.map { Array($0.utf8) }
    if let escape = options.escape, rows.nullText == nil {
      rows.nullText = [escape, UInt8(ascii: "N")]
    }
    rows.skippedLineCount = lineCount
    let isNeeded =
      delimiter == .blanks || rows.quote == .none || rows.escape != nil || trims
      || endsLinesInReturn || rows.nullText != nil
    return isNeeded ? rows : nil
  }

  func outputDelimiter(_ rows: RowRecoder?) -> UInt8 {
    if let rows { return rows.outputDelimiter }
    if case .byte(let byte) = delimiter { return byte }
    return UInt8(ascii: ",")
  }

  /// Where the header or the first row starts, and how many lines stand before it.
  func firstRow(in text: TextView) -> (start: Int, line: Int) {
    Self.firstRow(in: text, skipping: lineCount)
  }

  private static func firstRow(
    in text: TextView,
    skipping lineCount: Int
  ) -> (start: Int, line: Int) {
    let isMarked = mark.indices.allSatisfy { $0 < text.count && text[$0] == mark[$0] }
    var start = isMarked ? mark.count : 0
    var line = 0
    while line < lineCount, let feed = text.firstLineFeed(from: start) {
      start = feed + 1
      line += 1
    }
    return (start, line)
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
    guard after < text.count, text[after] == Dialect.lineFeed, delimiter != RowRecoder.mark,
      delimiter != Dialect.lineFeed, delimiter != Dialect.carriageReturn
    else { return nil }
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
}
