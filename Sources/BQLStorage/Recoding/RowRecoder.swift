/// Rewrites the rows of a text in another dialect, one at a time, as the fast reader takes them.
///
/// With quotes other than `"`, with an escape or with neither, every field comes out quoted; else
/// quoted fields stay as they are. A quoted field that does not end in time makes its line a row
/// with a fault.
struct RowRecoder: Hashable, Sendable {
  var delimiter: CSVOptions.Delimiter
  var quote: CSVOptions.Quote = .byte(RowRecoder.mark)
  var escape: UInt8?
  /// Spaces around a field that is not quoted are no part of it.
  var trims = false
  /// A carriage return alone ends a line.
  var endsLinesInReturn = false
  /// The field that stands for an empty one.
  var nullText: [UInt8]?
  /// Lines that are copied as they are before the first row.
  var skippedLineCount = 0

  static let mark = UInt8(ascii: "\"")
  private static let space = UInt8(ascii: " ")
  private static let tab = UInt8(ascii: "\t")

  /// The delimiter of the rewritten rows: no field that is not quoted holds it.
  var outputDelimiter: UInt8 {
    switch delimiter {
    case .byte(let byte): byte
    case .blanks: Self.tab
    }
  }

  private var encloses: Bool { quote != .byte(Self.mark) || escape != nil }

  /// Copies the line at `start`; returns where the next one starts, nil where its end is not there.
  func copyLine(
    _ text: [UInt8],
    from start: Int,
    isComplete: Bool,
    into output: inout [UInt8]
  ) -> Int? {
    let count = output.count
    var position = start
    while position < text.count {
      if let next = lineEnd(text, position, isComplete) {
        output.append(Dialect.lineFeed)
        return next
      }
      if isUndecided(text, position, isComplete) { break }
      output.append(text[position])
      position += 1
    }
    if isComplete { return position }
    output.removeLast(output.count - count)
    return nil
  }

  /// Rewrites the row at `start`; returns where the next one starts, nil where its end is not there.
  ///
  /// - Complexity: O(*n*) of the row.
  func recode(
    _ text: [UInt8],
    from start: Int,
    isComplete: Bool,
    into output: inout [UInt8]
  ) -> Int? {
    let count = output.count
    var cursor = Cursor(position: start)
    while true {
      switch field(text, &cursor, isComplete, &output) {
      case .delimited:
        output.append(outputDelimiter)
        cursor.isFirst = false
      case .ended(let next):
        return next
      case .unclosed:
        output.removeLast(output.count - count)
        // Text behind a closed quote is the fault that ends with its line.
        output += [Self.mark, Self.mark, UInt8(ascii: "?")]
        let begin = output.count
        let next = copyLine(text, from: start, isComplete: isComplete, into: &output)
        for index in begin..<output.count where output[index] == Self.mark {
          output[index] = UInt8(ascii: "'")
        }
        if next == nil { output.removeLast(output.count - count) }
        return next
      case .missing:
        output.removeLast(output.count - count)
        return nil
      }
    }
  }

  private struct Cursor {
    var position: Int
    var isFirst = true
  }

  private enum FieldEnd {
    case delimited
    /// The row ends with the field, the next one starts there.
    case ended(Int)
    case unclosed
    /// The text goes on behind what is there.
    case missing
  }

  private func field(
    _ text: [UInt8],
    _ cursor: inout Cursor,
    _ isComplete: Bool,
    _ output: inout [UInt8]
  ) -> FieldEnd {
    if trims || delimiter == .blanks { skipBlanks(text, &cursor) }
    if cursor.isFirst || delimiter == .blanks,
      let end = rowEnd(text, cursor.position, isComplete, &output)
    {
      return end
    }
    if case .byte(let quote) = quote, cursor.position < text.count, text[cursor.position] == quote {
      output.append(Self.mark)
      if let failure = quoted(text, &cursor, quote, isComplete, &output) { return failure }
      output.append(Self.mark)
      if trims { skipBlanks(text, &cursor) }
      return rest(text, &cursor, isComplete, &output)
    }
    return plain(text, &cursor, isComplete, &output)
  }

  /// Copies a quoted field's text, to behind its closing quote; nil where that was found.
  private func quoted(
    _ text: [UInt8],
    _ cursor: inout Cursor,
    _ quote: UInt8,
    _ isComplete: Bool,
    _ output: inout [UInt8]
  ) -> FieldEnd? {
    let limit = cursor.position + Dialect.longestQuotedField
    cursor.position += 1
    while cursor.position < text.count, cursor.position <= limit {
      let byte = text[cursor.position]
      let follows = cursor.position + 1 < text.count
      if byte == escape || byte == quote, !follows, !isComplete { return .missing }
      if byte == quote {
        cursor.position += 1
        guard follows, text[cursor.position] == quote else { return nil }
      } else if byte == escape, follows, isEscapable(text[cursor.position + 1]) {
        cursor.position += 1
      }
      add(text[cursor.position], &output)
      cursor.position += 1
    }
    return cursor.position > limit || isComplete ? .unclosed : .missing
  }

