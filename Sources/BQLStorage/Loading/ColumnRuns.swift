import BQLColumnar

/// Reads one column of all blocks, run by run.
///
/// A partition has a run of some hundred rows in each block: what a run costs beside its rows
/// counts, so the blocks' addresses are looked up once.
@safe
struct ColumnRuns: @unchecked Sendable {
  // Safe to share and to read: `columns` keeps the memory, which nobody writes any more.
  private let columns: [BlockColumn]
  private let views: [BlockView]
  /// Says that some block has rows without a value, apart from codes.
  let hasNulls: Bool

  /// With `codeStarts`, the numbers are codes of each block's worker, which begin there.
  init(_ blocks: [BlockResult], column: Int, codeStarts: [Int]? = nil) {
    let columns = blocks.map { $0.columns[column] }
    self.columns = columns
    hasNulls = columns.contains { $0.nulls != nil }
    unsafe views = zip(columns, blocks).map { column, block in
      unsafe BlockView(
        column,
        block.rowsKept,
        offset: codeStarts.map { Int64($0[block.worker]) } ?? 0
      )
    }
  }

  var areInSeconds: Bool { columns.allSatisfy { $0.isInSeconds } }

  /// The visits or users of a block.
  func keys(_ block: Int) -> BlockKeys {
    guard let keys = columns[block].keys else { preconditionFailure("a key column has keys") }
    return keys
  }

  /// Calls `body` with the position in the run and the value of each of its rows.
  @inline(__always)
  func forEach(_ run: PartitionRuns.Run, _ body: (Int, Int64) -> Void) {
    let view = unsafe views[run.block]
    precondition(unsafe run.places.upperBound <= view.rowCount)
    // In bounds by the line above, here and below.
    let first = run.places.lowerBound
    let count = run.places.count
    switch unsafe view.width {
    case .one: unsafe view.forEach(UInt8.self, first, count, body)
    case .two: unsafe view.forEach(UInt16.self, first, count, body)
    case .four: unsafe view.forEach(UInt32.self, first, count, body)
    case .eight: unsafe view.forEach(UInt64.self, first, count, body)
    }
  }

  /// Says whether the row at a position of the run has no value.
  @inline(__always)
  func isNull(_ run: PartitionRuns.Run, _ position: Int) -> Bool {
    guard let nulls = unsafe views[run.block].nulls else { return false }
    return unsafe nulls[run.places.lowerBound + position] != 0
  }

  func mayHaveNulls(_ run: PartitionRuns.Run) -> Bool {
    unsafe views[run.block].nulls != nil
  }

  /// Writes the run's values, converted, to the places that `targets` has for its rows.
  @inline(__always)
  func place<Out: BitwiseCopyable>(
    _ run: PartitionRuns.Run,
    at targets: Span<Int32>,
    _ output: inout MutableSpan<Out>,
    _ convert: (Int64) -> Out
  ) {
    precondition(targets.count == run.places.count)
    forEach(run) { position, value in
      output[Int(unsafe targets[unchecked: position])] = convert(value)
    }
  }

  func isInSeconds(_ run: PartitionRuns.Run) -> Bool { unsafe views[run.block].isInSeconds }
}

/// Addresses the numbers of one block's column.
@unsafe
private struct BlockView {
  /// nil where the block has no rows.
  let numbers: UnsafeRawPointer?
  let width: IntegerWidth
  let base: Int64
  let table: UnsafePointer<Int64>?
  let tableCount: Int
  let nulls: UnsafePointer<UInt8>?
  let rowCount: Int
  let isInSeconds: Bool

  init(_ column: BlockColumn, _ rowCount: Int, offset: Int64) {
    // The regions outlive the view: `ColumnRuns` keeps the column.
    switch column.numbers {
    case .bytes1(let buffer): unsafe (numbers, width) = (Self.start(buffer), .one)
    case .bytes2(let buffer): unsafe (numbers, width) = (Self.start(buffer), .two)
    case .bytes4(let buffer): unsafe (numbers, width) = (Self.start(buffer), .four)
    case .bytes8(let buffer): unsafe (numbers, width) = (Self.start(buffer), .eight)
    }
    unsafe base = column.base &+ offset
    unsafe table = column.table.flatMap {
      unsafe Self.start($0)?.assumingMemoryBound(to: Int64.self)
    }
    unsafe tableCount = column.table?.count ?? 0
    unsafe nulls = column.nulls.flatMap {
      unsafe Self.start($0)?.assumingMemoryBound(to: UInt8.self)
    }
    unsafe self.rowCount = rowCount
    unsafe isInSeconds = column.isInSeconds
  }

  private static func start<Raw: BitwiseCopyable & Sendable>(
    _ buffer: Buffer<Raw>
  ) -> UnsafeRawPointer? {
    unsafe buffer.withSpan { span in unsafe span.withUnsafeBytes { $0.baseAddress } }
  }

  @inline(__always)
  func forEach<Raw: FixedWidthInteger & BitwiseCopyable>(
    _: Raw.Type,
    _ first: Int,
    _ count: Int,
    _ body: (Int, Int64) -> Void
  ) {
    guard let numbers = unsafe numbers else { return }
    let raw = unsafe numbers.assumingMemoryBound(to: Raw.self) + first
    if let table = unsafe table {
      for position in 0..<count {
        let number = Int(truncatingIfNeeded: unsafe raw[position])
        precondition(unsafe number < tableCount)
        body(position, unsafe table[number])
      }
    } else {
      let base = unsafe base
      for position in 0..<count {
        body(position, base &+ Int64(truncatingIfNeeded: unsafe raw[position]))
      }
    }
  }
}
