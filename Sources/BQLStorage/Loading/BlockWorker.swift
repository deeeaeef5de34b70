import BQLColumnar

/// Says what a pass over the files does with each row: fixed before it starts.
struct PassPlan: Sendable {
  var dialect: Dialect
  var columns: [FileColumn]
  var roles: RoleBinding
  var onError: LoadRequest.OnError
  var keepsRejectedRows: Bool
  /// LOAD's WHERE, for the schema of `columns` and, where the log gets one, the constant event.
  var filter: RowChoice?
  var constantEvent: String?
  /// 1 for a table.
  var partitionCount: Int
  var slabByteCount: Int

  /// The column whose hash chooses a row's partition.
  var userColumn: Int? { partitionCount > 1 ? roles[.user] : nil }
  var timeColumn: Int? { roles[.time] }
}

/// Turns blocks of text into blocks of columns: one thread's part of a pass.
final class BlockWorker {
  let plan: PassPlan
  let number: Int
  let rows: RowIndex
  var scratch: [ColumnScratch]
  var slabs: [ColumnSlab]
  var timeCaches: [TimeCache?]
  /// One a column; empty for those that are no text.
  private(set) var dictionaries: [FieldDictionary]
  /// Rows of the block at hand that are left out.
  var isRejected: [Bool] = []
  var rejectedCount = 0
  var places: [Int32] = []

  init(_ plan: PassPlan, number: Int) {
    self.plan = plan
    self.number = number
    rows = RowIndex(dialect: plan.dialect, columnCount: plan.columns.count)
    scratch = plan.columns.map { _ in ColumnScratch() }
    slabs = plan.columns.map { _ in ColumnSlab(slabByteCount: plan.slabByteCount) }
    dictionaries = plan.columns.map { _ in FieldDictionary() }
    timeCaches = plan.columns.map { column in
      if case .time(let format) = column.reading { TimeCache(format) } else { nil }
    }
  }

  /// Reads the rows of a block; nil where the block is not aligned to rows.
  ///
  /// With `keepsPlaces` the result keeps each row's place, for a log that may turn out small.
  func read(
    _ block: Block,
    _ buffer: TextBuffer,
    keepsPlaces: Bool
  ) throws(LoadError) -> BlockResult? {
    try buffer.withView(count: block.end) { text throws(LoadError) -> BlockResult? in
      guard rows.index(text, block.start, block.end, isExact: block.isExact) == .indexed else {
        return nil
      }
      return try rows.withFields(text) { fields throws(LoadError) in
        try read(block, text, fields, keepsPlaces)
      }
    }
  }

  private func read(
    _ block: Block,
    _ text: TextView,
    _ fields: FieldView,
    _ keepsPlaces: Bool
  ) throws(LoadError) -> BlockResult {
    var result = BlockResult(index: block.index, file: block.file)
    result.worker = number
    result.lineCount = rows.lineCount
    result.rowsRead = fields.rowCount + rows.faultyRows.count
    result.badValues = [Int](repeating: 0, count: plan.columns.count)
    var log = RejectionLog(plan: plan, rows: rows, text: text)
    for row in rows.faultyRows { log.add(row) }
    if isRejected.count < fields.rowCount {
      isRejected = [Bool](repeating: false, count: fields.rowCount)
    } else if rejectedCount > 0 {
      for index in isRejected.indices { isRejected[index] = false }
    }
    rejectedCount = 0
    for column in plan.columns.indices {
      let bad = readValues(fields, column)
      result.badValues[column] = bad.count
      reject(fields, column, bad, &log)
    }
    let skipped = rejectedCount > 0 ? isRejected : nil
    for column in plan.columns.indices where plan.columns[column].reading == .text {
      dictionaries[column].encode(
        fields,
        column: column,
        block: block.index,
        skipped: skipped,
        into: &scratch[column].values
      )
    }
    if let filter = plan.filter {
      let kept = try filter(chunk(fields))
      result.rowsFiltered = leaveOut(kept, fields.rowCount)
    }
    (result.rejections, result.rejectedRows) = log.finish()
    result.rowsKept = fields.rowCount - rejectedCount
    measureOrder(fields.rowCount, &result)
    result.partitionStarts = place(fields)
    result.columns = plan.columns.indices.map { store(fields, $0, result.rowsKept) }
    if keepsPlaces { result.places = sourceOrder(fields.rowCount) }
    return result
  }

