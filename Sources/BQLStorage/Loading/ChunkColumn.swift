import BQLColumnar

/// Makes a chunk's column of a block's values, for LOAD's WHERE.
enum ChunkColumn {
  /// Returns the rows of `kept` of one column.
  static func make(
    _ fields: FieldView,
    _ column: FileColumn,
    _ kept: [Int],
    _ index: Int,
    _ scratch: ColumnScratch
  ) -> Column {
    switch column.reading {
    case .text, .localText, .uuid: return texts(fields, kept, index)
    case .int, .decimal, .float, .local, .bool, .date, .time: break
    }
    var validity = Bitmap(repeating: true, count: kept.count)
    if scratch.hasNulls {
      for (position, row) in kept.enumerated() where scratch.nulls[row] {
        validity[position] = false
      }
    }
    let scale = scratch.isInSeconds ? TimeText.microsPerSecond : 1
    let values = kept.map { scratch.values[$0] &* scale }
    switch column.reading.type {
    case .bool: return Column(bools: values.map { $0 != 0 }, validity: validity)
    case .float:
      let floats = values.map { Double(bitPattern: UInt64(bitPattern: $0)) }
      return Column(floats: floats, validity: validity)
    case .int, .decimal, .timestamp, .date, .interval, .text:
      return Column(column.reading.type, ints: values, validity: validity)
    }
  }

  private static func texts(_ fields: FieldView, _ kept: [Int], _ index: Int) -> Column {
    var builder = TextDictionaryBuilder()
    var codes: [Int32] = []
    codes.reserveCapacity(kept.count)
    var validity = Bitmap(repeating: true, count: kept.count)
    for (position, row) in kept.enumerated() {
      let range = fields.range(row, index)
      if range.isEmpty { validity[position] = false }
      let bytes = range.map { fields.text[$0] }
      codes.append(builder.code(for: bytes.span))
    }
    let dictionary = builder.count == 0 ? TextDictionary([""]) : builder.finish()
    return Column(codes: codes, dictionary: dictionary, validity: validity)
  }
}
