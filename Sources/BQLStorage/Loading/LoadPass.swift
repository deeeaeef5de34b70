import BQLColumnar
import Synchronization

/// Reads all blocks of all files once, on several threads: in one part, or in as many as memory asks
/// for.
struct LoadPass {
  /// What the workers made.
  struct Result: Sendable {
    /// In the order of the text.
    var blocks: [BlockResult]
    /// By worker, then by column.
    var dictionaries: [[FieldDictionary]]
    /// The memory of the blocks, by column.
    var slabs: [[MemoryRegion]]
  }

  enum Outcome {
    case done(Result)
    /// Values of these columns do not fit what they are read as; they fit this.
    case wider([Int: ColumnReading])
  }

  /// Logs of fewer rows than this are one partition.
  static let partitionedRowCount = 131_072

  let plan: PassPlan
  let files: [InputFile]
  let request: LoadRequest
  /// Says that a value that widens its column ends the pass; otherwise it goes on to meet them all.
  let stopsToWiden: Bool

  /// The bytes of blocks after which a part ends.
  var partByteCount = Int.max

  /// Keeps where a pass stands between its parts.
  struct Place {
    fileprivate var start = BlockSource.Start()
    /// What goes on handing out blocks; nil where that starts anew.
    fileprivate var source: BlockSource?
    fileprivate var rowsRead = 0
    /// Says that nothing is left to read.
    fileprivate(set) var isAtEnd = false
  }

  private struct Collected: Sendable {
    var blocks: [BlockResult] = []
    /// Says that the part was ended for its size.
    var isFull = false
    /// The first block that is not aligned to rows.
    var misaligned: BlockSource.Start?
    /// The error of the lowest block.
    var failure: (index: Int, error: LoadError)?
  }

  /// Reads the part that starts at `place`, and moves that to where the next one does.
  func run(_ place: inout Place) throws(LoadError) -> Outcome {
    let threads = max(request.threads, 1)
    let workers = (0..<threads).map { WorkerSlot(BlockWorker(plan, number: $0)) }
    var blocks: [BlockResult] = []
    var counts = Counts()
    var isFull = false
    while !place.isAtEnd, !isFull {
      let source = place.source ?? source(from: place.start)
      var result = try read(workers, source, counts, rowsBefore: place.rowsRead)
      if let misaligned = result.misaligned {
        // What follows was cut wrongly, perhaps: it is read again.
        result.blocks.removeAll { $0.index >= misaligned.index }
        for worker in workers { worker.forget(from: misaligned.index) }
        place.start = misaligned
        place.source = nil
      } else {
        place.source = source
        place.isAtEnd = !result.isFull
        isFull = result.isFull
      }
      blocks += result.blocks
      counts.add(result.blocks)
      if let failure = result.failure, failure.index < result.misaligned?.index ?? .max {
        throw failure.error
      }
    }
    place.rowsRead += counts.rows
    blocks.sort { $0.index < $1.index }
    let wider = widened(blocks)
    if !wider.isEmpty { return .wider(wider) }
    return .done(
      Result(
        blocks: blocks,
        dictionaries: workers.map(\.dictionaries),
        slabs: plan.columns.indices.map { column in workers.flatMap { $0.slabs(column) } }
      )
    )
  }

  private func source(from start: BlockSource.Start) -> BlockSource {
    BlockSource(
      files,
      dialect: plan.dialect,
      columnCount: plan.columns.count,
      blockByteCount: request.blockByteCount,
      from: start
    )
  }

  /// Counts what the workers of a part have made so far.
  private struct Made: ~Copyable, Sendable {
    let rows: Atomic<Int>
    let bytes: Atomic<Int>
    /// Rows of the parts before.
    let rowsBefore: Int

    init(_ counts: Counts, rowsBefore: Int) {
      rows = Atomic(counts.rows)
      bytes = Atomic(counts.bytes)
      self.rowsBefore = rowsBefore
    }
  }

