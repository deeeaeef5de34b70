import BQLColumnar

extension StoredColumn {
  /// The stored numbers in 64 bits, each times `factor`; floats by their bits, codes as they are.
  func wideInts(_ factor: Int64 = 1) -> [Int64] {
    func widened<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
      _ buffer: Buffer<Raw>
    ) -> [Int64] {
      buffer.withSpan { span in
        var numbers = [Int64](repeating: 0, count: span.count)
        var output = numbers.mutableSpan
        for index in span.indices {
          output[index] = Int64(truncatingIfNeeded: span[index]) &* factor
        }
        return numbers
      }
    }
    switch storage {
    case .int8(let buffer): return widened(buffer)
    case .int16(let buffer): return widened(buffer)
    case .int32(let buffer): return widened(buffer)
    case .int64(let buffer): return widened(buffer)
    case .bool(let buffer): return widened(buffer)
    case .codes8(let buffer, _): return widened(buffer)
    case .codes16(let buffer, _): return widened(buffer)
    case .codes32(let buffer, _): return widened(buffer)
    case .float(let buffer):
      return (0..<buffer.count).map { Int64(bitPattern: buffer[$0].bitPattern) }
    case .perUser(let values, let offsets):
      let numbers = values.wideInts(factor)
      var repeated: [Int64] = []
      repeated.reserveCapacity(count)
      offsets.withSpan { offsets in
        for user in numbers.indices {
          for _ in offsets[user]..<offsets[user + 1] { repeated.append(numbers[user]) }
        }
      }
      return repeated
    }
  }

  /// Which codes of the column's dictionary, of `count` texts, rows have.
  func usedCodes(_ count: Int) -> [Bool] {
    var used = [Bool](repeating: false, count: count)
    withRawInts { raw in
      for row in 0..<self.count where validity?[row] ?? true { used[Int(raw(row))] = true }
    }
    return used
  }

  /// The width in which whole numbers are stored.
  var width: IntegerWidth {
    switch storage {
    case .int8, .bool, .codes8: .one
    case .int16, .codes16: .two
    case .int32, .codes32: .four
    case .int64, .float: .eight
    case .perUser(let values, _): values.width
    }
  }
}

extension MergeInput {
  /// Whether no row has a value in a column of the joined log.
  func isEmpty(_ place: Int) -> Bool {
    columns(place).allSatisfy { $0.count == 0 || $0.validity?.setCount == 0 }
  }

  /// Which codes of a dictionary, shared by all partitions, rows have.
  func usedCodes(_ place: Int, _ count: Int, _ threads: Int) -> [Bool] {
    let columns = columns(place)
    let found = ParallelWork.map(count: columns.count, threads: threads) {
      columns[$0].usedCodes(count)
    }
    return (0..<count).map { code in found.contains { $0[code] } }
  }
}

extension EventLog {
  /// The dictionary of a text column that all partitions share; nil where each has its own.
  package func sharedDictionary(ofColumn index: Int) -> CodeDictionary? {
    guard let first = partitions.first?.columns[index].codeDictionary,
      partitions.allSatisfy({ $0.columns[index].codeDictionary?.texts === first.texts })
    else { return nil }
    return first
  }
}

extension RowRuns {
  /// Says which rows of a part have a value.
  enum Validity {
    case all
    case none
    case some(Bitmap)
  }

  /// Gathers numbers of the parts, converted.
  func gather<Raw: BitwiseCopyable & Sendable>(
    _ wide: [[Int64]],
    of type: Raw.Type,
    _ convert: (Int64) -> Raw
  ) -> Buffer<Raw> {
    Buffer(count: rowCount) { output in
      var row = 0
      for run in runs {
        let numbers = wide[Int(run.part)]
        let start = Int(run.start)
        for index in start..<start + Int(run.count) {
          output[row] = convert(numbers[index])
          row &+= 1
        }
      }
    }
  }

  func gather<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ wide: [[Int64]]
  ) -> Buffer<Raw> {
    gather(wide, of: Raw.self) { Raw(truncatingIfNeeded: $0) }
  }

  func ints(_ wide: [[Int64]], _ width: IntegerWidth) -> StoredColumn.Storage {
    switch width {
    case .one: .int8(gather(wide))
    case .two: .int16(gather(wide))
    case .four: .int32(gather(wide))
    case .eight: .int64(gather(wide))
    }
  }

  func codes(_ wide: [[Int64]], _ dictionary: CodeDictionary) -> StoredColumn.Storage {
    if dictionary.count <= Int(UInt8.max) { return .codes8(gather(wide), dictionary) }
    if dictionary.count <= Int(UInt16.max) { return .codes16(gather(wide), dictionary) }
    return .codes32(gather(wide), dictionary)
  }

  /// The rows that have a value; nil where all do.
  func validity(_ parts: [Validity]) -> Bitmap? {
    let isWhole = parts.allSatisfy { if case .all = $0 { true } else { false } }
    if isWhole { return nil }
    var bits = Bitmap(repeating: true, count: rowCount)
    var row = 0
    for run in runs {
      let end = row + Int(run.count)
      switch parts[Int(run.part)] {
      case .all: break
      case .none: for row in row..<end { bits[row] = false }
      case .some(let own):
        let shift = Int(run.start) - row
        for row in row..<end where !own[row + shift] { bits[row] = false }
      }
      row = end
    }
    return bits.allSet ? nil : bits
  }
}
