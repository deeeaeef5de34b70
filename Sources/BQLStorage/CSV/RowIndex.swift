import BQLColumnar
import CDelimiterScan

/// Says why a row's text cannot be cut into the right number of fields.
enum RowFault: Hashable, Sendable {
  case tooFewFields
  case tooManyFields
  case textAfterQuote
  case unclosedQuote
}

/// Finds the fields of a block's rows; one worker's memory, used again for each block.
///
/// A block without quotes whose rows all have the right number of fields is indexed where it
/// stands. Any other block is first copied, field by field, to a text of good rows without quoting,
/// so that what reads the fields has one case.
final class RowIndex {
  /// A row that is left out: its bytes in the block, and the line feeds before it.
  struct FaultyRow {
    let range: Range<Int>
    let line: Int
    let fault: RowFault
  }

  enum Outcome: Equatable {
    case indexed
    /// The last row does not end where the block does: the block's start or end is inside quotes.
    case misaligned
  }

  private let dialect: Dialect
  private let columnCount: Int
  /// Holds one position even of a block without rows.
  private var positions = MemoryRegion(byteCount: 64)
  private var marks = MemoryRegion(byteCount: 64)
  private var copy = TextBuffer(capacity: 0)
  private var isCopied = false
  private var copyCount = 0
  private(set) var rowCount = 0
  private(set) var faultyRows: [FaultyRow] = []
  /// Line feeds in the block.
  private(set) var lineCount = 0
  /// For a copied block: each row's bytes in the block and the line feeds before it.
  private var sources: [(range: Range<Int>, line: Int)] = []

  init(dialect: Dialect, columnCount: Int) {
    self.dialect = dialect
    self.columnCount = columnCount
  }

  /// The bytes of a good row in the block, and the line feeds before it.
  func source(ofRow row: Int, in fields: FieldView) -> (range: Range<Int>, line: Int) {
    if isCopied { return sources[row] }
    let start = fields.range(row, 0).lowerBound
    return (start..<fields.range(row, columnCount - 1).upperBound, row)
  }

  /// Lends the fields of the block indexed last, which `text` still holds.
  func withFields<R, E>(
    _ text: TextView,
    _ body: (FieldView) throws(E) -> R
  ) throws(E) -> R {
    if isCopied {
      return try copy.withView(count: copyCount) { copied throws(E) in
        try withFields(copied, marks, false, body)
      }
    }
    return try withFields(text, positions, true, body)
  }

  private func withFields<R, E>(
    _ text: TextView,
    _ marks: MemoryRegion,
    _ mayEndInReturn: Bool,
    _ body: (FieldView) throws(E) -> R
  ) throws(E) -> R {
    let count = rowCount * columnCount + 1
    return try marks.withMutableSpan(of: UInt32.self, byteOffset: 0, count: count) {
      (span) throws(E) in
      let base = unsafe span.withUnsafeMutableBufferPointer { $0.baseAddress }
      guard let base = unsafe base else { preconditionFailure("marks have an address") }
      // The region outlives the call, and the view does not leave it.
      return try body(
        unsafe FieldView(
          text: text,
          marks: base,
          columnCount: columnCount,
          rowCount: rowCount,
          mayEndInReturn: mayEndInReturn
        )
      )
    }
  }

  /// Indexes the whole rows of `text` in `start..<end`; the byte before `end` is a line feed.
  ///
  /// With `isExact` the end is known to be a row's; otherwise a last row that does not end there
  /// makes the outcome `misaligned`.
  func index(_ text: TextView, _ start: Int, _ end: Int, isExact: Bool) -> Outcome {
    rowCount = 0
    lineCount = 0
    isCopied = false
    faultyRows.removeAll(keepingCapacity: true)
    if start >= end { return .indexed }
    var counts = scan(text, start, end, withQuotes: false)
    lineCount = counts.newlines
    if counts.quotes == 0, columnCount > 1, isRegular(text, counts) {
      rowCount = counts.newlines
      return .indexed
    }
    if counts.quotes > 0 { counts = scan(text, start, end, withQuotes: true) }
    return assemble(text, start, end, counts.positions, isExact: isExact)
  }

  /// Writes positions behind one slot that holds the position before the first row.
  private func scan(
    _ text: TextView,
    _ start: Int,
    _ end: Int,
    withQuotes: Bool
  ) -> bql_scan_counts {
    let room = end - start + 16
    if positions.byteCount < room * 4 { positions = MemoryRegion(byteCount: room * 4) }
    return positions.withMutableSpan(of: UInt32.self, byteOffset: 0, count: room) { span in
      span[0] = UInt32(truncatingIfNeeded: start) &- 1
      let counts = unsafe span.withUnsafeMutableBufferPointer { numbers in
        // The text is padded by 64 bytes and there is room for every byte's position and 8 more.
        unsafe text.scan(start..<end, dialect, withQuotes, numbers.baseAddress)
      }
      return counts
    }
  }

  private func isRegular(_ text: TextView, _ counts: bql_scan_counts) -> Bool {
    guard counts.positions == counts.newlines * columnCount else { return false }
    return positions.withMutableSpan(of: UInt32.self, byteOffset: 0, count: counts.positions + 1) {
      span in
      var mark = columnCount
      var isRegular = true
      while mark <= counts.positions {
        isRegular = isRegular && text[Int(span[mark])] == Dialect.lineFeed
        mark += columnCount
      }
      return isRegular
    }
  }

  // MARK: - Blocks with quotes, faulty rows or blank lines

  private func assemble(
    _ text: TextView,
    _ start: Int,
    _ end: Int,
    _ positionCount: Int,
    isExact: Bool
  ) -> Outcome {
    isCopied = true
    sources.removeAll(keepingCapacity: true)
    copy.grow(to: end - start + 1, keeping: 0)
    let markCount = positionCount + 2
    if marks.byteCount < markCount * 4 { marks = MemoryRegion(byteCount: markCount * 4) }
    return positions.withMutableSpan(of: UInt32.self, byteOffset: 0, count: positionCount + 1) {
      positions in
      marks.withMutableSpan(of: UInt32.self, byteOffset: 0, count: markCount) { marks in
        copy.withMutableSpan { copy in
          var walk = RowWalk(
            text: text,
            dialect: dialect,
            columnCount: columnCount,
            end: end,
            position: start
          )
          walk.lineOfRow = 0
          let isAligned = walk.run(positions.span, &marks, &copy, isExact: isExact) {
            range,
            line,
            fault in
            if let fault {
              faultyRows.append(FaultyRow(range: range, line: line, fault: fault))
            } else {
              sources.append((range, line))
            }
          }
          rowCount = sources.count
          copyCount = walk.copied
          return isAligned ? .indexed : .misaligned
        }
      }
    }
  }
}

extension TextView {
  /// Scans a range of the text for delimiters and line feeds; positions count from the text's start.
  @unsafe
  func scan(
    _ range: Range<Int>,
    _ dialect: Dialect,
    _ withQuotes: Bool,
    _ positions: UnsafeMutablePointer<UInt32>?
  ) -> bql_scan_counts {
    guard let positions = unsafe positions else { return bql_scan_counts() }
    return unsafe withBytes(from: range.lowerBound) { bytes in
      let counts = unsafe bql_scan_delimiters(
        bytes,
        range.count,
        dialect.delimiter,
        dialect.quote,
        withQuotes ? 1 : 0,
        positions + 1
      )
      if range.lowerBound > 0 {
        let shift = UInt32(truncatingIfNeeded: range.lowerBound)
        for index in 1..<counts.positions + 1 {
          unsafe positions[index] &+= shift
        }
      }
      return counts
    }
  }
}
