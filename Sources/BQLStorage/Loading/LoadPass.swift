import BQLColumnar
import Synchronization

/// Reads all blocks of all files once, on several threads.
struct LoadPass {
  /// What the workers made.
  struct Result: Sendable {
    /// In the order of the text.
    var blocks: [BlockResult]
    /// By worker, then by column.
    var dictionaries: [[FieldDictionary]]
    /// Says that WHERE left rows out whose texts the dictionaries may hold.
    var isFiltered: Bool
  }

  enum Outcome {
    case done(Result)
    /// A cut fell inside quotes: the files must be cut at row ends.
    case misaligned
    /// A value of this column is no UUID, as all were in the sample.
    case notUUID(column: Int)
  }

  /// Logs of fewer rows than this are one partition.
  static let partitionedRowCount = 131_072

  let plan: PassPlan
  let files: [InputFile]
  let request: LoadRequest
  let isCareful: Bool

  private struct Collected: Sendable {
    var blocks: [BlockResult] = []
    var dictionaries: [[FieldDictionary]]
    var isMisaligned = false
    var notUUID: Int?
    /// The error of the lowest block.
    var failure: (index: Int, error: LoadError)?
  }

  func run() throws(LoadError) -> Outcome {
    let threads = max(request.threads, 1)
    let source = BlockSource(
      files,
      dialect: plan.dialect,
      blockByteCount: request.blockByteCount,
      isCareful: isCareful
    )
    let collected = Mutex(Collected(dictionaries: Array(repeating: [], count: threads)))
    let rowsKept = Atomic<Int>(0)
    ParallelWork.forEach(count: threads, threads: threads) { number in
      let worker = BlockWorker(plan, number: number)
      work(worker, source, collected, rowsKept)
      let dictionaries = worker.dictionaries
      collected.withLock { $0.dictionaries[number] = dictionaries }
    }
    if request.isCancelled() { throw .cancelled }
    var result = collected.withLock { $0 }
    if let failure = result.failure { throw failure.error }
    if result.isMisaligned { return .misaligned }
    if let column = result.notUUID { return .notUUID(column: column) }
    result.blocks.sort { $0.index < $1.index }
    return .done(
      Result(
        blocks: result.blocks,
        dictionaries: result.dictionaries,
        isFiltered: plan.filter != nil
      )
    )
  }

  private func work(
    _ worker: BlockWorker,
    _ source: BlockSource,
    _ collected: borrowing Mutex<Collected>,
    _ rowsKept: borrowing Atomic<Int>
  ) {
    let buffer = TextBuffer(capacity: request.blockByteCount + 8_192)
    var index = 0
    do throws(LoadError) {
      while !request.isCancelled(), let block = try source.next(into: buffer) {
        index = block.index
        let keepsPlaces = rowsKept.load(ordering: .relaxed) < Self.partitionedRowCount
        guard let result = try worker.read(block, buffer, keepsPlaces: keepsPlaces) else {
          collected.withLock { $0.isMisaligned = true }
          return source.stop()
        }
        let rows = rowsKept.add(result.rowsKept, ordering: .relaxed).newValue
        if let column = notUUID(result) {
          collected.withLock { $0.notUUID = min($0.notUUID ?? column, column) }
          return source.stop()
        }
        collected.withLock { $0.blocks.append(result) }
        if plan.onError == .stop, !result.rejections.isEmpty { return source.stop() }
        request.progress?(
          LoadProgress(bytesRead: source.position, bytesTotal: bytesTotal, rowsRead: rows)
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

  private func notUUID(_ result: BlockResult) -> Int? {
    plan.columns.indices.first {
      plan.columns[$0].reading == .uuid && result.badValues[$0] > 0
    }
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
