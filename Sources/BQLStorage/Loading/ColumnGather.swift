import BQLColumnar

/// Writes one column of all partitions to its place in the log.
struct ColumnGather {
  let blocks: [BlockResult]
  let directories: [PartitionDirectory]
  let runs: [PartitionRuns]
  let threads: Int

  /// Says what of a block's number goes into the log.
  enum Transform: Sendable {
    case none
    /// Microseconds for blocks in seconds.
    case micros
    /// The shared code of each worker's code.
    case codes([[Int32]])
  }

  /// Gathers whole numbers in the narrowest width that holds `range`.
  func ints(
    _ column: Int,
    _ type: DataType,
    range: ClosedRange<Int64>,
    scale: Int64,
    _ transform: Transform
  ) -> [StoredColumn] {
    switch IntegerWidth(range) {
    case .one:
      gather(column, of: Int8.self, transform) {
        StoredColumn(type: type, storage: .int8($0), scale: scale, validity: $1, count: $0.count)
      }
    case .two:
      gather(column, of: Int16.self, transform) {
        StoredColumn(type: type, storage: .int16($0), scale: scale, validity: $1, count: $0.count)
      }
    case .four:
      gather(column, of: Int32.self, transform) {
        StoredColumn(type: type, storage: .int32($0), scale: scale, validity: $1, count: $0.count)
      }
    case .eight:
      gather(column, of: Int64.self, transform) {
        StoredColumn(type: type, storage: .int64($0), scale: scale, validity: $1, count: $0.count)
      }
    }
  }

  func floats(_ column: Int) -> [StoredColumn] {
    let isNull = hasNulls(column)
    return eachPartition(of: Double.self) { partition, output in
      scatter(partition, column) { block, places, offset, targets in
        block.forEachInt(places) { place, bits in
          output[Int(targets[place + offset])] = Double(bitPattern: UInt64(bitPattern: bits))
        }
      }
      return isNull ? validity(partition, column) : nil
    } make: { buffer, validity in
      StoredColumn(type: .float, storage: .float(buffer), validity: validity, count: buffer.count)
    }
  }

  func bools(_ column: Int) -> [StoredColumn] {
    gather(column, of: UInt8.self, .none) { buffer, validity in
      StoredColumn(type: .bool, storage: .bool(buffer), validity: validity, count: buffer.count)
    }
  }

  /// Gathers codes of text; code `merge.count` is NULL until its bit says so.
  func texts(_ column: Int, _ merge: DictionaryMerge) -> [StoredColumn] {
    let dictionary = CodeDictionary(merge.dictionary)
    if merge.count < 256 {
      return gatherCodes(column, of: UInt8.self, merge) { .codes8($0, dictionary) }
    }
    if merge.count < 65_536 {
      return gatherCodes(column, of: UInt16.self, merge) { .codes16($0, dictionary) }
    }
    return gatherCodes(column, of: Int32.self, merge) { .codes32($0, dictionary) }
  }

  // MARK: - Scattering

  private func hasNulls(_ column: Int) -> Bool {
    blocks.contains { $0.columns[column].nulls != nil }
  }

