/// Walks the delimiters, line feeds and quotes of a block and copies the fields of its good rows.
struct RowWalk {
  let text: TextView
  let dialect: Dialect
  let columnCount: Int
  let end: Int
  /// Where the current row starts.
  var position: Int
  /// Line feeds before the current row.
  var lineOfRow = 0
  /// Bytes copied so far.
  var copied = 0

  private var mark = 1
  private var fieldStart = 0
  private var rowCopied = 0
  private var rowMark = 1
  private var fault: RowFault?
  private var fieldCount = 0
  private var isAfterQuote = false
  /// The first position of the current row, as an index into the positions.
  private var rowStartIndex = 1

  init(text: TextView, dialect: Dialect, columnCount: Int, end: Int, position: Int) {
    self.text = text
    self.dialect = dialect
    self.columnCount = columnCount
    self.end = end
    self.position = position
  }

  /// Cuts all rows, telling `emit` each one's bytes, line and fault (nil for a good one); returns
  /// false where the last row does not end with the block.
  ///
  /// `positions` holds those of delimiters, line feeds and quotes from index 1 on.
  mutating func run(
    _ positions: Span<UInt32>,
    _ marks: inout MutableSpan<UInt32>,
    _ copy: inout MutableSpan<UInt8>,
    isExact: Bool,
    _ emit: (Range<Int>, Int, RowFault?) -> Void
  ) -> Bool {
    // The copy's first field starts at 0: a mark before it.
    marks[0] = .max
    var next = 1
    var line = 0
    beginRow()
    while next < positions.count {
      let found = Int(positions[next])
      next += 1
      let byte = text[found]
      if byte == dialect.quote {
        guard found == fieldStart, fault != .unclosedQuote else { continue }
        switch closing(of: found, positions, &next, &line, &marks, &copy) {
        case .field: continue
        case .unclosed:
          // Inside a guessed block this may be the other half of a quoted field.
          if !isExact { return false }
          fault = .unclosedQuote
          // The row ends with its line: go back to the first line feed after its start.
          line = lineOfRow
          next = rowStartIndex
          while next < positions.count, text[Int(positions[next])] != Dialect.lineFeed { next += 1 }
        }
      } else if byte == dialect.delimiter {
        endField(at: found, &marks, &copy)
      } else {
        line += 1
        endRow(at: found, &marks, &copy, emit)
        lineOfRow = line
        position = found + 1
        rowStartIndex = next
        beginRow()
      }
    }
    return position == end
  }

  private mutating func beginRow() {
    isAfterQuote = false
    fieldStart = position
    rowCopied = copied
    rowMark = mark
    fault = nil
    fieldCount = 0
  }

  private mutating func endRow(
    at lineFeed: Int,
    _ marks: inout MutableSpan<UInt32>,
    _ copy: inout MutableSpan<UInt8>,
    _ emit: (Range<Int>, Int, RowFault?) -> Void
  ) {
    var last = lineFeed
    if last > position, text[last - 1] == Dialect.carriageReturn { last -= 1 }
    if last == position { return }
    endField(at: last, &marks, &copy)
    if fault == nil, fieldCount != columnCount {
      fault = fieldCount < columnCount ? .tooFewFields : .tooManyFields
    }
    if fault != nil {
      copied = rowCopied
      mark = rowMark
    }
    emit(position..<last, lineOfRow, fault)
  }

  /// Ends the field before `end`: a quoted one is written already.
  private mutating func endField(
    at end: Int,
    _ marks: inout MutableSpan<UInt32>,
    _ copy: inout MutableSpan<UInt8>
  ) {
    if isAfterQuote {
      isAfterQuote = false
    } else {
      fieldCount += 1
      if fault == nil, fieldCount <= columnCount {
        for index in fieldStart..<max(end, fieldStart) {
          copy[copied] = text[index]
          copied += 1
        }
        endMark(&marks)
      }
    }
    fieldStart = end + 1
  }

  /// Marks the end of the field copied last.
  private mutating func endMark(_ marks: inout MutableSpan<UInt32>) {
    marks[mark] = UInt32(truncatingIfNeeded: copied)
    mark += 1
    copied += 1
  }

  private enum Quoted {
    case field
    case unclosed
  }

  /// Copies the quoted field opened at `opening`, up to what ends it.
  private mutating func closing(
    of opening: Int,
    _ positions: Span<UInt32>,
    _ next: inout Int,
    _ line: inout Int,
    _ marks: inout MutableSpan<UInt32>,
    _ copy: inout MutableSpan<UInt8>
  ) -> Quoted {
    let limit = opening + Dialect.longestQuotedField
    let isKept = fieldCount < columnCount
    var from = opening + 1
    while next < positions.count {
      let found = Int(positions[next])
      if found > limit { return .unclosed }
      next += 1
      if text[found] == Dialect.lineFeed { line += 1 }
      guard text[found] == dialect.quote else { continue }
      if isKept {
        for index in from..<found {
          copy[copied] = text[index]
          copied += 1
        }
      }
      guard found + 1 < end, text[found + 1] == dialect.quote else {
        finishQuoted(found, &marks)
        return .field
      }
      // Two quotes are one: keep the second with the text after it.
      from = found + 1
      next += 1
    }
    return .unclosed
  }

  private mutating func finishQuoted(_ closing: Int, _ marks: inout MutableSpan<UInt32>) {
    fieldCount += 1
    if fieldCount <= columnCount { endMark(&marks) }
    let after = text[closing + 1]
    let isReturn = after == Dialect.carriageReturn && text[closing + 2] == Dialect.lineFeed
    if after != dialect.delimiter, after != Dialect.lineFeed, !isReturn { fault = .textAfterQuote }
    // The delimiter or line feed that comes next must not end another field.
    isAfterQuote = true
  }
}
