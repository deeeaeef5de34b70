/// Walks the delimiters, line feeds and quotes of a block and marks the fields of its good rows.
struct RowWalk {
  /// The bytes of a row in the block, and the line feeds before it.
  struct Source {
    let start: UInt32
    let end: UInt32
    let line: UInt32
  }

  let dialect: Dialect
  let columnCount: Int
  let end: Int
  let isExact: Bool
  /// The good rows.
  private(set) var sources: [Source]
  private(set) var faultyRows: [RowIndex.FaultyRow] = []
  /// Where the text written behind the block ends.
  private(set) var textEnd: Int

  /// Where the row at hand starts.
  private var start: Int
  /// The first position that is not read yet.
  private var next = 1
  /// Line feeds before `next`.
  private var line = 0

  init(
    dialect: Dialect,
    columnCount: Int,
    start: Int,
    end: Int,
    isExact: Bool,
    sources: [Source]
  ) {
    self.dialect = dialect
    self.columnCount = columnCount
    self.start = start
    self.end = end
    self.isExact = isExact
    self.sources = sources
    textEnd = end
  }

  /// How a row ended.
  private enum RowEnd {
    case good(end: Int)
    case faulty(RowFault, end: Int)
    case blank
    /// The block ends before the row does.
    case misaligned
  }

  /// Cuts all rows; returns false where the last one does not end with the block.
  ///
  /// `positions` holds those of delimiters, line feeds and quotes from index 1 on. A field stands
  /// behind the position in `starts` and before that in `ends`.
  mutating func run(
    _ text: TextEditor,
    _ positions: Span<UInt32>,
    _ starts: inout MutableSpan<UInt32>,
    _ ends: inout MutableSpan<UInt32>
  ) -> Bool {
    while next < positions.count {
      let (firstLine, firstNext, firstText) = (line, next, textEnd)
      switch row(text, positions, &starts, &ends) {
      case .good(let last):
        sources.append(
          Source(
            start: UInt32(truncatingIfNeeded: start),
            end: UInt32(truncatingIfNeeded: last),
            line: UInt32(truncatingIfNeeded: firstLine)
          )
        )
      case .faulty(let fault, let last):
        var rowEnd = last
        textEnd = firstText
        if fault == .unclosedQuote || fault == .longQuote {
          // The row ends with its line: go back to the first line feed after its start.
          next = firstNext
          while text.view[Int(positions[next])] != Dialect.lineFeed { next += 1 }
          rowEnd = textEnd(of: Int(positions[next]), text.view)
          next += 1
          line = firstLine + 1
        }
        faultyRows.append(
          RowIndex.FaultyRow(range: start..<rowEnd, line: firstLine, fault: fault)
        )
      case .blank: break
      case .misaligned: return false
      }
      start = Int(positions[next - 1]) + 1
    }
    return start == end
  }

  /// Where the text of a row ends whose line feed is at `lineFeed`.
  private func textEnd(of lineFeed: Int, _ text: TextView) -> Int {
    lineFeed > start && text[lineFeed - 1] == Dialect.carriageReturn ? lineFeed - 1 : lineFeed
  }

  /// Reads the row at `start`, to behind its line feed.
  private mutating func row(
    _ text: TextEditor,
    _ positions: Span<UInt32>,
    _ starts: inout MutableSpan<UInt32>,
    _ ends: inout MutableSpan<UInt32>
  ) -> RowEnd {
    let view = text.view
    let mark = sources.count * columnCount
    var fault: RowFault?
    var fieldStart = start
    var field = 0
    while true {
      var bounds: Range<Int>
      var found: Int
      if view[fieldStart] == dialect.quote {
        guard let quoted = quotedField(at: fieldStart, text, positions) else {
          if isTooLong(fieldStart, positions) { return .faulty(.longQuote, end: 0) }
          return isExact ? .faulty(.unclosedQuote, end: 0) : .misaligned
        }
        bounds = quoted.text
        let after = view[quoted.closing + 1]
        let isReturn =
          after == Dialect.carriageReturn && view[quoted.closing + 2] == Dialect.lineFeed
        if after != dialect.delimiter, after != Dialect.lineFeed, !isReturn {
          fault = .textAfterQuote
        }
        guard let stop = nextStop(view, positions) else { return .misaligned }
        found = stop
      } else {
        guard let stop = nextStop(view, positions) else { return .misaligned }
        found = stop
        bounds = fieldStart..<found
      }
      let isLast = view[found] == Dialect.lineFeed
      if isLast, bounds.upperBound == found, found > start {
        bounds = fieldStart..<max(fieldStart, textEnd(of: found, view))
      }
      if field < columnCount {
        starts[mark + field] = UInt32(truncatingIfNeeded: bounds.lowerBound) &- 1
        ends[mark + field] = UInt32(truncatingIfNeeded: bounds.upperBound)
      }
      field += 1
      guard isLast else {
        fieldStart = found + 1
        continue
      }
      line += 1
      let last = textEnd(of: found, view)
      if last == start { return .blank }
      if let fault { return .faulty(fault, end: last) }
      if field == columnCount { return .good(end: last) }
      return .faulty(field < columnCount ? .tooFewFields : .tooManyFields, end: last)
    }
  }

  /// The next delimiter or line feed; quotes on the way are text.
  @inline(__always)
  private mutating func nextStop(_ text: TextView, _ positions: Span<UInt32>) -> Int? {
    while next < positions.count {
      let found = Int(positions[next])
      next += 1
      if text[found] != dialect.quote { return found }
    }
    return nil
  }

  /// Says whether the block has more text behind an opening quote than a quoted field may have.
  private func isTooLong(_ opening: Int, _ positions: Span<UInt32>) -> Bool {
    Int(positions[positions.count - 1]) > opening + Dialect.longestQuotedField
  }

  /// Reads the quoted field opened at `opening`, to behind its closing quote; nil where that is
  /// not found in time.
  @inline(__always)
  private mutating func quotedField(
    at opening: Int,
    _ text: TextEditor,
    _ positions: Span<UInt32>
  ) -> (text: Range<Int>, closing: Int)? {
    let view = text.view
    let limit = opening + Dialect.longestQuotedField
    var from = opening + 1
    var rewritten: Int?
    next += 1
    while next < positions.count {
      let found = Int(positions[next])
      if found > limit { return nil }
      next += 1
      let byte = view[found]
      if byte == Dialect.lineFeed { line += 1 }
      guard byte == dialect.quote else { continue }
      if found + 1 < end, view[found + 1] == dialect.quote {
        // Two quotes are one: keep the first with the text before it.
        if rewritten == nil { rewritten = textEnd }
        textEnd = text.append(from..<found + 1, at: textEnd)
        from = found + 2
        next += 1
        continue
      }
      guard let rewritten else { return (from..<found, found) }
      textEnd = text.append(from..<found, at: textEnd)
      return (rewritten..<textEnd, found)
    }
    return nil
  }
}