  private func gather<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ column: Int,
    of type: Raw.Type,
    _ transform: Transform,
    _ make: @Sendable (Buffer<Raw>, Bitmap?) -> StoredColumn
  ) -> [StoredColumn] {
    let isNull = hasNulls(column)
    if case .micros = transform {
      return eachPartition(of: type) { partition, output in
        scatter(partition, column) { block, places, offset, targets in
          let scale = block.isInSeconds ? TimeText.microsPerSecond : 1
          block.forEachInt(places) { place, value in
            output[Int(targets[place + offset])] = Raw(truncatingIfNeeded: value &* scale)
          }
        }
        return isNull ? validity(partition, column) : nil
      } make: {
        make($0, $1)
      }
    }
    return eachPartition(of: type) { partition, output in
      scatter(partition, column) { block, places, offset, targets in
        block.forEachInt(places) { place, value in
          output[Int(targets[place + offset])] = Raw(truncatingIfNeeded: value)
        }
      }
      return isNull ? validity(partition, column) : nil
    } make: {
      make($0, $1)
    }
  }

  private func gatherCodes<Code: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ column: Int,
    of type: Code.Type,
    _ merge: DictionaryMerge,
    _ storage: @Sendable (Buffer<Code>) -> StoredColumn.Storage
  ) -> [StoredColumn] {
    let null = Code(truncatingIfNeeded: merge.count)
    return eachPartition(of: type) { partition, output in
      scatterCodes(partition, column, merge.codes) { target, code in
        output[target] = Code(truncatingIfNeeded: code)
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

  @inline(__always)
  private func scatterCodes(
    _ partition: Int,
    _ column: Int,
    _ codes: [[Int32]],
    _ write: (Int, Int32) -> Void
  ) {
    directories[partition].places.withSpan { targets in
      var position = 0
      for run in runs[partition].runs {
        let block = blocks[run.block]
        let offset = position - run.places.lowerBound
        let shared = codes[block.worker]
        block.columns[column].forEachInt(run.places) { place, code in
          write(Int(targets[place + offset]), shared[Int(truncatingIfNeeded: code)])
        }
        position += run.places.count
      }
    }
  }

  @inline(__always)
  private func scatter(
    _ partition: Int,
    _ column: Int,
    _ body: (BlockColumn, Range<Int>, _ offset: Int, _ targets: Span<Int32>) -> Void
  ) {
    directories[partition].places.withSpan { targets in
      var position = 0
      for run in runs[partition].runs {
        body(
          blocks[run.block].columns[column],
          run.places,
          position - run.places.lowerBound,
          targets
        )
        position += run.places.count
      }
    }
  }

  /// The rows of a partition that hold a value; nil when all do.
  func validity(_ partition: Int, _ column: Int) -> Bitmap? {
    var validity = Bitmap(repeating: true, count: directories[partition].rowCount)
    scatter(partition, column) { block, places, offset, targets in
      guard let nulls = block.nulls else { return }
      for place in places where nulls[place] != 0 {
        validity[Int(targets[place + offset])] = false
      }
    }
    return validity.allSet ? nil : validity
  }

  /// Replaces the code for NULL by 0 and returns the rows that hold a value; nil when all do.
  private static func takeNulls<Code: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ codes: inout MutableSpan<Code>,
    _ null: Code
  ) -> Bitmap? {
    var words = [UInt64](repeating: 0, count: (codes.count + 63) >> 6)
    var nullCount = 0
    for word in words.indices {
      var bits: UInt64 = 0
      let first = word * 64
      for index in first..<min(first + 64, codes.count) {
        let isNull = codes[index] == null
        bits |= (isNull ? 0 : 1) &<< UInt64(truncatingIfNeeded: index - first)
        if isNull { codes[index] = 0 }
        nullCount &+= isNull ? 1 : 0
      }
      words[word] = bits
    }
    return nullCount == 0 ? nil : Bitmap(words: words, count: codes.count)
  }

  /// Fills a buffer for each partition, all of them in one region of memory.
  private func eachPartition<Raw: BitwiseCopyable & Sendable>(
    of type: Raw.Type,
    fill: @Sendable (_ partition: Int, inout MutableSpan<Raw>) -> Bitmap?,
    make: @Sendable (Buffer<Raw>, Bitmap?) -> StoredColumn
  ) -> [StoredColumn] {
    var offsets = [0]
    for directory in directories {
      let byteCount = directory.rowCount * MemoryLayout<Raw>.stride
      offsets.append(offsets[offsets.count - 1] + ((byteCount + 63) & ~63))
    }
    let region = MemoryRegion(byteCount: offsets[directories.count])
    let starts = offsets
    return ParallelWork.map(count: directories.count, threads: threads) { partition in
      let count = directories[partition].rowCount
      let validity = region.withMutableSpan(
        of: type,
        byteOffset: starts[partition],
        count: count
      ) { fill(partition, &$0) }
      return make(Buffer(sharing: region, byteOffset: starts[partition], count: count), validity)
    }
  }
}
