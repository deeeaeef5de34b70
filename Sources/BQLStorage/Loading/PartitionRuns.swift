import BQLColumnar

/// Names the rows of one partition: a run in each block, in source order.
struct PartitionRuns {
  let runs: [(block: Int, places: Range<Int>)]
  let rowCount: Int

  init(_ blocks: [BlockResult], partition: Int) {
    var runs: [(block: Int, places: Range<Int>)] = []
    var count = 0
    for (index, block) in blocks.enumerated() {
      let places = Int(block.partitionStarts[partition])..<Int(block.partitionStarts[partition + 1])
      if places.isEmpty { continue }
      runs.append((index, places))
      count += places.count
    }
    self.runs = runs
    rowCount = count
  }

  /// Gives the values of a key column codes in order of first appearance; -1 where there is none.
  func codes(
    of column: Int,
    _ reading: ColumnReading,
    _ blocks: [BlockResult]
  ) throws(LoadError) -> (codes: [Int32], values: KeyValues) {
    var codes = [Int32](repeating: -1, count: rowCount)
    let values: KeyValues
    switch reading {
    case .uuid: values = .uuids(uuidCodes(column, blocks, &codes))
    case .localText: values = .texts(try textCodes(column, blocks, &codes))
    case .int, .decimal, .float, .bool, .date, .time, .text:
      values = .ints(intCodes(column, blocks, &codes))
    }
    return (codes, values)
  }

  private func intCodes(
    _ column: Int,
    _ blocks: [BlockResult],
    _ codes: inout [Int32]
  ) -> [Int64] {
    var interner = IntInterner()
    var position = 0
    for run in runs {
      let stored = blocks[run.block].columns[column]
      let offset = position - run.places.lowerBound
      if let nulls = stored.nulls {
        stored.forEachInt(run.places) { place, value in
          if nulls[place] == 0 { codes[place + offset] = interner.code(value) }
        }
      } else {
        var output = codes.mutableSpan
        stored.forEachInt(run.places) { place, value in
          output[place + offset] = interner.code(value)
        }
      }
      position += run.places.count
    }
    return interner.keys
  }

  private func uuidCodes(
    _ column: Int,
    _ blocks: [BlockResult],
    _ codes: inout [Int32]
  ) -> [UInt64] {
    var interner = UUIDInterner()
    var position = 0
    for run in runs {
      let stored = blocks[run.block].columns[column]
      guard case .uuids(let buffer) = stored.storage else {
        preconditionFailure("UUIDs are stored as words")
      }
      let offset = position - run.places.lowerBound
      var output = codes.mutableSpan
      buffer.withSpan { words in
        for place in run.places where stored.nulls?[place] != 1 {
          output[place + offset] = interner.code(words[place * 2], words[place * 2 + 1])
        }
      }
      position += run.places.count
    }
    return interner.words
  }

  private func textCodes(
    _ column: Int,
    _ blocks: [BlockResult],
    _ codes: inout [Int32]
  ) throws(LoadError) -> TextDictionary {
    var interner = FieldDictionary()
    var position = 0
    for run in runs {
      let stored = blocks[run.block].columns[column]
      guard case .texts(let offsets, let bytes) = stored.storage else {
        preconditionFailure("texts are stored as bytes")
      }
      let offset = position - run.places.lowerBound
      bytes.withSpan { bytes in
        unsafe bytes.withUnsafeBufferPointer { pointer in
          guard let base = pointer.baseAddress else { return }
          // Eight bytes follow the last text, as a view asks; nothing before the first is read.
          let text = unsafe TextView(base: base, count: bytes.count)
          for place in run.places {
            let (start, end) = (Int(offsets[place]), Int(offsets[place + 1]))
            if start == end { continue }
            codes[place + offset] = Int32(
              truncatingIfNeeded: interner.code(text, start, end, 0) - 1
            )
          }
        }
      }
      position += run.places.count
    }
    return try interner.textDictionary()
  }
}

extension FieldDictionary {
  /// The entries in code order.
  func textDictionary() throws(LoadError) -> TextDictionary {
    let byteCount = offsets[count]
    guard byteCount < Int(Int32.max) else {
      throw .tooLarge(reason: "the distinct texts of one column are more than 2 GB together")
    }
    return TextDictionary(
      offsets: offsets.map { Int32(truncatingIfNeeded: $0) },
      bytes: Array(bytes[0..<byteCount])
    )
  }
}
