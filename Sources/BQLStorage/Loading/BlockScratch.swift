import BQLColumnar

/// Holds the values of one column of the block at hand, in source order, in their widest form.
struct ColumnScratch {
  /// Numbers, codes, bits of doubles; for UUIDs the high words.
  var values: [Int64] = []
  /// The low words of UUIDs.
  var lows: [Int64] = []
  var nulls: [Bool] = []
  var hasNulls = false
  /// Says that times are in seconds, not microseconds.
  var isInSeconds = false

  mutating func prepare(rowCount: Int, isUUID: Bool) {
    if values.count < rowCount {
      values = [Int64](repeating: 0, count: rowCount)
      nulls = [Bool](repeating: false, count: rowCount)
      if isUUID { lows = [Int64](repeating: 0, count: rowCount) }
    } else if hasNulls {
      var output = nulls.mutableSpan
      for index in output.indices { output[index] = false }
    }
    hasNulls = false
  }

  /// Reads a column with `parse`, which returns nil for what does not fit; those rows are returned.
  @inline(__always)
  mutating func read(
    _ fields: FieldView,
    column: Int,
    _ parse: (TextView, Int, Int) -> Int64?
  ) -> [Int] {
    var bad: [Int] = []
    var nullCount = 0
    let text = fields.text
    var values: [Int64] = []
    var nulls: [Bool] = []
    swap(&values, &self.values)
    swap(&nulls, &self.nulls)
    var output = values.mutableSpan
    var nullOutput = nulls.mutableSpan
    fields.forEach(column) { row, start, end in
      if start == end {
        output[row] = 0
        nullOutput[row] = true
        nullCount &+= 1
      } else if let value = parse(text, start, end) {
        output[row] = value
      } else {
        output[row] = 0
        bad.append(row)
      }
    }
    swap(&values, &self.values)
    swap(&nulls, &self.nulls)
    hasNulls = nullCount > 0
    return bad
  }

  /// Reads a column of UUIDs; rows that hold something else are returned.
  mutating func readUUIDs(_ fields: FieldView, column: Int) -> [Int] {
    let text = fields.text
    var highs: [Int64] = []
    swap(&highs, &values)
    var bad: [Int] = []
    var empty: [Int] = []
    var highOutput = highs.mutableSpan
    var lowOutput = lows.mutableSpan
    fields.forEach(column) { row, start, end in
      if start == end {
        empty.append(row)
      } else if let words = text.uuid(start, end) {
        highOutput[row] = Int64(bitPattern: words.high)
        lowOutput[row] = Int64(bitPattern: words.low)
      } else {
        bad.append(row)
      }
    }
    swap(&highs, &values)
    setNull(empty)
    return bad
  }

  /// Makes rows NULL.
  mutating func setNull(_ rows: [Int]) {
    for row in rows {
      values[row] = 0
      nulls[row] = true
    }
    if !rows.isEmpty { hasNulls = true }
  }
}
