import BQLColumnar

/// Holds where each row of a partition belongs: clustered by user, in time order within one.
struct PartitionDirectory: Sendable {
  let rowCount: Int
  let userOffsets: Buffer<Int32>
  let users: KeyValues
  /// The place of each row, by its position in source order.
  let places: Buffer<Int32>
  /// The TIME column.
  let times: StoredColumn
  /// The SESSION column, where that is coded within the partition.
  let sessions: StoredColumn?
  /// Distinct (user, session) pairs.
  let visitCount: Int
  let tiedRowCount: Int
  /// In microseconds; nil without rows.
  let timeRange: ClosedRange<Int64>?

  /// Says how the times of all partitions are stored.
  struct TimeStorage: Sendable {
    let isInSeconds: Bool
    let width: IntegerWidth
  }

  /// The columns that place a log's rows.
  struct Keys: Sendable {
    let user: ColumnRuns
    let userReading: ColumnReading
    let time: ColumnRuns
    let session: (column: ColumnRuns, reading: ColumnReading)?
    let storage: TimeStorage

    init(
      _ blocks: [BlockResult],
      _ columns: [FileColumn],
      _ roles: RoleBinding,
      _ storage: TimeStorage
    ) {
      guard let user = roles[.user], let time = roles[.time] else {
        preconditionFailure("a log has USER and TIME")
      }
      self.user = ColumnRuns(blocks, column: user)
      userReading = columns[user].reading
      self.time = ColumnRuns(blocks, column: time)
      session = roles[.session].map {
        (ColumnRuns(blocks, column: $0), columns[$0].reading)
      }
      self.storage = storage
    }
  }

  /// One thread's memory, used again for each partition.
  struct Scratch {
    fileprivate var interners = KeyInterners()
    fileprivate var codes: [Int32] = []
    fileprivate var times: [Int64] = []
    fileprivate var placed: [Int32] = []
  }

  init(
    _ runs: PartitionRuns,
    _ keys: Keys,
    _ scratch: inout Scratch,
    _ pool: MemoryPool
  ) throws(LoadError) {
    let rowCount = runs.rowCount
    self.rowCount = rowCount
    guard rowCount < Int(Int32.max) else {
      throw .tooLarge(reason: "one part of the log has more than 2,147,483,646 rows")
    }
    users = try runs.encode(
      keys.user,
      keys.userReading,
      &scratch.interners,
      into: &scratch.codes
    )
    let offsets = Self.offsets(scratch.codes, rowCount, users.count)
    if scratch.times.count < rowCount { scratch.times = [Int64](repeating: 0, count: rowCount) }
    places =
      try pool.buffer(of: Int32.self, count: rowCount) { places in
        Self.cluster(scratch.codes, offsets, &places)
        Self.collect(runs, keys.time, keys.storage, places.span, &scratch.times)
        Self.sort(&scratch.times, &places, offsets)
      }.buffer
    userOffsets = Buffer(offsets)
    let scale = keys.storage.isInSeconds ? TimeText.microsPerSecond : 1
    let order = Self.order(scratch.times, offsets)
    tiedRowCount = order.tied
    timeRange = order.range.map { $0.lowerBound * scale...$0.upperBound * scale }
    times = try Self.stored(scratch.times, rowCount, keys.storage, scale, pool)
    guard let session = keys.session else {
      sessions = nil
      visitCount = 0
      return
    }
    let values = try runs.encode(
      session.column,
      session.reading,
      &scratch.interners,
      into: &scratch.codes
    )
    if scratch.placed.count < rowCount { scratch.placed = [Int32](repeating: 0, count: rowCount) }
    Self.place(scratch.codes, places, &scratch.placed)
    visitCount = Self.visits(scratch.placed, offsets, values.count)
    switch session.reading {
    case .uuid, .localText: sessions = try Self.stored(scratch.placed, rowCount, values, pool)
    default: sessions = nil
    }
  }

  private static func offsets(
    _ userCodes: [Int32],
    _ rowCount: Int,
    _ userCount: Int
  ) -> [Int32] {
    var offsets = [Int32](repeating: 0, count: userCount + 1)
    var output = offsets.mutableSpan
    for row in 0..<rowCount { output[Int(userCodes[row]) + 1] &+= 1 }
    for user in 0..<userCount { output[user + 1] &+= output[user] }
    return offsets
  }

  /// Places rows by user, in source order within one.
  private static func cluster(
    _ userCodes: [Int32],
    _ offsets: [Int32],
    _ places: inout MutableSpan<Int32>
  ) {
    var next = offsets
    var output = next.mutableSpan
    for row in places.indices {
      let user = Int(userCodes[row])
      places[row] = output[user]
      output[user] &+= 1
    }
  }

