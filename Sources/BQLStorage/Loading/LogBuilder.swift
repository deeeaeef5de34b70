import BQLColumnar
import Synchronization

/// Makes an event log of a pass's blocks: partitions, clustered by user and in time order.
struct LogBuilder {
  let plan: LoadPlan
  let columns: [FileColumn]

  private var request: LoadRequest { plan.request }
  private var threads: Int { max(request.threads, 1) }

  /// Builds the log, taking the blocks out of `result`, and completes its report; `finish` comes
  /// last.
  ///
  /// `oddTimes` holds those of the parts before, and is told of in the report with this one's.
  func build(
    _ result: inout LoadPass.Result,
    _ report: inout LoadReport,
    _ oddTimes: inout OddTimes,
    finish: (inout LoadReport) -> Void
  ) throws(LoadError) -> EventLog {
    let merges = try merge(result)
    var blocks = result.blocks
    var slabs = result.slabs
    result.blocks = []
    result.slabs = []
    let rowCount = blocks.reduce(0) { $0 + $1.rowsKept }
    let isPartitioned = rowCount >= LoadPass.partitionedRowCount
    if !isPartitioned { blocks = blocks.map { $0.inSourceOrder() } }
    let partitionCount = isPartitioned ? 64 : 1
    let pool = MemoryPool(slabByteCount: plan.slabByteCount)
    let runs = (0..<partitionCount).map { PartitionRuns(blocks, partition: $0) }
    let directories = try cluster(blocks, runs, pool)
    let stored = try gather(&blocks, &slabs, runs, directories, merges, pool)
    var partitions = (0..<partitionCount).map { partition in
      Partition(
        rowCount: directories[partition].rowCount,
        userOffsets: directories[partition].userOffsets,
        columns: stored.map { $0[partition] }
      )
    }
    describe(directories, &report)
    try removeDuplicates(&partitions, &report)
    report.rowsLoaded = partitions.reduce(0) { $0 + $1.rowCount }
    report.nullCounts = nullCounts(partitions)
    if let range = report.timeRange, let time = plan.roles[.time] {
      oddTimes.add(partitions.map { $0.columns[time] }, in: range, threads: threads)
    }
    report.warnings += oddTimes.warnings
    finish(&report)
    return EventLog(
      name: request.name,
      schema: LoadPlan.schema(columns, plan.constantEvent),
      roles: plan.roles,
      partitions: partitions,
      events: events(partitions),
      report: report
    )
  }

  /// The dictionaries of the text columns, by column.
  private func merge(_ result: LoadPass.Result) throws(LoadError) -> [Int: DictionaryMerge] {
    var aliases: [(value: String, name: String)] = []
    if case .log(_, let given) = request.kind { aliases = given }
    var merges: [Int: DictionaryMerge] = [:]
    for (index, column) in columns.enumerated() where column.reading == .text {
      let isEvent = column.role == .event
      merges[index] = try DictionaryMerge(
        result,
        column: index,
        declared: isEvent ? plan.declaredEvents : [],
        aliases: isEvent ? aliases : []
      )
    }
    return merges
  }

  private func cluster(
    _ blocks: [BlockResult],
    _ runs: [PartitionRuns],
    _ pool: MemoryPool
  ) throws(LoadError) -> [PartitionDirectory] {
    guard let time = plan.roles[.time] else { preconditionFailure("a log has TIME") }
    let isInSeconds = blocks.allSatisfy { $0.columns[time].isInSeconds }
    let storage = PartitionDirectory.TimeStorage(
      isInSeconds: isInSeconds,
      width: isInSeconds ? IntegerWidth(range(blocks, time)) : .eight
    )
    let keys = PartitionDirectory.Keys(blocks, columns, plan.roles, storage)
    let made = Mutex([PartitionDirectory?](repeating: nil, count: runs.count))
    let next = Atomic<Int>(0)
    let isCancelled = request.isCancelled
    // Each thread takes one partition after the other, with memory of its own.
    try ParallelWork.forEach(count: threads, threads: threads) { _ throws(LoadError) in
      var scratch = PartitionDirectory.Scratch()
      while case let partition = next.add(1, ordering: .relaxed).oldValue, partition < runs.count {
        if isCancelled() { throw .cancelled }
        let directory = try PartitionDirectory(runs[partition], keys, &scratch, pool)
        made.withLock { $0[partition] = directory }
      }
    }
    return made.withLock { $0.compactMap { $0 } }
  }

