import BQLColumnar
import CDelimiterScan

/// Says why a row's text cannot be cut into the right number of fields.
enum RowFault: Hashable, Sendable {
  case tooFewFields
  case tooManyFields
  case textAfterQuote
  case unclosedQuote
  /// A quote without its partner within ``Dialect/longestQuotedField`` bytes.
  case longQuote
  /// The file ends within it.
  case cut
}

/// Finds the fields of a block's rows; one worker's memory, used again for each block.
///
/// A block without quotes whose rows all have the right number of fields is indexed by its
/// delimiters alone. Any other block is walked row by row; fields stay where they stand, but for
/// those with doubled quotes, which are written behind the block.
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
  /// Of a walked block: where the fields start and, in the second half, where they end.
  private var marks = MemoryRegion(byteCount: 64)
  private var markCount = 0
  private var isWalked = false
  private(set) var rowCount = 0
  private(set) var faultyRows: [FaultyRow] = []
  /// Line feeds in the block.
  private(set) var lineCount = 0
  /// Bytes of the buffer that the fields refer to: the block and what was written behind it.
  private(set) var textCount = 0
  /// Of a walked block: each row's bytes and the line feeds before it.
  private var sources: [RowWalk.Source] = []

  init(dialect: Dialect, columnCount: Int) {
    self.dialect = dialect
    self.columnCount = columnCount
  }

  /// The bytes of a good row in the block, and the line feeds before it.
  func source(ofRow row: Int, in fields: FieldView) -> (range: Range<Int>, line: Int) {
    if isWalked {
      let source = sources[row]
      return (Int(source.start)..<Int(source.end), Int(source.line))
    }
    let start = fields.range(row, 0).lowerBound
    return (start..<fields.range(row, columnCount - 1).upperBound, row)
  }

  /// Lends the fields of the block indexed last, which `buffer` still holds.
  func withFields<R, E>(
    _ buffer: TextBuffer,
    _ body: (FieldView) throws(E) -> R
  ) throws(E) -> R {
    let region = isWalked ? marks : positions
    let count = isWalked ? 2 * markCount : rowCount * columnCount + 1
    return try buffer.withView(count: textCount) { (text) throws(E) in
      try region.withMutableSpan(of: UInt32.self, byteOffset: 0, count: count) {
        (span) throws(E) in
        let base = unsafe span.withUnsafeMutableBufferPointer { $0.baseAddress }
        guard let base = unsafe base else { preconditionFailure("marks have an address") }
        // The region outlives the call, and the view does not leave it.
        return try body(
          unsafe FieldView(
            text: text,
            starts: base,
            ends: base + (isWalked ? markCount : 1),
            columnCount: columnCount,
            rowCount: rowCount,
            mayEndInReturn: !isWalked
          )
        )
      }
    }
  }

  /// Indexes the whole rows of the buffer's text in `start..<end`; the byte before `end` is a line
  /// feed.
  ///
  /// With `isExact` the end is known to be a row's; otherwise a last row that does not end there
  /// makes the outcome `misaligned`. The buffer grows to twice the block where that has quotes.
  /// `order` tells which field of a row each column is, where that is not its own number.
  func index(
    _ buffer: TextBuffer,
    _ start: Int,
    _ end: Int,
    isExact: Bool,
    order: [Int]? = nil
  ) -> Outcome {
    rowCount = 0
    lineCount = 0
    isWalked = false
    textCount = end
    faultyRows.removeAll(keepingCapacity: true)
    if start >= end { return .indexed }
    var counts = scan(buffer, start, end, withQuotes: false)
    lineCount = counts.newlines
    if order == nil, counts.quotes == 0, columnCount > 1, counts.irregular == 0,
      counts.positions == counts.newlines * columnCount
    {
      rowCount = counts.newlines
      return .indexed
    }
    if counts.quotes > 0 {
      buffer.grow(to: end + (end - start), keeping: end)
      counts = scan(buffer, start, end, withQuotes: true)
    }
    let outcome = walk(buffer, start, end, counts.positions, isExact: isExact)
    if let order { arrange(order) }
    return outcome
  }

  /// Writes positions behind one slot that holds the position before the first row.
  private func scan(
    _ buffer: TextBuffer,
    _ start: Int,
    _ end: Int,
    withQuotes: Bool
  ) -> bql_scan_counts {
    let room = end - start + 32
    if positions.byteCount < room * 4 { positions = MemoryRegion(byteCount: room * 4) }
    let request = bql_scan_request(
      delimiter: dialect.delimiter,
      quote: dialect.quote,
      with_quotes: withQuotes ? 1 : 0,
      columns: UInt32(truncatingIfNeeded: columnCount),
      offset: UInt32(truncatingIfNeeded: start)
    )
    return positions.withMutableSpan(of: UInt32.self, byteOffset: 0, count: room) { span in
      span[0] = UInt32(truncatingIfNeeded: start) &- 1
      return buffer.withView(count: end) { text in
        unsafe span.withUnsafeMutableBufferPointer { numbers in
          guard let first = numbers.baseAddress else { return bql_scan_counts() }
          // The text is padded by 64 bytes and there is room for every byte's position and 16 more.
          return unsafe text.withBytes(from: start) { bytes in
            unsafe bql_scan_delimiters(bytes, end - start, request, first + 1)
          }
        }
      }
    }
  }

  // MARK: - Blocks with quotes, faulty rows, blank lines or columns in another order

  /// Puts the fields of each row in the order of the columns.
  private func arrange(_ order: [Int]) {
    precondition(order.count == columnCount, "each column is a field")
    var row = [UInt32](repeating: 0, count: columnCount)
    for half in 0..<2 {
      marks.withMutableSpan(
        of: UInt32.self,
        byteOffset: half * markCount * 4,
        count: rowCount * columnCount
      ) { marks in
        for first in stride(from: 0, to: rowCount * columnCount, by: columnCount) {
          for column in 0..<columnCount { row[column] = marks[first + order[column]] }
          for column in 0..<columnCount { marks[first + column] = row[column] }
        }
      }
    }
  }

  private func walk(
    _ buffer: TextBuffer,
    _ start: Int,
    _ end: Int,
    _ positionCount: Int,
    isExact: Bool
  ) -> Outcome {
    isWalked = true
    // A row has as many positions as fields; the one at hand may have got as far as its last field.
    markCount = positionCount + columnCount
    if marks.byteCount < markCount * 8 { marks = MemoryRegion(byteCount: markCount * 8) }
    sources.removeAll(keepingCapacity: true)
    var walk = RowWalk(
      dialect: dialect,
      columnCount: columnCount,
      start: start,
      end: end,
      isExact: isExact,
      sources: sources
    )
    sources = []
    let isAligned = positions.withMutableSpan(
      of: UInt32.self,
      byteOffset: 0,
      count: positionCount + 1
    ) { positions in
      marks.withMutableSpan(of: UInt32.self, byteOffset: 0, count: markCount) { starts in
        marks.withMutableSpan(of: UInt32.self, byteOffset: markCount * 4, count: markCount) {
          ends in
          buffer.withEditor(count: end) { text in
            walk.run(text, positions.span, &starts, &ends)
          }
        }
      }
    }
    sources = walk.sources
    faultyRows = walk.faultyRows
    rowCount = sources.count
    textCount = walk.textEnd
    return isAligned ? .indexed : .misaligned
  }
}
