import BQLColumnar
import BQLPlanning

/// Computes a window over rows in any order: partitions get numbers, rows are brought together by
/// them, and blocks of whole partitions are sorted and computed by threads.
struct PartitionedWindow {
  let window: CompiledWindow
  let context: ExecutionContext

  /// Rows that a block has at least, but the last.
  private static let blockRows = 1 << 16

  func open(_ stream: any ChunkStream) throws(ExecutionError) -> any ChunkStream {
    let lease = context.lease("window")
    let rows = try collect(stream, lease)
    // Places of rows and, behind them, of as many defaults are 32 bits wide.
    guard rows.count <= Int(Int32.max) / 2 else {
      throw .notImplemented("a window over more than 1,073,741,823 rows")
    }
    // Partitions, an order and its reverse; inputs, keys and results side by side.
    let width = window.inputs.count + 2 * window.order.count + window.calls.count
    try lease.grow(by: rows.count * (16 + 8 * width))
    let partitions = try partition(rows)
    let read = Set(window.calls.flatMap(\.inputs))
    let columns = ParallelWork.map(count: window.inputs.count, threads: context.threads) { input in
      read.contains(input) ? rows.column(input) : nil
    }
    try context.checkCancelled()
    let keys = ParallelWork.map(count: window.order.count, threads: context.threads) { index in
      let key = window.order[index]
      return WindowKey(columns[key.input] ?? rows.column(key.input), key, threads: 1)
    }
    try context.checkCancelled()
    let blocks = Self.blocks(partitions.starts)
    let sorted = try sortLarge(blocks, partitions, keys)
    let computed = try ParallelWork.map(
      count: blocks.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try compute(blocks[index], partitions, columns, keys, sorted: sorted[index])
    }
    let results = ParallelWork.map(count: window.calls.count, threads: context.threads) { call in
      Column.concatenate(computed.map { $0.results[call] }, type: window.calls[call].type)
    }
    try context.checkCancelled()
    let isInOrder = computed.allSatisfy { $0.rows == nil }
    let order = isInOrder ? nil : Self.order(computed, blocks, partitions.starts)
    return WindowedStream(rows, results, places: order.map(WindowRows.places), lease, context)
  }

