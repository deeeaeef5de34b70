import BQLColumnar

/// Holds the spelled cells of some rows, column after column.
///
/// Cells are spelled a column at a time, so that each loop knows its type, and then put together
/// row by row as the format frames them.
struct CellBlock: ~Copyable {
  /// The rows spelled at once: the cells of a block stay in the cache until they are framed.
  static let capacity = 1_024

  private var bytes: [UInt8] = []
  /// Where cell *r* of column *c* ends, at `c * rowCount + r`; it starts where the one before ends.
  private var ends: [Int] = []
  private(set) var rowCount = 0
  private(set) var columnCount = 0
  private var columns: [Column] = []
  private var firstRow = 0
  private let zone: TimeZone

  /// Makes an empty block for times on the clock of `zone`.
  init(in zone: TimeZone) {
    self.zone = zone
  }

  /// Spells `rows` of the chunk's columns at `indices`; replaces what the block held.
  ///
  /// `spellings` holds one for each column of the chunk.
  mutating func fill<S: CellSpelling>(
    _ chunk: Chunk,
    columns indices: [Int],
    rows: Range<Int>,
    spellings: [S]
  ) {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    rowCount = rows.count
    columnCount = indices.count
    ends.reserveCapacity(rowCount * columnCount)
    columns = indices.map { chunk.columns[$0] }
    firstRow = rows.lowerBound
    for index in indices { append(chunk.columns[index], rows, spellings[index]) }
  }

  /// Appends the cell at `row` and `column`, counted within the block, to `out`.
  @inline(__always)
  borrowing func append(row: Int, column: Int, to out: inout [UInt8]) {
    out.append(contentsOf: bytes[range(row, column)])
  }

  /// Lends the bytes of a cell to `body`.
  borrowing func withCell<R>(row: Int, column: Int, _ body: (Span<UInt8>) -> R) -> R {
    body(bytes.span.extracting(range(row, column)))
  }

  /// Says whether a cell is NULL, whatever spells it.
  borrowing func isNull(row: Int, column: Int) -> Bool {
    !columns[column].isValid(firstRow + row)
  }

  @inline(__always)
  private borrowing func range(_ row: Int, _ column: Int) -> Range<Int> {
    let position = column * rowCount + row
    return (position == 0 ? 0 : ends[position - 1])..<ends[position]
  }

  private mutating func append<S: CellSpelling>(
    _ column: Column,
    _ rows: Range<Int>,
    _ spelling: S
  ) {
    switch column.values {
    case .bools(let bools):
      spell(column, rows) { row, out in
        out.append(bools[row] ? "true" : "false")
      } null: {
        spelling.append(null: .bool, to: &$0)
      }
    case .floats(let floats):
      spell(column, rows) { row, out in
        spelling.append(float: floats[row], to: &out)
      } null: {
        spelling.append(null: .float, to: &$0)
      }
    case .texts(let codes, let dictionary):
      let bytes = dictionary.bytes
      let offsets = dictionary.offsets
      spell(column, rows) { row, out in
        let code = Int(codes[row])
        let text = bytes.span.extracting(offsets[code]..<offsets[code + 1])
        spelling.append(text: text, to: &out)
      } null: {
        spelling.append(null: .text, to: &$0)
      }
    case .ints(let ints): append(column, rows, ints, spelling)
    }
  }

  private mutating func append<S: CellSpelling>(
    _ column: Column,
    _ rows: Range<Int>,
    _ ints: [Int64],
    _ spelling: S
  ) {
    let type = column.type
    let null = { (out: inout [UInt8]) in spelling.append(null: type, to: &out) }
    switch type {
    case .timestamp:
      let zone = zone
      spell(column, rows, { spelling.append(timestamp: ints[$0], in: zone, to: &$1) }, null: null)
    case .date:
      spell(column, rows, { spelling.append(date: ints[$0], to: &$1) }, null: null)
    case .interval:
      spell(column, rows, { spelling.append(interval: ints[$0], to: &$1) }, null: null)
    case .decimal:
      spell(column, rows, { ValueText.append(decimal: ints[$0], to: &$1) }, null: null)
    case .int, .bool, .float, .text:
      spell(column, rows, { ValueText.append(int: ints[$0], to: &$1) }, null: null)
    }
  }

  @inline(__always)
  private mutating func spell(
    _ column: Column,
    _ rows: Range<Int>,
    _ value: (Int, inout [UInt8]) -> Void,
    null: (inout [UInt8]) -> Void
  ) {
    guard let validity = column.validity else {
      for row in rows {
        value(row, &bytes)
        ends.append(bytes.count)
      }
      return
    }
    for row in rows {
      if validity[row] { value(row, &bytes) } else { null(&bytes) }
      ends.append(bytes.count)
    }
  }
}

extension Relation {
  /// Spells the columns at `indices`, or all, block by block; `body` frames each block.
  ///
  /// `spellings` holds one for each column of the relation.
  func forEachBlock<S: CellSpelling>(
    columns indices: [Int]? = nil,
    spellings: [S],
    in zone: TimeZone,
    _ body: (borrowing CellBlock) throws(OutputError) -> Void
  ) throws(OutputError) {
    let indices = indices ?? Array(schema.fields.indices)
    var block = CellBlock(in: zone)
    for chunk in chunks {
      var start = 0
      while start < chunk.count {
        let end = min(start + CellBlock.capacity, chunk.count)
        block.fill(chunk, columns: indices, rows: start..<end, spellings: spellings)
        try body(block)
        start = end
      }
    }
  }
}