  /// Counts what a part's blocks hold that are kept: reading may start again at many of them.
  private struct Counts {
    var rows = 0
    var bytes = 0

    mutating func add(_ blocks: [BlockResult]) {
      for block in blocks {
        rows += block.rowsKept
        bytes += block.byteCount
      }
    }
  }

  /// Reads further blocks of a part, to its end or to where that cannot go on.
  private func read(
    _ workers: [WorkerSlot],
    _ source: BlockSource,
    _ counts: Counts,
    rowsBefore: Int
  ) throws(LoadError) -> Collected {
    let collected = Mutex(Collected())
    let made = Made(counts, rowsBefore: rowsBefore)
    ParallelWork.forEach(count: workers.count, threads: workers.count) { number in
      workers[number].use { work($0, source, collected, made) }
    }
    if request.isCancelled() { throw .cancelled }
    return collected.withLock { $0 }
  }

  private func work(
    _ worker: BlockWorker,
    _ source: BlockSource,
    _ collected: borrowing Mutex<Collected>,
    _ made: borrowing Made
  ) {
    let buffer = worker.buffer
    var index = 0
    do throws(LoadError) {
      while !request.isCancelled() {
        if made.bytes.load(ordering: .relaxed) >= partByteCount {
          return collected.withLock { $0.isFull = true }
        }
        guard let block = try source.next(into: buffer) else { return }
        index = block.index
        let keepsPlaces = made.rows.load(ordering: .relaxed) < Self.partitionedRowCount
        guard let result = try worker.read(block, buffer, keepsPlaces: keepsPlaces) else {
          collected.withLock { collected in
            if let first = collected.misaligned, first.index <= block.index { return }
            collected.misaligned = BlockSource.Start(
              index: block.index,
              file: block.file,
              position: block.position,
              isExact: true
            )
          }
          return source.stop()
        }
        let rows = made.rows.add(result.rowsKept, ordering: .relaxed).newValue
        made.bytes.add(result.byteCount, ordering: .relaxed)
        let isLast =
          plan.onError == .stop && !result.rejections.isEmpty
          || stopsToWiden && !widened([result]).isEmpty
        collected.withLock { $0.blocks.append(result) }
        if isLast { return source.stop() }
        request.progress?(
          LoadProgress(
            bytesRead: source.position,
            bytesTotal: bytesTotal,
            rowsRead: made.rowsBefore + rows
          )
        )
      }
    } catch {
      // A block that could not even be read stands behind all that were.
      source.stop()
      collected.withLock { collected in
        if let failure = collected.failure, failure.index <= index { return }
        collected.failure = (index, error)
      }
    }
  }

  /// What columns must be read as instead, for the values of `blocks`.
  private func widened(_ blocks: [BlockResult]) -> [Int: ColumnReading] {
    var wider: [Int: ColumnReading] = [:]
    for (index, column) in plan.columns.enumerated() where column.widens(onError: plan.onError) {
      let met = blocks.compactMap { $0.badValues[index].reading }
      wider[index] = met.max { $0.breadth < $1.breadth }
    }
    return wider
  }

  private var bytesTotal: Int? {
    var total = 0
    for file in files {
      guard let byteCount = file.textByteCount else { return nil }
      total += byteCount
    }
    return total
  }
}

/// Lends a worker to one thread at a time.
private final class WorkerSlot: @unchecked Sendable {
  // Each pass over blocks uses a worker on one thread and joins that before the next one starts.
  private let worker: BlockWorker

  init(_ worker: BlockWorker) { self.worker = worker }

  func use(_ body: (BlockWorker) -> Void) { body(worker) }

  func forget(from block: Int) { worker.forget(from: block) }

  var dictionaries: [FieldDictionary] { worker.dictionaries }

  func slabs(_ column: Int) -> [MemoryRegion] { worker.slabs[column].regions }
}
