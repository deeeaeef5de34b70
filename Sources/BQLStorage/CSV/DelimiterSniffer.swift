/// Guesses the delimiter of a text from its first lines.
enum DelimiterSniffer {
  /// In order of preference where two do equally well.
  private static let candidates: [UInt8] = [",", "\t", ";", "|"].map { UInt8(ascii: $0) }

  /// Returns the candidate that cuts the first row into most fields and the next rows into as many.
  ///
  /// Up to 20 rows vote. A text without any of them has one column.
  static func delimiter(of text: TextView, from start: Int) -> UInt8 {
    var best = (delimiter: UInt8(ascii: ","), agreeing: 0, fields: 1)
    for candidate in candidates {
      let dialect = Dialect(delimiter: candidate)
      let boundary = RowBoundary(dialect: dialect)
      var position = start
      var counts: [Int] = []
      while counts.count < 20, position < text.count,
        case .at(let end) = boundary.end(of: position, in: text, isComplete: false)
      {
        let fields = FieldSplitter.fields(of: position..<end, in: text, dialect: dialect)
        if fields != [""] { counts.append(fields.count) }
        position = end
      }
      guard let first = counts.first, first > 1 else { continue }
      let agreeing = counts.filter { $0 == first }.count
      if agreeing > best.agreeing || agreeing == best.agreeing && first > best.fields {
        best = (candidate, agreeing, first)
      }
    }
    return best.delimiter
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