  // MARK: - Values

  /// Reads a column that is no dictionary text and returns the rows whose values do not fit.
  private func readValues(_ fields: FieldView, _ column: Int) -> [Int] {
    let reading = plan.columns[column].reading
    scratch[column].prepare(rowCount: fields.rowCount, isUUID: reading == .uuid)
    switch reading {
    case .int(acceptsPointZero: false):
      return scratch[column].read(fields, column: column) { NumberText.int($0, $1, $2) }
    case .int(acceptsPointZero: true):
      return scratch[column].read(fields, column: column) { NumberText.paddedInt($0, $1, $2) }
    case .decimal:
      return scratch[column].read(fields, column: column) { NumberText.decimal($0, $1, $2) }
    case .float:
      return scratch[column].read(fields, column: column) { text, start, end in
        NumberText.float(text, start, end).map { Int64(bitPattern: $0.bitPattern) }
      }
    case .bool:
      return scratch[column].read(fields, column: column) { text, start, end in
        NumberText.bool(text, start, end).map { $0 ? 1 : 0 }
      }
    case .date:
      return scratch[column].read(fields, column: column) { TimeText.days($0, $1, $2) }
    case .time(let format): return readTimes(fields, column, format)
    case .uuid: return readUUIDs(fields, column)
    case .text: return []
    case .localText:
      // Only which rows are empty; the texts are copied when they are stored.
      return scratch[column].read(fields, column: column) { _, _, _ in 0 }
    }
  }

  private func readTimes(_ fields: FieldView, _ column: Int, _ format: TimeFormat) -> [Int] {
    var cache = timeCaches[column] ?? TimeCache(format)
    let bad = scratch[column].read(fields, column: column) { cache.micros($0, $1, $2) }
    scratch[column].hasFractions = cache.takeFractions()
    timeCaches[column] = cache
    return bad
  }

  private func readUUIDs(_ fields: FieldView, _ column: Int) -> [Int] {
    let text = fields.text
    var highs: [Int64] = []
    var lows: [Int64] = []
    swap(&highs, &scratch[column].values)
    swap(&lows, &scratch[column].lows)
    var bad: [Int] = []
    var empty: [Int] = []
    var highOutput = highs.mutableSpan
    var lowOutput = lows.mutableSpan
    fields.forEach(column) { row, start, end in
      if start == end {
        empty.append(row)
      } else if let words = UUIDText.words(text, start, end) {
        highOutput[row] = Int64(bitPattern: words.high)
        lowOutput[row] = Int64(bitPattern: words.low)
      } else {
        bad.append(row)
      }
    }
    swap(&highs, &scratch[column].values)
    swap(&lows, &scratch[column].lows)
    scratch[column].setNull(empty)
    return bad
  }

  /// Rejects or makes NULL the rows with bad values, and rejects those without USER or TIME.
  private func reject(
    _ fields: FieldView,
    _ column: Int,
    _ bad: [Int],
    _ log: inout RejectionLog
  ) {
    let role = plan.columns[column].role
    let isKey = role == .user || role == .time
    if !bad.isEmpty, plan.onError == .null, !isKey {
      scratch[column].setNull(bad)
    } else {
      for row in bad { reject(row, .badValue(column: column), fields, &log) }
    }
    guard isKey, scratch[column].hasNulls else { return }
    for row in 0..<fields.rowCount where scratch[column].nulls[row] {
      reject(row, .emptyKey(column: column), fields, &log)
    }
  }

  private func reject(
    _ row: Int,
    _ reason: RejectionReason,
    _ fields: FieldView,
    _ log: inout RejectionLog
  ) {
    // A row is counted once, under its first reason.
    guard !isRejected[row] else { return }
    isRejected[row] = true
    rejectedCount += 1
    log.add(row, reason, fields)
  }

