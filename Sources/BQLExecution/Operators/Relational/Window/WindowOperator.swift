import BQLColumnar
import BQLPlanning

/// Adds columns that are computed from the rows of each row's partition; rows stay in their order.
///
/// Where a key of PARTITION BY is a clustered column (see ``ChunkStream/isClustered(_:)``), no
/// partition has rows in two morsels: each morsel is computed by itself, as it is asked for. Else all
/// rows are read, their partitions found, and blocks of whole partitions computed by threads.
struct WindowOperator: Operator {
  let input: any Operator
  /// Columns of the input.
  let inputWidth: Int
  let window: CompiledWindow

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let stream = try input.open(context)
    let isClustered = window.partition.contains { place in
      window.inputs[place].expression.column.map(stream.isClustered) ?? false
    }
    if isClustered {
      return ClusteredWindowStream(
        input: stream,
        inputWidth: inputWidth,
        window: window,
        context: context
      )
    }
    return try PartitionedWindow(window: window, context: context).open(stream)
  }
}

/// Computes a window morsel by morsel.
private struct ClusteredWindowStream: ChunkStream {
  let input: any ChunkStream
  let inputWidth: Int
  let window: CompiledWindow
  let context: ExecutionContext

  var morselCount: Int { input.morselCount }

  func isClustered(_ column: Int) -> Bool {
    // Calls stand behind the columns of the input, which knows only its own.
    column < inputWidth && input.isClustered(column)
  }

  func continuesDictionaries(morsel: Int) -> Bool { input.continuesDictionaries(morsel: morsel) }

  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    var rows = WindowRows(window)
    try input.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
      try rows.append(chunk, window)
      return true
    }
    guard rows.count > 0 else { return }
    let columns = window.inputs.indices.map { rows.column($0) }
    let partitions = Self.partitions(window, columns, rows.count)
    let block = WindowBlock(
      window,
      columns: columns,
      keys: window.order.map { WindowKey(columns[$0.input], $0, threads: 1) },
      rows: partitions.rows,
      partitions: partitions.starts,
      context
    )
    let places = block.rows.map(WindowRows.places)
    var results: [Column] = []
    for call in window.calls {
      let result = try block.evaluate(call)
      if let places { results.append(result.gather(places)) } else { results.append(result) }
    }
    var start = 0
    for chunk in rows.chunks {
      let added = results.map { $0.slice(start..<start + chunk.count) }
      guard try consume(Chunk(chunk.columns + added, count: chunk.count)) else { return }
      start += chunk.count
    }
  }

  /// Brings partitions together; where the only key is an integer that is clustered they are.
  private static func partitions(
    _ window: CompiledWindow,
    _ columns: [Column],
    _ count: Int
  ) -> PartitionOrder {
    let keys = window.partition.map { columns[$0] }
    if keys.count == 1, case .ints(let values) = keys[0].values {
      return PartitionOrder(runsOf: values)
    }
    var table = GroupTable(types: keys.map(\.type))
    let groups = table.groups(for: keys, count: count)
    return PartitionOrder(groups, count: table.count)
  }
}

/// Holds rows with what a window reads of them.
struct WindowRows: Sendable {
  private(set) var chunks: [Chunk] = []
  private(set) var count = 0
  /// By input, a piece a chunk.
  private var pieces: [[Column]]
  private let types: [DataType]

  init(_ window: CompiledWindow) {
    pieces = [[Column]](repeating: [], count: window.inputs.count)
    types = window.inputs.map(\.expression.type)
  }

  /// Puts rows one behind the other.
  init(_ parts: [WindowRows], _ window: CompiledWindow) {
    self.init(window)
    for part in parts {
      chunks += part.chunks
      count += part.count
      for input in pieces.indices { pieces[input] += part.pieces[input] }
    }
  }

  mutating func append(_ chunk: Chunk, _ window: CompiledWindow) throws(ExecutionError) {
    guard chunk.count > 0 else { return }
    let columns = try window.evaluate(chunk)
    for (input, column) in columns.enumerated() { pieces[input].append(column) }
    chunks.append(chunk)
    count += chunk.count
  }

  /// Returns the pieces of an input.
  func pieces(_ input: Int) -> [Column] { pieces[input] }

  /// Returns an input of all rows.
  func column(_ input: Int) -> Column {
    Column.concatenate(pieces[input], type: types[input])
  }

  /// Returns the place of each row in an order of all of them.
  static func places(_ order: [Int32]) -> [Int32] {
    var places = [Int32](repeating: 0, count: order.count)
    for (place, row) in order.enumerated() {
      places[Int(row)] = Int32(truncatingIfNeeded: place)
    }
    return places
  }
}