  /// Reads all rows and computes what the window reads of them.
  private func collect(
    _ stream: any ChunkStream,
    _ lease: MemoryLease
  ) throws(ExecutionError) -> WindowRows {
    let parts = try ParallelWork.map(
      count: stream.morselCount,
      threads: context.threads
    ) { (morsel: Int) throws(ExecutionError) in
      try context.checkCancelled()
      var rows = WindowRows(window)
      try stream.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
        try lease.grow(by: chunk.byteCount)
        try rows.append(chunk, window)
        return true
      }
      return rows
    }
    return WindowRows(parts, window)
  }

  private func partition(_ rows: WindowRows) throws(ExecutionError) -> PartitionOrder {
    guard !window.partition.isEmpty else { return PartitionOrder(whole: rows.count) }
    var table = GroupTable(types: window.partition.map { window.inputs[$0].expression.type })
    var groups: [Int32] = []
    groups.reserveCapacity(rows.count)
    for (index, chunk) in rows.chunks.enumerated() {
      if index & 63 == 0 { try context.checkCancelled() }
      let keys = window.partition.map { rows.pieces($0)[index] }
      groups.append(contentsOf: table.groups(for: keys, count: chunk.count))
    }
    return PartitionOrder(groups, count: table.count)
  }

  /// Cuts partitions into runs; large ones stand alone.
  private static func blocks(_ starts: [Int32]) -> [Range<Int>] {
    var blocks: [Range<Int>] = []
    var first = 0
    func close(before partition: Int) {
      if starts[first] < starts[partition] { blocks.append(first..<partition) }
      first = partition
    }
    for partition in 0..<starts.count - 1 {
      if Int(starts[partition + 1] - starts[partition]) >= LargePartition.leastRows {
        close(before: partition)
      }
      if Int(starts[partition + 1] - starts[first]) >= blockRows { close(before: partition + 1) }
    }
    close(before: starts.count - 1)
    return blocks
  }

  /// Sorts the blocks that are large partitions, one after the other by all threads; nil for others.
  private func sortLarge(
    _ blocks: [Range<Int>],
    _ order: PartitionOrder,
    _ keys: [WindowKey]
  ) throws(ExecutionError) -> [[Int32]?] {
    var sorted = [[Int32]?](repeating: nil, count: blocks.count)
    guard !keys.isEmpty else { return sorted }
    for (index, block) in blocks.enumerated() where block.count == 1 {
      let places = order.starts[block.lowerBound]..<order.starts[block.upperBound]
      guard places.count >= LargePartition.leastRows else { continue }
      let rows =
        order.rows.map { Array($0[Int(places.lowerBound)..<Int(places.upperBound)]) }
        ?? Array(places)
      let large = LargePartition(keys: keys, rows: rows, context: context)
      sorted[index] = try large.sorted()
    }
    return sorted
  }

  /// Holds a block's rows in order, nil where they stand in it, and one result a call.
  private struct Computed: Sendable {
    let rows: [Int32]?
    let results: [Column]
  }

  private func compute(
    _ partitions: Range<Int>,
    _ order: PartitionOrder,
    _ columns: [Column?],
    _ keys: [WindowKey],
    sorted: [Int32]?
  ) throws(ExecutionError) -> Computed {
    try context.checkCancelled()
    let first = order.starts[partitions.lowerBound]
    let places = Int(first)..<Int(order.starts[partitions.upperBound])
    let starts = order.starts[partitions.lowerBound...partitions.upperBound].map { $0 - first }
    let isAll = places.count == Int(order.starts.last ?? 0)
    let rows = sorted ?? order.rows.map { Array($0[places]) }
    let block = WindowBlock(
      window,
      columns: rows == nil && !isAll ? columns.map { $0?.slice(places) } : columns,
      keys: rows == nil ? keys.map { $0.slice(places) } : keys,
      rows: rows,
      partitions: starts,
      isSorted: sorted != nil,
      context
    )
    var results: [Column] = []
    for call in window.calls { results.append(try block.evaluate(call)) }
    // A block that stands in order as it is numbers its own rows.
    let ordered = rows == nil ? block.rows.map { $0.map { $0 + first } } : block.rows
    return Computed(rows: ordered, results: results)
  }

  /// All rows in the order of the results.
  private static func order(
    _ computed: [Computed],
    _ blocks: [Range<Int>],
    _ starts: [Int32]
  ) -> [Int32] {
    var order: [Int32] = []
    order.reserveCapacity(Int(starts.last ?? 0))
    for (block, partitions) in zip(computed, blocks) {
      if let rows = block.rows {
        order += rows
      } else {
        order += starts[partitions.lowerBound]..<starts[partitions.upperBound]
      }
    }
    return order
  }
}

/// Gives rows with the columns of a window behind their own.
private struct WindowedStream: ChunkStream {
  private let chunks: [Chunk]
  /// Where each chunk begins.
  private let starts: [Int]
  private let results: [Column]
  /// The place of each row among the results; nil where that is the row's own.
  private let places: [Int32]?
  private let lease: MemoryLease
  private let context: ExecutionContext

  /// Chunks of a morsel.
  private static let run = 16

  init(
    _ rows: WindowRows,
    _ results: [Column],
    places: [Int32]?,
    _ lease: MemoryLease,
    _ context: ExecutionContext
  ) {
    self.lease = lease
    chunks = rows.chunks
    var starts: [Int] = []
    var start = 0
    for chunk in rows.chunks {
      starts.append(start)
      start += chunk.count
    }
    self.starts = starts
    self.results = results
    self.places = places
    self.context = context
  }

  var morselCount: Int { (chunks.count + Self.run - 1) / Self.run }

  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    let first = morsel * Self.run
    for index in first..<min(first + Self.run, chunks.count) {
      try context.checkCancelled()
      let chunk = chunks[index]
      let range = starts[index]..<starts[index] + chunk.count
      let rows = places.map { Array($0[range]) }
      let added = results.map { result in rows.map { result.gather($0) } ?? result.slice(range) }
      guard try consume(Chunk(chunk.columns + added, count: chunk.count)) else { return }
    }
  }
}