  /// Leaves out the rows that WHERE does not keep; `kept` is about the rows not rejected.
  private func leaveOut(_ kept: [Bool], _ rowCount: Int) -> Int {
    var position = 0
    var filtered = 0
    for row in 0..<rowCount where !isRejected[row] {
      if position >= kept.count || !kept[position] {
        isRejected[row] = true
        filtered += 1
      }
      position += 1
    }
    rejectedCount += filtered
    return filtered
  }

  private func measureOrder(_ rowCount: Int, _ result: inout BlockResult) {
    guard let column = plan.timeColumn, result.rowsKept > 0 else { return }
    let times = scratch[column].values
    var previous: Int64?
    var outOfOrder = 0
    for row in 0..<rowCount where rejectedCount == 0 || !isRejected[row] {
      let time = times[row]
      if let previous {
        if time < previous { outOfOrder += 1 }
      } else {
        result.firstTime = time
      }
      previous = time
    }
    result.lastTime = previous ?? 0
    result.outOfOrderRows = outOfOrder
  }

  // MARK: - Places

  /// Gives each row its place, by partition and in source order within one.
  ///
  /// Rows left out share the place behind the last. Returns where the partitions start.
  private func place(_ fields: FieldView) -> [Int32] {
    let rowCount = fields.rowCount
    if places.count < rowCount { places = [Int32](repeating: 0, count: rowCount) }
    let kept = Int32(truncatingIfNeeded: rowCount - rejectedCount)
    guard let column = plan.userColumn else {
      var next: Int32 = 0
      for row in 0..<rowCount {
        let isOut = rejectedCount > 0 && isRejected[row]
        places[row] = isOut ? kept : next
        next += isOut ? 0 : 1
      }
      return [0, kept]
    }
    var partitions = [UInt8](repeating: 0, count: rowCount)
    hashUsers(fields, column, &partitions)
    var counts = [Int32](repeating: 0, count: plan.partitionCount)
    for row in 0..<rowCount where rejectedCount == 0 || !isRejected[row] {
      counts[Int(partitions[row])] += 1
    }
    var starts: [Int32] = [0]
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    var next = starts
    for row in 0..<rowCount {
      if rejectedCount > 0, isRejected[row] {
        places[row] = kept
      } else {
        let partition = Int(partitions[row])
        places[row] = next[partition]
        next[partition] += 1
      }
    }
    return starts
  }

  /// Writes the partition of each row's user: the top six bits of the hash of its value.
  private func hashUsers(_ fields: FieldView, _ column: Int, _ partitions: inout [UInt8]) {
    precondition(plan.partitionCount == 64, "six bits choose among 64 partitions")
    let values = scratch[column].values
    switch plan.columns[column].reading {
    case .localText:
      let text = fields.text
      var output = partitions.mutableSpan
      fields.forEach(column) { row, start, end in
        output[row] = UInt8(truncatingIfNeeded: text.hash(start, count: end - start) >> 58)
      }
    case .uuid:
      let lows = scratch[column].lows
      for row in 0..<fields.rowCount {
        let hash = TextView.mix(UInt64(bitPattern: values[row] ^ (lows[row] &* 31)))
        partitions[row] = UInt8(truncatingIfNeeded: hash >> 58)
      }
    default:
      for row in 0..<fields.rowCount {
        let hash = TextView.mix(UInt64(bitPattern: values[row]))
        partitions[row] = UInt8(truncatingIfNeeded: hash >> 58)
      }
    }
  }

  /// The places of the rows kept, in source order.
  private func sourceOrder(_ rowCount: Int) -> [Int32] {
    (0..<rowCount).compactMap { isRejected[$0] && rejectedCount > 0 ? nil : places[$0] }
  }

  // MARK: - The chunk that WHERE sees

  private func chunk(_ fields: FieldView) -> Chunk {
    let kept = (0..<fields.rowCount).filter { !isRejected[$0] }
    var columns = plan.columns.indices.map {
      ChunkColumn.make(fields, plan.columns[$0], kept, $0, scratch[$0])
    }
    if plan.constantEvent != nil {
      columns.append(Column(repeating: .text("purchase"), type: .text, count: kept.count))
    }
    return Chunk(columns, count: kept.count)
  }
}
