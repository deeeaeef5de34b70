import BQLColumnar

extension BlockWorker {
  /// Stores the block's rows of one column, each at its place, in the narrowest width that fits.
  func store(
    _ fields: FieldView,
    _ column: Int,
    _ kept: Int
  ) throws(LoadError) -> BlockColumn {
    let count = fields.rowCount
    var slab = ColumnSlab(slabByteCount: 0)
    swap(&slab, &slabs[column])
    defer { swap(&slab, &slabs[column]) }
    let reading = plan.columns[column].reading
    let places = places
    let targets = places.span.extracting(0..<count)
    if reading == .uuid || reading == .localText {
      return try storeKeys(fields, column, kept, targets, &slab)
    }
    let scratch = scratch[column]
    let values = scratch.values.span.extracting(0..<count)
    var stored: BlockColumn
    if reading.type == .float {
      stored = BlockColumn(try slab.numbers(values, targets, kept, limit: .max))
    } else {
      stored = try storeInts(values, targets, kept, &slab)
    }
    stored.isInSeconds = scratch.isInSeconds
    if scratch.hasNulls, reading != .text {
      let nulls = scratch.nulls.span.extracting(0..<count)
      stored.nulls = try slab.buffer(of: UInt8.self, count: kept, spare: 1) { output in
        for row in nulls.indices { output[Int(targets[row])] = nulls[row] ? 1 : 0 }
      }
    }
    return stored
  }

  private func storeInts(
    _ values: Span<Int64>,
    _ places: Span<Int32>,
    _ kept: Int,
    _ slab: inout ColumnSlab
  ) throws(LoadError) -> BlockColumn {
    let range = range(of: values)
    guard let range else { return BlockColumn(.bytes1(Buffer([]))) }
    let span = UInt64(bitPattern: range.upperBound &- range.lowerBound)
    var stored: BlockColumn
    if span > UInt64(UInt32.max), wideValues.number(values) {
      let numbers = wideValues.numbers
      let limit = UInt64(wideValues.values.count)
      stored = BlockColumn(
        try slab.numbers(numbers.span.extracting(0..<values.count), places, kept, limit: limit)
      )
      stored.table = Buffer(wideValues.values)
    } else {
      let base = range.lowerBound
      stored = BlockColumn(
        try slab.numbers(values, places, kept, base: base, limit: span),
        base: base
      )
    }
    stored.range = min(range.lowerBound, 0)...max(range.upperBound, 0)
    return stored
  }

  /// The smallest and largest value of the rows kept; nil where there are none.
  private func range(of values: Span<Int64>) -> ClosedRange<Int64>? {
    guard rejectedCount < values.count else { return nil }
    var low = Int64.max
    var high = Int64.min
    if rejectedCount == 0 {
      for row in values.indices {
        low = min(low, values[row])
        high = max(high, values[row])
      }
    } else {
      let isRejected = isRejected
      for row in values.indices where !isRejected[row] {
        low = min(low, values[row])
        high = max(high, values[row])
      }
    }
    return low...high
  }

  // MARK: - Visits and users that are no numbers

  private func storeKeys(
    _ fields: FieldView,
    _ column: Int,
    _ kept: Int,
    _ places: Span<Int32>,
    _ slab: inout ColumnSlab
  ) throws(LoadError) -> BlockColumn {
    var numbering = KeyNumbering()
    swap(&numbering, &keyNumbering)
    defer { swap(&numbering, &keyNumbering) }
    let scratch = scratch[column]
    let nulls = scratch.nulls
    let isUUID = plan.columns[column].reading == .uuid
    if isUUID {
      let (highs, lows, hasNulls) = (scratch.values, scratch.lows, scratch.hasNulls)
      numbering.number(partitions, partitionCount: plan.partitionCount) { row in
        hasNulls && nulls[row] ? nil : UUIDInterner.hash(highs[row], lows[row])
      } areSame: { first, second in
        highs[first] == highs[second] && lows[first] == lows[second]
      }
    } else {
      let text = fields.text
      numbering.number(partitions, partitionCount: plan.partitionCount) { row in
        if nulls[row] { return nil }
        let range = fields.range(row, column)
        return text.hash(range.lowerBound, count: range.count)
      } areSame: { first, second in
        let (a, b) = (fields.range(first, column), fields.range(second, column))
        return a.count == b.count && text.equals(a.lowerBound, text, b.lowerBound, count: a.count)
      }
    }
    if !isUUID { noteDamage(fields, column, numbering) }
    let numbers = numbering.numbers
    var stored = BlockColumn(
      try slab.numbers(
        numbers.span.extracting(0..<places.count),
        places,
        kept,
        limit: UInt64(numbering.firstRows.count)
      )
    )
    stored.keys = BlockKeys(
      values: isUUID
        ? try uuids(numbering.firstRows, scratch, &slab)
        : try texts(numbering.firstRows, fields, column, &slab),
      starts: numbering.starts
    )
    return stored
  }

  private func uuids(
    _ rows: [Int32],
    _ scratch: ColumnScratch,
    _ slab: inout ColumnSlab
  ) throws(LoadError) -> BlockKeys.Values {
    let (highs, lows) = (scratch.values, scratch.lows)
    return .uuids(
      try slab.buffer(of: UInt64.self, count: rows.count * 2) { output in
        for (index, row) in rows.enumerated() {
          output[index * 2] = UInt64(bitPattern: highs[Int(row)])
          output[index * 2 + 1] = UInt64(bitPattern: lows[Int(row)])
        }
      }
    )
  }

  private func texts(
    _ rows: [Int32],
    _ fields: FieldView,
    _ column: Int,
    _ slab: inout ColumnSlab
  ) throws(LoadError) -> BlockKeys.Values {
    let byteCount = rows.reduce(0) { $0 + fields.range(Int($1), column).count }
    let offsets = try slab.buffer(of: UInt32.self, count: rows.count + 1) { output in
      var offset: UInt32 = 0
      output[0] = 0
      for (index, row) in rows.enumerated() {
        offset += UInt32(truncatingIfNeeded: fields.range(Int(row), column).count)
        output[index + 1] = offset
      }
    }
    let text = fields.text
    let count = byteCount + BlockKeys.spareByteCount
    let bytes = try slab.buffer(of: UInt8.self, count: count) { output in
      var position = 0
      for row in rows {
        for index in fields.range(Int(row), column) {
          output[position] = text[index]
          position += 1
        }
      }
      while position < count {
        output[position] = 0
        position += 1
      }
    }
    return .texts(offsets: offsets, bytes: bytes)
  }
}
