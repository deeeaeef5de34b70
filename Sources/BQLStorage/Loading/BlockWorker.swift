import BQLColumnar

/// Says what a pass over the files does with each row: fixed before it starts.
struct PassPlan: Sendable {
  var dialect: Dialect
  var columns: [FileColumn]
  var roles: RoleBinding
  var onError: LoadRequest.OnError
  /// Room for rejected rows; nil where they are not kept.
  var rejectsBudget: RejectsBudget?
  /// By file: which field each column is, where that is not its own number.
  var columnOrders: [[Int]?]
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
  let buffer = TextBuffer(capacity: 1 << 16)
  var scratch: [ColumnScratch]
  var slabs: [ColumnSlab]
  var timeCaches: [TimeCache?]
  /// One a column; empty for those that are no text.
  private(set) var dictionaries: [FieldDictionary]
  /// Rows of the block at hand that are left out.
  var isRejected: [Bool] = []
  var rejectedCount = 0
  var places: [Int32] = []
  /// The partition of each row of the block at hand; `UInt8.max` for those left out.
  var partitions: [UInt8] = []
  var keyNumbering = KeyNumbering()
  var wideValues = WideValues()
  /// Ids in scientific notation in the block at hand.
  var damagedIds: [ColumnFinding] = []

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
    guard
      rows.index(
        buffer,
        block.start,
        block.end,
        isExact: block.isExact,
        order: plan.columnOrders[block.file]
      ) == .indexed
    else { return nil }
    return try rows.withFields(buffer) { fields throws(LoadError) in
      try read(block, fields, keepsPlaces)
    }
  }

  private func read(
    _ block: Block,
    _ fields: FieldView,
    _ keepsPlaces: Bool
  ) throws(LoadError) -> BlockResult {
    var result = BlockResult(index: block.index, file: block.file)
    result.worker = number
    result.lineCount = rows.lineCount
    result.rowsRead = fields.rowCount + rows.faultyRows.count
    result.badValues = plan.columns.map { _ in BadValues() }
    var log = RejectionLog(plan: plan, rows: rows, text: fields.text)
    for row in rows.faultyRows { log.add(row) }
    clearRejected(fields.rowCount)
    let bad = plan.columns.indices.map { readValues(fields, $0) }
    if let row = cutRow(block, fields, bad) { reject(row, .fault(.cut), fields, &log) }
    for column in plan.columns.indices where !widens(column) {
      result.badValues[column] = describe(bad[column], fields, column)
      reject(fields, column, bad[column], &log)
    }
    // What stands in a row that is left out says nothing of its column.
    for column in plan.columns.indices where widens(column) && !bad[column].isEmpty {
      let kept = bad[column].filter { !isRejected[$0] }
      result.badValues[column] = describe(kept, fields, column)
    }
    if let filter = plan.filter {
      let kept = try filter(chunk(fields))
      result.rowsFiltered = leaveOut(kept, fields.rowCount)
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
      noteDamage(fields, column)
    }
    (result.rejections, result.rejectedRows) = log.finish()
    result.rowsKept = fields.rowCount - rejectedCount
    measureOrder(fields.rowCount, &result)
    result.partitionStarts = place(fields)
    result.negativeValues = negativeValues(fields)
    for column in plan.columns.indices {
      result.columns.append(try store(fields, column, result.rowsKept))
    }
    swap(&result.damagedIds, &damagedIds)
    if keepsPlaces { result.places = sourceOrder(fields.rowCount) }
    return result
  }

  /// The row in the middle of which the file ends: it has no line end, and its last field is the
  /// beginning of a UUID in a column of them; nil where there is none.
  ///
  /// Of other values nothing tells: a number that lost its last digits is one.
  private func cutRow(_ block: Block, _ fields: FieldView, _ bad: [[Int]]) -> Int? {
    guard block.isCut, fields.rowCount > 0 else { return nil }
    let last = plan.columns.count - 1
    let column = plan.columnOrders[block.file].map { $0.firstIndex(of: last) ?? last } ?? last
    let row = fields.rowCount - 1
    let field = fields.range(row, column)
    guard plan.columns[column].reading == .uuid, bad[column].last == row,
      // Rows behind it that cannot be cut into fields have none here.
      field.upperBound == block.end - 1, UUIDText.isBeginning(fields.text, field)
    else { return nil }
    return row
  }

  /// Says that a value which does not fit changes how the column is read, and is no bad value.
  private func widens(_ column: Int) -> Bool {
    plan.columns[column].widens(onError: plan.onError)
  }

  private func clearRejected(_ rowCount: Int) {
    if isRejected.count < rowCount {
      isRejected = [Bool](repeating: false, count: rowCount)
    } else if rejectedCount > 0 {
      var output = isRejected.mutableSpan
      for index in output.indices { output[index] = false }
    }
    rejectedCount = 0
  }

  /// Forgets what the dictionaries took from `block` and later ones, which are read again.
  func forget(from block: Int) {
    for column in dictionaries.indices { dictionaries[column].forget(from: block) }
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
    case .local(let number, isExact: true):
      return scratch[column].read(fields, column: column) { number.decimal($0, $1, $2) }
    case .local(let number, isExact: false):
      return scratch[column].read(fields, column: column) { text, start, end in
        number.float(text, start, end).map { Int64(bitPattern: $0.bitPattern) }
      }
    case .bool:
      return scratch[column].read(fields, column: column) { text, start, end in
        NumberText.bool(text, start, end).map { $0 ? 1 : 0 }
      }
    case .date:
      return scratch[column].read(fields, column: column) { TimeText.days($0, $1, $2) }
    case .time(let format): return readTimes(fields, column, format)
    case .uuid: return scratch[column].readUUIDs(fields, column: column)
    case .text: return []
    case .localText:
      // Only which rows are empty; the texts are copied when they are stored.
      return scratch[column].read(fields, column: column) { _, _, _ in 0 }
    }
  }

  private func readTimes(_ fields: FieldView, _ column: Int, _ format: TimeFormat) -> [Int] {
    var cache = timeCaches[column] ?? TimeCache(format)
    defer { timeCaches[column] = cache }
    var bad = scratch[column].read(fields, column: column) { cache.value($0, $1, $2) }
    if cache.needsMicros, cache.isInSeconds {
      // From now on: a file with fractions has them everywhere.
      cache.isInSeconds = false
      scratch[column].prepare(rowCount: fields.rowCount, isUUID: false)
      bad = scratch[column].read(fields, column: column) { cache.value($0, $1, $2) }
    }
    scratch[column].isInSeconds = cache.isInSeconds
    return bad
  }

  /// Counts bad values and tells what the column would have to be read as instead.
  private func describe(_ bad: [Int], _ fields: FieldView, _ column: Int) -> BadValues {
    guard let first = bad.first else { return BadValues() }
    var reading = plan.columns[column].reading
    let role = plan.columns[column].role
    for row in bad {
      let range = fields.range(row, column)
      while !reading.fits(fields.text, range.lowerBound, range.upperBound),
        let wider = reading.wider(role: role)
      {
        reading = wider
      }
    }
    return BadValues(
      count: bad.count,
      firstLine: rows.source(ofRow: first, in: fields).line,
      reading: reading
    )
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
    if !bad.isEmpty, !isKey, plan.onError == .null {
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
    let isRejected = isRejected
    let scale = scratch[column].isInSeconds ? TimeText.microsPerSecond : 1
    var previous: Int64?
    var outOfOrder = 0
    for row in 0..<rowCount where rejectedCount == 0 || !isRejected[row] {
      let time = times[row]
      if let previous {
        if time < previous { outOfOrder += 1 }
      } else {
        result.firstTime = time &* scale
      }
      previous = time
    }
    result.lastTime = (previous ?? 0) &* scale
    result.outOfOrderRows = outOfOrder
  }

  // MARK: - Places

  /// Gives each row its place, by partition and in source order within one.
  ///
  /// Rows left out share the place behind the last. Returns where the partitions start.
  private func place(_ fields: FieldView) -> [Int32] {
    let rowCount = fields.rowCount
    if places.count < rowCount { places = [Int32](repeating: 0, count: rowCount) }
    var partitions = [UInt8](repeating: 0, count: rowCount)
    if let column = plan.userColumn { hashUsers(fields, column, &partitions) }
    if rejectedCount > 0 {
      for row in 0..<rowCount where isRejected[row] { partitions[row] = .max }
    }
    // A slot a partition, and the last one for rows left out.
    var counts = [Int32](repeating: 0, count: 256)
    for row in 0..<rowCount { counts[Int(partitions[row])] &+= 1 }
    var starts: [Int32] = [0]
    for partition in 0..<plan.partitionCount {
      starts.append(starts[partition] + counts[partition])
    }
    var next = starts + [Int32](repeating: 0, count: 256 - starts.count)
    var places: [Int32] = []
    swap(&places, &self.places)
    var output = places.mutableSpan
    if rejectedCount == 0 {
      for row in 0..<rowCount {
        let partition = Int(partitions[row])
        output[row] = next[partition]
        next[partition] &+= 1
      }
    } else {
      let kept = Int32(truncatingIfNeeded: rowCount - rejectedCount)
      for row in 0..<rowCount {
        let partition = Int(partitions[row])
        output[row] = partition == Int(UInt8.max) ? kept : next[partition]
        next[partition] &+= 1
      }
    }
    swap(&places, &self.places)
    self.partitions = partitions
    return starts
  }

  /// Writes the partition of each row's user: the top six bits of the hash of its value.
  private func hashUsers(_ fields: FieldView, _ column: Int, _ partitions: inout [UInt8]) {
    precondition(plan.partitionCount == 64, "six bits choose among 64 partitions")
    let values = scratch[column].values
    var output = partitions.mutableSpan
    switch plan.columns[column].reading {
    case .localText:
      let text = fields.text
      fields.forEach(column) { row, start, end in
        output[row] = UInt8(truncatingIfNeeded: text.hash(start, count: end - start) >> 58)
      }
    case .uuid:
      let lows = scratch[column].lows
      for row in 0..<fields.rowCount {
        let hash = TextView.mix(UInt64(bitPattern: values[row] ^ (lows[row] &* 31)))
        output[row] = UInt8(truncatingIfNeeded: hash >> 58)
      }
    default:
      for row in 0..<fields.rowCount {
        let hash = TextView.mix(UInt64(bitPattern: values[row]))
        output[row] = UInt8(truncatingIfNeeded: hash >> 58)
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