  /// Copies what stands between a closing quote and the field's end: nothing, in a good row.
  private func rest(
    _ text: [UInt8],
    _ cursor: inout Cursor,
    _ isComplete: Bool,
    _ output: inout [UInt8]
  ) -> FieldEnd {
    var isFirst = true
    while true {
      if let end = fieldEnd(text, &cursor, isComplete, &output) { return end }
      // A quote right behind the closing one would be a doubled one.
      if isFirst, text[cursor.position] == Self.mark { output.append(Self.space) }
      isFirst = false
      output.append(text[cursor.position])
      cursor.position += 1
    }
  }

  private func plain(
    _ text: [UInt8],
    _ cursor: inout Cursor,
    _ isComplete: Bool,
    _ output: inout [UInt8]
  ) -> FieldEnd {
    if encloses { output.append(Self.mark) }
    let first = output.count
    var tail: [UInt8] = []
    while true {
      if let end = fieldEnd(text, &cursor, isComplete, &tail) {
        if case .missing = end { return end }
        while trims, output.count > first, output[output.count - 1] == Self.space {
          output.removeLast()
        }
        if let nullText, output[first...].elementsEqual(nullText) {
          output.removeLast(output.count - first)
        }
        if encloses { output.append(Self.mark) }
        output += tail
        return end
      }
      if text[cursor.position] == escape {
        let next = cursor.position + 1
        if next == text.count, !isComplete { return .missing }
        if next < text.count, isEscapable(text[next]) { cursor.position = next }
      }
      if encloses {
        add(text[cursor.position], &output)
      } else {
        output.append(text[cursor.position])
      }
      cursor.position += 1
    }
  }

  /// Takes the delimiter or the line end at the cursor; nil where there is none.
  private func fieldEnd(
    _ text: [UInt8],
    _ cursor: inout Cursor,
    _ isComplete: Bool,
    _ output: inout [UInt8]
  ) -> FieldEnd? {
    if let end = rowEnd(text, cursor.position, isComplete, &output) { return end }
    switch delimiter {
    case .byte(let byte):
      guard text[cursor.position] == byte else { return nil }
      cursor.position += 1
      return .delimited
    case .blanks:
      guard Self.isBlank(text[cursor.position]) else { return nil }
      skipBlanks(text, &cursor)
      // Blanks at the end of a line are no delimiter.
      return rowEnd(text, cursor.position, isComplete, &output) ?? .delimited
    }
  }

  /// Ends the row where its line or the text does.
  private func rowEnd(
    _ text: [UInt8],
    _ position: Int,
    _ isComplete: Bool,
    _ output: inout [UInt8]
  ) -> FieldEnd? {
    guard position < text.count else {
      return isComplete ? .ended(position) : .missing
    }
    if let next = lineEnd(text, position, isComplete) {
      output.append(Dialect.lineFeed)
      return .ended(next)
    }
    return isUndecided(text, position, isComplete) ? .missing : nil
  }

  /// Where the next line starts, if one ends at `position`.
  private func lineEnd(_ text: [UInt8], _ position: Int, _ isComplete: Bool) -> Int? {
    if text[position] == Dialect.lineFeed { return position + 1 }
    guard text[position] == Dialect.carriageReturn else { return nil }
    guard position + 1 < text.count else { return isComplete ? position + 1 : nil }
    if text[position + 1] == Dialect.lineFeed { return position + 2 }
    return endsLinesInReturn ? position + 1 : nil
  }

  /// Says that the byte behind what is there tells what a carriage return is.
  private func isUndecided(_ text: [UInt8], _ position: Int, _ isComplete: Bool) -> Bool {
    !isComplete && position + 1 == text.count && text[position] == Dialect.carriageReturn
  }

  private func isEscapable(_ byte: UInt8) -> Bool {
    if byte == escape || byte == Dialect.lineFeed { return true }
    if case .byte(let quote) = quote, byte == quote { return true }
    switch delimiter {
    case .byte(let delimiter): return byte == delimiter
    case .blanks: return Self.isBlank(byte)
    }
  }

  /// Adds a byte to a field between quotes.
  private func add(_ byte: UInt8, _ output: inout [UInt8]) {
    if byte == Self.mark { output.append(byte) }
    output.append(byte)
  }

  private func skipBlanks(_ text: [UInt8], _ cursor: inout Cursor) {
    while cursor.position < text.count {
      let byte = text[cursor.position]
      guard delimiter == .blanks ? Self.isBlank(byte) : byte == Self.space else { return }
      cursor.position += 1
    }
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }
}