  /// Collects the times by place, in seconds or microseconds as they are stored.
  private static func collect(
    _ runs: PartitionRuns,
    _ column: ColumnRuns,
    _ storage: TimeStorage,
    _ places: Span<Int32>,
    _ times: inout [Int64]
  ) {
    var output = times.mutableSpan
    for run in runs.runs {
      let targets = places.extracting(run.positions)
      if column.isInSeconds(run), !storage.isInSeconds {
        column.place(run, at: targets, &output) { $0 &* TimeText.microsPerSecond }
      } else {
        column.place(run, at: targets, &output) { $0 }
      }
    }
  }

  /// Sorts the rows of each user that are not in time order, keeping source order at one instant.
  private static func sort(
    _ times: inout [Int64],
    _ places: inout MutableSpan<Int32>,
    _ offsets: [Int32]
  ) {
    var rowAtPlace: [Int32] = []
    for user in 0..<offsets.count - 1 {
      let range = Int(offsets[user])..<Int(offsets[user + 1])
      var isSorted = true
      for place in range.dropFirst() where times[place] < times[place - 1] { isSorted = false }
      if isSorted { continue }
      if rowAtPlace.isEmpty {
        rowAtPlace = [Int32](repeating: 0, count: places.count)
        for row in places.indices { rowAtPlace[Int(places[row])] = Int32(truncatingIfNeeded: row) }
      }
      let order = range.sorted { (times[$0], $0) < (times[$1], $1) }
      let sortedTimes = order.map { times[$0] }
      let rows = order.map { rowAtPlace[$0] }
      for (index, place) in range.enumerated() {
        times[place] = sortedTimes[index]
        places[Int(rows[index])] = Int32(truncatingIfNeeded: place)
      }
    }
  }

  /// Counts rows that share their user's previous instant and finds the first and last instant.
  private static func order(
    _ times: [Int64],
    _ offsets: [Int32]
  ) -> (tied: Int, range: ClosedRange<Int64>?) {
    guard offsets.count > 1 else { return (0, nil) }
    var tied = 0
    var low = Int64.max
    var high = Int64.min
    for user in 0..<offsets.count - 1 {
      let (start, end) = (Int(offsets[user]), Int(offsets[user + 1]))
      // A user's rows are sorted, and there is at least one.
      low = min(low, times[start])
      high = max(high, times[end - 1])
      var place = start + 1
      while place < end {
        tied &+= times[place] == times[place - 1] ? 1 : 0
        place += 1
      }
    }
    return (tied, low...high)
  }

  private static func stored(
    _ times: [Int64],
    _ rowCount: Int,
    _ storage: TimeStorage,
    _ scale: Int64,
    _ pool: MemoryPool
  ) throws(LoadError) -> StoredColumn {
    func write<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
      _: Raw.Type
    ) throws(LoadError) -> Buffer<Raw> {
      try pool.buffer(of: Raw.self, count: rowCount) { output in
        for place in 0..<rowCount { output[place] = Raw(truncatingIfNeeded: times[place]) }
      }.buffer
    }
    let numbers: StoredColumn.Storage =
      switch storage.width {
      case .one: .int8(try write(Int8.self))
      case .two: .int16(try write(Int16.self))
      case .four: .int32(try write(Int32.self))
      case .eight: .int64(try write(Int64.self))
      }
    return StoredColumn(type: .timestamp, storage: numbers, scale: scale, count: rowCount)
  }

  // MARK: - Sessions

  private static func place(_ codes: [Int32], _ places: Buffer<Int32>, _ placed: inout [Int32]) {
    var output = placed.mutableSpan
    places.withSpan { places in
      for row in places.indices { output[Int(places[row])] = codes[row] }
    }
  }

  private static func visits(_ codes: [Int32], _ offsets: [Int32], _ sessionCount: Int) -> Int {
    var lastUser = [Int32](repeating: -1, count: sessionCount)
    var output = lastUser.mutableSpan
    var visits = 0
    for user in 0..<offsets.count - 1 {
      let number = Int32(truncatingIfNeeded: user)
      for place in Int(offsets[user])..<Int(offsets[user + 1]) where codes[place] >= 0 {
        let session = Int(codes[place])
        visits &+= output[session] != number ? 1 : 0
        output[session] = number
      }
    }
    return visits
  }

  private static func stored(
    _ codes: [Int32],
    _ rowCount: Int,
    _ values: KeyValues,
    _ pool: MemoryPool
  ) throws(LoadError) -> StoredColumn {
    let (legal, nullCount) = try pool.buffer(of: Int32.self, count: rowCount) { output in
      var nullCount = 0
      for place in 0..<rowCount {
        nullCount &+= codes[place] < 0 ? 1 : 0
        output[place] = max(codes[place], 0)
      }
      return nullCount
    }
    var validity: Bitmap?
    if nullCount > 0 {
      var bits = Bitmap(repeating: true, count: rowCount)
      for place in 0..<rowCount where codes[place] < 0 { bits[place] = false }
      validity = bits
    }
    return StoredColumn(
      type: .text,
      storage: .codes32(legal, values.dictionary ?? CodeDictionary(TextDictionary([""]))),
      validity: validity,
      count: rowCount
    )
  }
}
