/// Guesses the delimiter of a text from its first lines.
enum DelimiterSniffer {
  /// In order of preference where two do equally well.
  private static let candidates: [UInt8] = [",", "\t", ";", "|"].map { UInt8(ascii: $0) }

  /// Returns the candidate that cuts the first row into most fields and the next rows into as many.
  ///
  /// Up to 20 rows vote. Nil for a text without any of them.
  static func delimiter(of text: TextView, from start: Int, quote: UInt8) -> UInt8? {
    var best: (delimiter: UInt8, agreeing: Int, fields: Int)?
    for candidate in candidates where candidate != quote {
      let counts = rows(of: text, from: start, Dialect(delimiter: candidate, quote: quote))
        .map(\.count)
      guard let first = counts.first, first > 1 else { continue }
      let agreeing = counts.filter { $0 == first }.count
      if agreeing > best?.agreeing ?? 0
        || agreeing == best?.agreeing && first > best?.fields ?? 1
      {
        best = (candidate, agreeing, first)
      }
    }
    return best?.delimiter
  }

  /// Says whether spaces follow the delimiters of the first rows, as `1, 2, 3` has them.
  static func hasSpaces(_ text: TextView, from start: Int, _ dialect: Dialect) -> Bool {
    let rows = rows(of: text, from: start, dialect).filter { $0.count > 1 }
    return !rows.isEmpty
      && rows.allSatisfy { row in
        let others = row.dropFirst().filter { !$0.isEmpty }
        return !others.isEmpty && others.allSatisfy { $0.hasPrefix(" ") }
      }
  }

  /// Says whether runs of blanks cut all of the first rows into the same number of fields, three at
  /// least; a time with a space in it is one field, and so is any text with a letter in it and no
  /// digit in its row.
  static func isCutByBlanks(_ text: TextView, from start: Int) -> Bool {
    let rows = rows(of: text, from: start, Dialect(delimiter: Dialect.lineFeed)).prefix(20).map {
      $0.joined().split { $0 == " " || $0 == "\t" }
    }
    guard let first = rows.first, first.count > 2, rows.count > 1,
      rows.allSatisfy({ $0.count == first.count })
    else { return false }
    // Words in sentences are no columns, and the parts of a time are none.
    return rows.dropFirst().allSatisfy { row in
      row.count { $0.allSatisfy { "0123456789.-".contains($0) } } > 1
    }
  }

  /// The first 20 rows that are not blank, cut into fields.
  private static func rows(
    of text: TextView,
    from start: Int,
    _ dialect: Dialect
  ) -> [[String]] {
    let boundary = RowBoundary(dialect: dialect)
    var rows: [[String]] = []
    var position = start
    while rows.count < 20, position < text.count,
      case .at(let end) = boundary.end(of: position, in: text, isComplete: false)
    {
      let fields = FieldSplitter.fields(of: position..<end, in: text, dialect: dialect)
      if fields != [""] { rows.append(fields) }
      position = end
    }
    return rows
  }
}

/// Cuts one row into its fields, byte by byte: for headers and samples.
enum FieldSplitter {
  /// Returns the fields of the row in `range`, which may end in a line end.
  static func fields(of range: Range<Int>, in text: TextView, dialect: Dialect) -> [String] {
    var end = range.upperBound
    if end > range.lowerBound, text[end - 1] == Dialect.lineFeed { end -= 1 }
    if end > range.lowerBound, text[end - 1] == Dialect.carriageReturn { end -= 1 }
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var isAtStart = true
    var position = range.lowerBound
    while position < end {
      let byte = text[position]
      if isQuoted, byte == dialect.quote {
        if position + 1 < end, text[position + 1] == dialect.quote {
          field.append(byte)
          position += 1
        } else {
          isQuoted = false
        }
      } else if isQuoted {
        field.append(byte)
      } else if byte == dialect.quote, isAtStart {
        isQuoted = true
      } else if byte == dialect.delimiter {
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
        isAtStart = true
        position += 1
        continue
      } else {
        field.append(byte)
      }
      isAtStart = false
      position += 1
    }
    fields.append(String(decoding: field, as: UTF8.self))
    return fields
  }
}