  /// Gathers all columns, lending the memory of a column's blocks to the next ones once it is done.
  private func gather(
    _ blocks: inout [BlockResult],
    _ slabs: inout [[MemoryRegion]],
    _ runs: [PartitionRuns],
    _ directories: [PartitionDirectory],
    _ merges: [Int: DictionaryMerge],
    _ pool: MemoryPool
  ) throws(LoadError) -> [[StoredColumn]] {
    var stored = [[StoredColumn]](repeating: [], count: columns.count)
    // What the directories know is done already.
    for (index, column) in columns.enumerated() {
      switch (column.role, column.reading) {
      case (.user, _):
        let range = range(blocks, index)
        stored[index] = directories.map { users($0, range) }
      case (.time, _): stored[index] = directories.map(\.times)
      case (.session, .uuid), (.session, .localText):
        stored[index] = directories.compactMap(\.sessions)
      default: continue
      }
      release(index, &blocks, &slabs, pool)
    }
    // The narrow ones first: then the wide ones find most memory.
    let order = columns.indices.filter { stored[$0].isEmpty }.sorted {
      (width(blocks, $0), $0) < (width(blocks, $1), $1)
    }
    for index in order {
      stored[index] = try values(blocks, runs, directories, index, merges[index], pool)
      release(index, &blocks, &slabs, pool)
    }
    if plan.constantEvent != nil { stored.append(purchases(directories)) }
    return stored
  }

  /// Lets go of a column's blocks, whose memory then serves the log.
  private func release(
    _ column: Int,
    _ blocks: inout [BlockResult],
    _ slabs: inout [[MemoryRegion]],
    _ pool: MemoryPool
  ) {
    for block in blocks.indices { blocks[block].columns[column].release() }
    guard slabs.indices.contains(column) else { return }
    pool.give(slabs[column])
    slabs[column] = []
  }

  /// Bytes that a value of the column takes in the log, about.
  private func width(_ blocks: [BlockResult], _ column: Int) -> Int {
    switch columns[column].reading {
    case .float, .local(_, isExact: false): 8
    case .int, .decimal, .local, .bool, .date, .time, .text, .uuid, .localText:
      IntegerWidth(range(blocks, column)).rawValue
    }
  }

  private func values(
    _ blocks: [BlockResult],
    _ runs: [PartitionRuns],
    _ directories: [PartitionDirectory],
    _ index: Int,
    _ merge: DictionaryMerge?,
    _ pool: MemoryPool
  ) throws(LoadError) -> [StoredColumn] {
    let gather = ColumnGather(
      blocks: blocks,
      directories: directories,
      runs: runs,
      pool: pool,
      threads: threads,
      isCancelled: request.isCancelled
    )
    let reading = columns[index].reading
    switch reading {
    case .text:
      guard let merge else { preconditionFailure("a text column has a dictionary") }
      return try gather.texts(index, merge)
    case .float, .local(_, isExact: false): return try gather.floats(index)
    case .bool: return try gather.bools(index)
    case .time: return try gather.times(index, range: range(blocks, index))
    case .int, .decimal, .local, .date:
      return try gather.ints(index, reading.type, range: range(blocks, index))
    case .uuid, .localText: preconditionFailure("only keys are coded within a partition")
    }
  }

  /// The range of a column's stored numbers in all blocks, 0 among them.
  private func range(_ blocks: [BlockResult], _ column: Int) -> ClosedRange<Int64> {
    blocks.reduce(0...0) { range, block in
      let other = block.columns[column].range
      return min(range.lowerBound, other.lowerBound)...max(range.upperBound, other.upperBound)
    }
  }

  // MARK: - Columns that are not gathered

  private func users(
    _ directory: PartitionDirectory,
    _ range: ClosedRange<Int64>
  ) -> StoredColumn {
    let values: StoredColumn
    let count = directory.userOffsets.count - 1
    switch directory.users {
    case .ints(let ints): values = StoredColumn(ints: ints, width: IntegerWidth(range))
    case .uuids, .texts:
      let codes = Buffer((0..<count).map { Int32(truncatingIfNeeded: $0) })
      let dictionary = directory.users.dictionary ?? CodeDictionary(TextDictionary([""]))
      values = StoredColumn(type: .text, storage: .codes32(codes, dictionary), count: count)
    }
    return StoredColumn(
      type: values.type,
      storage: .perUser(values: values, offsets: directory.userOffsets),
      count: directory.rowCount
    )
  }

