import BQLColumnar

/// Writes one column of all partitions to its place in the log.
struct ColumnGather {
  let blocks: [BlockResult]
  let directories: [PartitionDirectory]
  let runs: [PartitionRuns]
  let pool: MemoryPool
  let threads: Int
  let isCancelled: @Sendable () -> Bool

  /// Gathers whole numbers in the narrowest width that holds `range`.
  func ints(
    _ column: Int,
    _ type: DataType,
    range: ClosedRange<Int64>
  ) throws(LoadError) -> [StoredColumn] {
    try numbers(column, type, IntegerWidth(range), scale: 1, hasMicros: false)
  }

  /// Gathers times other than those of the TIME column.
  func times(_ column: Int, range: ClosedRange<Int64>) throws(LoadError) -> [StoredColumn] {
    if blocks.allSatisfy({ $0.columns[column].isInSeconds }) {
      let scale = TimeText.microsPerSecond
      return try numbers(column, .timestamp, IntegerWidth(range), scale: scale, hasMicros: false)
    }
    return try numbers(column, .timestamp, .eight, scale: 1, hasMicros: true)
  }

  func bools(_ column: Int) throws(LoadError) -> [StoredColumn] {
    try gather(column, of: UInt8.self, hasMicros: false) { buffer, validity in
      StoredColumn(type: .bool, storage: .bool(buffer), validity: validity, count: buffer.count)
    }
  }

  func floats(_ column: Int) throws(LoadError) -> [StoredColumn] {
    let column = ColumnRuns(blocks, column: column)
    return try eachPartition(of: Double.self) { partition, output in
      scatter(partition, column, &output) { Double(bitPattern: UInt64(bitPattern: $0)) }
      return validity(partition, column)
    } make: { buffer, validity in
      StoredColumn(type: .float, storage: .float(buffer), validity: validity, count: buffer.count)
    }
  }

  /// Gathers codes of text; code `merge.count` is NULL until its bit says so.
  func texts(_ column: Int, _ merge: DictionaryMerge) throws(LoadError) -> [StoredColumn] {
    let dictionary = CodeDictionary(merge.dictionary)
    if merge.count < 256 {
      return try codes(column, of: UInt8.self, merge) { .codes8($0, dictionary) }
    }
    if merge.count < 65_536 {
      return try codes(column, of: UInt16.self, merge) { .codes16($0, dictionary) }
    }
    return try codes(column, of: Int32.self, merge) { .codes32($0, dictionary) }
  }

  // MARK: - Scattering

  private func numbers(
    _ column: Int,
    _ type: DataType,
    _ width: IntegerWidth,
    scale: Int64,
    hasMicros: Bool
  ) throws(LoadError) -> [StoredColumn] {
    switch width {
    case .one:
      try gather(column, of: Int8.self, hasMicros: hasMicros) {
        StoredColumn(type: type, storage: .int8($0), scale: scale, validity: $1, count: $0.count)
      }
    case .two:
      try gather(column, of: Int16.self, hasMicros: hasMicros) {
        StoredColumn(type: type, storage: .int16($0), scale: scale, validity: $1, count: $0.count)
      }
    case .four:
      try gather(column, of: Int32.self, hasMicros: hasMicros) {
        StoredColumn(type: type, storage: .int32($0), scale: scale, validity: $1, count: $0.count)
      }
    case .eight:
      try gather(column, of: Int64.self, hasMicros: hasMicros) {
        StoredColumn(type: type, storage: .int64($0), scale: scale, validity: $1, count: $0.count)
      }
    }
  }

