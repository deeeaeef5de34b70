import BQLColumnar

/// Makes an event log of a pass's blocks: partitions, clustered by user and in time order.
struct LogBuilder {
  let plan: LoadPlan
  let columns: [FileColumn]

  private var request: LoadRequest { plan.request }
  private var threads: Int { max(request.threads, 1) }

  /// Builds the log, taking the blocks out of `result`, and completes its report; `finish` comes
  /// last.
  func build(
    _ result: inout LoadPass.Result,
    _ report: inout LoadReport,
    finish: (inout LoadReport) -> Void
  ) throws(LoadError) -> EventLog {
    let merges = try merge(result)
    var blocks = result.blocks
    result.blocks = []
    let rowCount = blocks.reduce(0) { $0 + $1.rowsKept }
    let isPartitioned = rowCount >= LoadPass.partitionedRowCount
    if !isPartitioned { blocks = blocks.map { $0.inSourceOrder() } }
    let partitionCount = isPartitioned ? 64 : 1
    let runs = (0..<partitionCount).map { PartitionRuns(blocks, partition: $0) }
    let directories = try cluster(blocks, runs)
    let stored = try gather(&blocks, runs, directories, merges)
    var partitions = (0..<partitionCount).map { partition in
      Partition(
        rowCount: directories[partition].rowCount,
        userOffsets: directories[partition].userOffsets,
        columns: stored.map { $0[partition] }
      )
    }
    describe(directories, &report)
    removeDuplicates(&partitions, &report)
    report.rowsLoaded = partitions.reduce(0) { $0 + $1.rowCount }
    report.nullCounts = nullCounts(partitions)
    report.warnings += TimeWarnings.texts(report.timeRange)
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
    _ runs: [PartitionRuns]
  ) throws(LoadError) -> [PartitionDirectory] {
    try ParallelWork.map(count: runs.count, threads: threads) { (partition) throws(LoadError) in
      try PartitionDirectory(runs[partition], blocks, columns, plan.roles)
    }
  }

  /// Gathers all columns, freeing the memory of a column's blocks once it is done.
  private func gather(
    _ blocks: inout [BlockResult],
    _ runs: [PartitionRuns],
    _ directories: [PartitionDirectory],
    _ merges: [Int: DictionaryMerge]
  ) throws(LoadError) -> [[StoredColumn]] {
    var stored = [[StoredColumn]](repeating: [], count: columns.count)
    // Keys first: they are known from the directories, and their blocks are large.
    for (index, column) in columns.enumerated() {
      switch (column.role, column.reading) {
      case (.user, _):
        let range = range(blocks, index)
        stored[index] = directories.map { users($0, range) }
      case (.session, .uuid), (.session, .localText):
        stored[index] = directories.map { sessions($0) }
      default: continue
      }
      for block in blocks.indices { blocks[block].columns[index].release() }
    }
    for (index, column) in columns.enumerated() where stored[index].isEmpty {
      if request.isCancelled() { throw .cancelled }
      stored[index] = values(blocks, runs, directories, index, column, merges[index])
      for block in blocks.indices { blocks[block].columns[index].release() }
    }
    if plan.constantEvent != nil { stored.append(purchases(directories)) }
    return stored
  }

  private func values(
    _ blocks: [BlockResult],
    _ runs: [PartitionRuns],
    _ directories: [PartitionDirectory],
    _ index: Int,
    _ column: FileColumn,
    _ merge: DictionaryMerge?
  ) -> [StoredColumn] {
    let gather = ColumnGather(
      blocks: blocks,
      directories: directories,
      runs: runs,
      threads: threads
    )
    switch column.reading {
    case .text:
      guard let merge else { preconditionFailure("a text column has a dictionary") }
      return gather.texts(index, merge)
    case .float: return gather.floats(index)
    case .bool: return gather.bools(index)
    case .time:
      let isInSeconds = blocks.allSatisfy { $0.columns[index].isInSeconds }
      if isInSeconds {
        return gather.ints(
          index,
          .timestamp,
          range: range(blocks, index),
          scale: TimeText.microsPerSecond,
          .none
        )
      }
      return gather.ints(index, .timestamp, range: Int64.min...Int64.max, scale: 1, .micros)
    case .int, .decimal, .date:
      return gather.ints(
        index,
        column.reading.type,
        range: range(blocks, index),
        scale: 1,
        .none
      )
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

  private func sessions(_ directory: PartitionDirectory) -> StoredColumn {
    let count = directory.rowCount
    guard let codes = directory.sessionCodes, let sessions = directory.sessions else {
      preconditionFailure("a log with SESSION has session codes")
    }
    var validity = Bitmap(repeating: true, count: count)
    let legal = Buffer<Int32>(count: count) { output in
      for row in 0..<count {
        if codes[row] < 0 { validity[row] = false }
        output[row] = max(codes[row], 0)
      }
    }
    let found = sessions.dictionary
    return StoredColumn(
      type: .text,
      storage: .codes32(legal, found ?? CodeDictionary(TextDictionary([""]))),
      validity: validity.allSet ? nil : validity,
      count: count
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

  private func removeDuplicates(_ partitions: inout [Partition], _ report: inout LoadReport) {
    guard let time = plan.roles[.time] else { return }
    let source = partitions
    let removes = request.dedupExact
    let found = ParallelWork.map(count: source.count, threads: threads) { index in
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
    guard let column = plan.roles[.event] else { return [] }
    var names: [String] = []
    var counts: [Int] = []
    for partition in partitions {
      let stored = partition.columns[column]
      guard let dictionary = stored.codeDictionary else { continue }
      if names.isEmpty {
        names = dictionary.texts.texts
        counts = [Int](repeating: 0, count: names.count)
      }
      stored.withRawInts { raw in
        for row in 0..<stored.count where stored.validity?[row] ?? true {
          counts[Int(raw(row))] += 1
        }
      }
    }
    return zip(names, counts).filter { $0.0 != "" || $0.1 > 0 }.map {
      EventValue(name: $0, rowCount: $1)
    }
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
}

/// Warns about times that are hardly meant.
enum TimeWarnings {
  static func texts(_ range: ClosedRange<Int64>?) -> [String] {
    guard let range else { return [] }
    var warnings: [String] = []
    let first1980 = Int64(CivilDate(year: 1980, month: 1, day: 1).daysSince1970)
    if range.lowerBound < first1980 * TimeText.secondsPerDay * TimeText.microsPerSecond {
      warnings.append("the first event is in \(year(range.lowerBound)), before 1980")
    }
    if range.upperBound > Stopwatch.microsSince1970 {
      warnings.append("the last event is in the future (\(year(range.upperBound)))")
    }
    return warnings
  }

  private static func year(_ micros: Int64) -> Int {
    let day = TimeText.microsPerSecond * TimeText.secondsPerDay
    let days = micros >= 0 ? micros / day : (micros - day + 1) / day
    return CivilDate(daysSince1970: Int(days)).year
  }
}