  /// The EVENT column of a log whose rows are all purchases.
  private func purchases(_ directories: [PartitionDirectory]) -> [StoredColumn] {
    let dictionary = CodeDictionary(TextDictionary(plan.declaredEvents))
    let code = UInt8(truncatingIfNeeded: plan.declaredEvents.firstIndex(of: "purchase") ?? 0)
    return directories.map { directory in
      let codes = Buffer([UInt8](repeating: code, count: directory.rowCount))
      return StoredColumn(
        type: .text,
        storage: .codes8(codes, dictionary),
        count: directory.rowCount
      )
    }
  }

  // MARK: - The report

  private func describe(_ directories: [PartitionDirectory], _ report: inout LoadReport) {
    report.userCount = directories.reduce(0) { $0 + $1.userOffsets.count - 1 }
    report.tiedRows = directories.reduce(0) { $0 + $1.tiedRowCount }
    if plan.roles[.session] != nil {
      report.sessionCount = directories.reduce(0) { $0 + $1.visitCount }
    }
    let ranges = directories.compactMap(\.timeRange)
    report.timeRange = ranges.map(\.lowerBound).min().flatMap { low in
      ranges.map(\.upperBound).max().map { low...$0 }
    }
  }

  private func removeDuplicates(
    _ partitions: inout [Partition],
    _ report: inout LoadReport
  ) throws(LoadError) {
    guard let time = plan.roles[.time] else { return }
    let source = partitions
    let removes = request.dedupExact
    let isCancelled = request.isCancelled
    let found = try ParallelWork.map(count: source.count, threads: threads) {
      (index) throws(LoadError) in
      if isCancelled() { throw .cancelled }
      let places = DuplicateRows(source[index], roles: plan.roles, timeColumn: time).places()
      return (count: places.count, kept: removes ? source[index].removing(places) : source[index])
    }
    report.duplicateRows = found.reduce(0) { $0 + $1.count }
    report.duplicatesRemoved = removes
    if removes { report.tiedRows -= report.duplicateRows }
    partitions = found.map(\.kept)
  }

  private func nullCounts(_ partitions: [Partition]) -> [(column: String, rowCount: Int)] {
    columns.enumerated().map { index, column in
      let count = partitions.reduce(0) { sum, partition in
        sum + (partition.columns[index].validity.map { $0.count - $0.setCount } ?? 0)
      }
      return (column.name, count)
    }
  }

  private func events(_ partitions: [Partition]) -> [EventValue] {
    guard let column = plan.roles[.event],
      let dictionary = partitions.first?.columns[column].codeDictionary
    else { return [] }
    let names = dictionary.texts.texts
    let counts = ParallelWork.map(count: partitions.count, threads: threads) { partition in
      partitions[partition].columns[column].countsByCode(names.count)
    }
    return EventValue.list(names, counts)
  }
}

extension StoredColumn {
  /// Stores whole numbers in a given width, which holds them.
  init(ints: [Int64], width: IntegerWidth) {
    let storage: Storage
    switch width {
    case .one: storage = .int8(Buffer(ints.map { Int8(truncatingIfNeeded: $0) }))
    case .two: storage = .int16(Buffer(ints.map { Int16(truncatingIfNeeded: $0) }))
    case .four: storage = .int32(Buffer(ints.map { Int32(truncatingIfNeeded: $0) }))
    case .eight: storage = .int64(Buffer(ints))
    }
    self.init(type: .int, storage: storage, count: ints.count)
  }

  /// Counts the rows of each code below `count` that hold a value.
  func countsByCode(_ count: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    switch storage {
    case .codes8(let codes, _): Self.add(codes, to: &counts)
    case .codes16(let codes, _): Self.add(codes, to: &counts)
    case .codes32(let codes, _): Self.add(codes, to: &counts)
    case .int8, .int16, .int32, .int64, .float, .bool, .perUser: break
    }
    // NULL is stored as code 0.
    if let validity, count > 0 { counts[0] -= self.count - validity.setCount }
    return counts
  }

  private static func add<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ codes: Buffer<Raw>,
    to counts: inout [Int]
  ) {
    var output = counts.mutableSpan
    codes.withSpan { codes in
      for row in codes.indices { output[Int(codes[row])] &+= 1 }
    }
  }
}
