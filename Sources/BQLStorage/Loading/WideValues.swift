/// Numbers the distinct values of a block's column of wide numbers, where they are few.
///
/// Ids of categories and shops are such. One worker's memory, used again for each block.
struct WideValues {
  /// By row: the place of its value in `values`.
  private(set) var numbers: [Int64] = []
  /// The distinct values in order of first appearance.
  private(set) var values: [Int64] = []
  /// Open addressing: a place in `values` + 1, or 0.
  private var slots = [UInt16](repeating: 0, count: slotCount)

  private static let slotCount = 8_192
  /// More distinct values than this are kept as they are.
  private static let limit = 2_048

  /// Numbers the values; false where they are too many.
  mutating func number(_ column: Span<Int64>) -> Bool {
    if numbers.count < column.count { numbers = [Int64](repeating: 0, count: column.count) }
    // Local for the loop, and handed back after it.
    var values: [Int64] = []
    swap(&values, &self.values)
    defer { swap(&values, &self.values) }
    values.removeAll(keepingCapacity: true)
    var slots: [UInt16] = []
    swap(&slots, &self.slots)
    defer { swap(&slots, &self.slots) }
    var table = slots.mutableSpan
    for index in table.indices { table[index] = 0 }
    var numbers: [Int64] = []
    swap(&numbers, &self.numbers)
    defer { swap(&numbers, &self.numbers) }
    var output = numbers.mutableSpan
    var previous: Int64 = 0
    var number = -1
    for row in column.indices {
      let value = column[row]
      if value != previous || number < 0 {
        let hash = TextView.mix(UInt64(bitPattern: value))
        var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
        while table[slot] != 0, values[Int(table[slot]) &- 1] != value {
          slot = (slot &+ 1) & (Self.slotCount - 1)
        }
        if table[slot] == 0 {
          if values.count == Self.limit { return false }
          values.append(value)
          table[slot] = UInt16(truncatingIfNeeded: values.count)
        }
        number = Int(table[slot]) &- 1
        previous = value
      }
      output[row] = Int64(number)
    }
    return true
  }
}
