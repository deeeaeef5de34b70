import BQLColumnar

/// Names the rows of one partition: a run in each block, in source order.
struct PartitionRuns {
  struct Run {
    let block: Int
    let places: Range<Int>
    /// The partition's rows in blocks before it.
    let position: Int

    /// The run's rows among the partition's.
    var positions: Range<Int> { position..<position + places.count }
  }

  let runs: [Run]
  let rowCount: Int
  private let partition: Int

  init(_ blocks: [BlockResult], partition: Int) {
    var runs: [Run] = []
    var count = 0
    for (index, block) in blocks.enumerated() {
      let places = Int(block.partitionStarts[partition])..<Int(block.partitionStarts[partition + 1])
      if places.isEmpty { continue }
      runs.append(Run(block: index, places: places, position: count))
      count += places.count
    }
    self.runs = runs
    self.partition = partition
    rowCount = count
  }

  /// Writes codes of a key column's values, in order of first appearance; -1 where there is none.
  func encode(
    _ column: ColumnRuns,
    _ reading: ColumnReading,
    _ interners: inout KeyInterners,
    into codes: inout [Int32]
  ) throws(LoadError) -> KeyValues {
    if codes.count < rowCount { codes = [Int32](repeating: 0, count: rowCount) }
    switch reading {
    case .uuid:
      var interner = interners.takeUUIDs()
      encodeKeys(column, into: &codes) { keys, entries, map in
        guard case .uuids(let words) = keys.values else {
          preconditionFailure("UUIDs are kept as words")
        }
        words.withSpan { words in
          for entry in entries {
            map.append(interner.code(words[entry * 2], words[entry * 2 + 1]))
          }
        }
      }
      return .uuids(interners.give(interner))
    case .localText:
      var interner = FieldDictionary()
      encodeKeys(column, into: &codes) { keys, entries, map in
        guard case .texts(let offsets, let bytes) = keys.values else {
          preconditionFailure("texts are kept as bytes")
        }
        interner.append(to: &map, offsets, bytes, entries)
      }
      return .texts(try interner.textDictionary())
    case .int, .decimal, .float, .local, .bool, .date, .time, .text:
      var interner = interners.takeInts()
      encodeInts(column, &interner, into: &codes)
      return .ints(interners.give(interner))
    }
  }

  private func encodeInts(
    _ column: ColumnRuns,
    _ interner: inout IntInterner,
    into codes: inout [Int32]
  ) {
    var output = codes.mutableSpan
    for run in runs {
      if column.mayHaveNulls(run) {
        column.forEach(run) { position, value in
          let isNull = column.isNull(run, position)
          output[run.position + position] = isNull ? -1 : interner.code(value)
        }
      } else {
        column.forEach(run) { position, value in
          output[run.position + position] = interner.code(value)
        }
      }
    }
  }

  /// Encodes by way of each block's keys: `code` appends the partition's codes of a block's entries.
  @inline(__always)
  private func encodeKeys(
    _ column: ColumnRuns,
    into codes: inout [Int32],
    _ code: (BlockKeys, Range<Int>, inout [Int32]) -> Void
  ) {
    var output = codes.mutableSpan
    var map: [Int32] = []
    for run in runs {
      let keys = column.keys(run.block)
      let entries = Int(keys.starts[partition])..<Int(keys.starts[partition + 1])
      map.removeAll(keepingCapacity: true)
      code(keys, entries, &map)
      let none = keys.count
      let first = entries.lowerBound
      column.forEach(run) { position, value in
        let number = Int(truncatingIfNeeded: value)
        output[run.position + position] = number == none ? -1 : map[number - first]
      }
    }
  }
}

extension FieldDictionary {
  /// Appends the codes, from 0, of texts that stand in a block's keys.
  fileprivate mutating func append(
    to codes: inout [Int32],
    _ offsets: Buffer<UInt32>,
    _ bytes: Buffer<UInt8>,
    _ entries: Range<Int>
  ) {
    bytes.withSpan { bytes in
      unsafe bytes.withUnsafeBufferPointer { pointer in
        guard let base = pointer.baseAddress else { return }
        // Spare bytes follow the last text, as a view asks; nothing before the first is read.
        let text = unsafe TextView(base: base, count: bytes.count)
        for entry in entries {
          let (start, end) = (Int(offsets[entry]), Int(offsets[entry + 1]))
          codes.append(Int32(truncatingIfNeeded: code(text, start, end, 0) - 1))
        }
      }
    }
  }

  /// The entries in code order.
  func textDictionary() throws(LoadError) -> TextDictionary {
    let byteCount = offsets[count]
    try LoadLimits.checkDistinct(count)
    return TextDictionary(offsets: offsets, bytes: Array(bytes[0..<byteCount]))
  }
}
