import BQLColumnar

extension BlockWorker {
  /// Stores the block's rows of one column, each at its place, in the narrowest width that fits.
  func store(_ fields: FieldView, _ column: Int, _ kept: Int) -> BlockColumn {
    let count = fields.rowCount
    var slab = ColumnSlab(slabByteCount: 0)
    swap(&slab, &slabs[column])
    defer { swap(&slab, &slabs[column]) }
    var stored: BlockColumn
    switch plan.columns[column].reading {
    case .uuid: stored = BlockColumn(storage: .uuids(storeUUIDs(column, count, kept, &slab)))
    case .localText: stored = storeTexts(fields, column, kept, &slab)
    case .time: stored = storeTimes(column, count, kept, &slab)
    case .float:
      stored = BlockColumn(
        storage: .int64(slab.scatter(scratch[column].values, places, count, kept) { $0 })
      )
    case .int, .decimal, .bool, .date, .text:
      stored = storeInts(column, count, kept, &slab) { $0 }
    }
    if scratch[column].hasNulls {
      let nulls = scratch[column].nulls
      let places = places
      stored.nulls = slab.buffer(of: UInt8.self, count: kept, spare: 1) { output in
        for row in 0..<count { output[Int(places[row])] = nulls[row] ? 1 : 0 }
      }
    }
    return stored
  }

  private func storeInts(
    _ column: Int,
    _ count: Int,
    _ kept: Int,
    _ slab: inout ColumnSlab,
    _ transform: (Int64) -> Int64
  ) -> BlockColumn {
    let values = scratch[column].values
    var low: Int64 = 0
    var high: Int64 = 0
    for row in 0..<count {
      low = min(low, values[row])
      high = max(high, values[row])
    }
    let range = transform(low)...transform(high)
    let storage: BlockColumn.Storage
    switch IntegerWidth(range) {
    case .one:
      storage = .int8(slab.scatter(values, places, count, kept) { .init(truncatingIfNeeded: $0) })
    case .two:
      storage = .int16(slab.scatter(values, places, count, kept) { .init(truncatingIfNeeded: $0) })
    case .four:
      storage = .int32(slab.scatter(values, places, count, kept) { .init(truncatingIfNeeded: $0) })
    case .eight: storage = .int64(slab.scatter(values, places, count, kept) { $0 })
    }
    return BlockColumn(storage: storage, range: range)
  }

  private func storeTimes(
    _ column: Int,
    _ count: Int,
    _ kept: Int,
    _ slab: inout ColumnSlab
  ) -> BlockColumn {
    if !scratch[column].hasFractions {
      for row in 0..<count { scratch[column].values[row] /= TimeText.microsPerSecond }
    }
    var stored = storeInts(column, count, kept, &slab) { $0 }
    stored.isInSeconds = !scratch[column].hasFractions
    return stored
  }

  private func storeUUIDs(
    _ column: Int,
    _ count: Int,
    _ kept: Int,
    _ slab: inout ColumnSlab
  ) -> Buffer<UInt64> {
    let (highs, lows, places) = (scratch[column].values, scratch[column].lows, places)
    return slab.buffer(of: UInt64.self, count: kept * 2, spare: 2) { output in
      for row in 0..<count {
        let place = Int(places[row]) * 2
        output[place] = UInt64(bitPattern: highs[row])
        output[place + 1] = UInt64(bitPattern: lows[row])
      }
    }
  }

  private func storeTexts(
    _ fields: FieldView,
    _ column: Int,
    _ kept: Int,
    _ slab: inout ColumnSlab
  ) -> BlockColumn {
    var rowAtPlace = [Int32](repeating: 0, count: kept + 1)
    for row in 0..<fields.rowCount {
      rowAtPlace[Int(places[row])] = Int32(truncatingIfNeeded: row)
    }
    rowAtPlace.removeLast()
    let byteCount = rowAtPlace.reduce(0) { $0 + fields.range(Int($1), column).count }
    let offsets = slab.buffer(of: UInt32.self, count: kept + 1) { output in
      var offset: UInt32 = 0
      output[0] = 0
      for (place, row) in rowAtPlace.enumerated() {
        offset += UInt32(truncatingIfNeeded: fields.range(Int(row), column).count)
        output[place + 1] = offset
      }
    }
    let text = fields.text
    let bytes = slab.buffer(of: UInt8.self, count: byteCount + 8) { output in
      var position = 0
      for row in rowAtPlace {
        for index in fields.range(Int(row), column) {
          output[position] = text[index]
          position += 1
        }
      }
      for index in 0..<8 { output[position + index] = 0 }
    }
    return BlockColumn(storage: .texts(offsets: offsets, bytes: bytes))
  }
}