  private func gather<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ column: Int,
    of type: Raw.Type,
    hasMicros: Bool,
    _ make: @Sendable (Buffer<Raw>, Bitmap?) -> StoredColumn
  ) throws(LoadError) -> [StoredColumn] {
    let column = ColumnRuns(blocks, column: column)
    return try eachPartition(of: type) { partition, output in
      if hasMicros {
        directories[partition].places.withSpan { targets in
          for run in runs[partition].runs {
            let scale = column.isInSeconds(run) ? TimeText.microsPerSecond : 1
            column.place(run, at: targets.extracting(run.positions), &output) {
              Raw(truncatingIfNeeded: $0 &* scale)
            }
          }
        }
      } else {
        scatter(partition, column, &output) { Raw(truncatingIfNeeded: $0) }
      }
      return validity(partition, column)
    } make: {
      make($0, $1)
    }
  }

  private func codes<Code: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ column: Int,
    of type: Code.Type,
    _ merge: DictionaryMerge,
    _ storage: @Sendable (Buffer<Code>) -> StoredColumn.Storage
  ) throws(LoadError) -> [StoredColumn] {
    let null = Code(truncatingIfNeeded: merge.count)
    let column = ColumnRuns(blocks, column: column, codeStarts: merge.codeStarts)
    let codes = merge.codes
    return try eachPartition(of: type) { partition, output in
      let codes = codes.span
      scatter(partition, column, &output) {
        Code(truncatingIfNeeded: codes[Int(truncatingIfNeeded: $0)])
      }
      return Self.takeNulls(&output, null)
    } make: { buffer, validity in
      StoredColumn(
        type: .text,
        storage: storage(buffer),
        validity: validity,
        count: buffer.count
      )
    }
  }

  /// Writes a partition's values, converted, each to its place.
  @inline(__always)
  private func scatter<Raw: BitwiseCopyable & Sendable>(
    _ partition: Int,
    _ column: ColumnRuns,
    _ output: inout MutableSpan<Raw>,
    _ convert: (Int64) -> Raw
  ) {
    directories[partition].places.withSpan { targets in
      for run in runs[partition].runs {
        column.place(run, at: targets.extracting(run.positions), &output, convert)
      }
    }
  }

  /// The rows of a partition that hold a value; nil when all do.
  private func validity(_ partition: Int, _ column: ColumnRuns) -> Bitmap? {
    guard column.hasNulls else { return nil }
    var validity = Bitmap(repeating: true, count: directories[partition].rowCount)
    directories[partition].places.withSpan { targets in
      for run in runs[partition].runs where column.mayHaveNulls(run) {
        for position in 0..<run.places.count where column.isNull(run, position) {
          validity[Int(targets[run.position + position])] = false
        }
      }
    }
    return validity.allSet ? nil : validity
  }

  /// Replaces the code for NULL by 0 and returns the rows that hold a value; nil when all do.
  private static func takeNulls<Code: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ codes: inout MutableSpan<Code>,
    _ null: Code
  ) -> Bitmap? {
    var hasNulls = false
    for index in codes.indices { hasNulls = hasNulls || codes[index] == null }
    guard hasNulls else { return nil }
    var words = [UInt64](repeating: 0, count: (codes.count + 63) >> 6)
    var output = words.mutableSpan
    for word in output.indices {
      var bits: UInt64 = 0
      let first = word * 64
      for index in first..<min(first + 64, codes.count) {
        let code = codes[index]
        bits |= (code == null ? 0 : 1) &<< UInt64(truncatingIfNeeded: index &- first)
        codes[index] = code == null ? 0 : code
      }
      output[word] = bits
    }
    return Bitmap(words: words, count: codes.count)
  }

  /// Fills a buffer for each partition.
  private func eachPartition<Raw: BitwiseCopyable & Sendable>(
    of type: Raw.Type,
    fill: @Sendable (_ partition: Int, inout MutableSpan<Raw>) -> Bitmap?,
    make: @Sendable (Buffer<Raw>, Bitmap?) -> StoredColumn
  ) throws(LoadError) -> [StoredColumn] {
    try ParallelWork.map(count: directories.count, threads: threads) {
      (partition) throws(LoadError) in
      if isCancelled() { throw .cancelled }
      let count = directories[partition].rowCount
      let (buffer, validity) = try pool.buffer(of: type, count: count) { fill(partition, &$0) }
      return make(buffer, validity)
    }
  }
}
