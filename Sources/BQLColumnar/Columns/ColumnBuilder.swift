/// Collects cells one at a time into a column: for results of a few thousand rows and for tests.
///
/// Operators over a log's rows build arrays instead.
package struct ColumnBuilder {
  package let type: DataType
  private var bools: [Bool] = []
  private var ints: [Int64] = []
  private var floats: [Double] = []
  private var codes: [Int32] = []
  private var dictionary = TextDictionaryBuilder()
  private var validity = Bitmap(repeating: true, count: 0)

  package init(_ type: DataType) {
    self.type = type
  }

  package var count: Int { validity.count }

  /// Appends a cell that is NULL or of the builder's type; any other is a programming error.
  package mutating func append(_ value: Value) {
    precondition(value.type == nil || value.type == type, "a cell has its column's type")
    validity.append(!value.isNull)
    switch type {
    case .bool:
      if case .bool(let bool) = value { bools.append(bool) } else { bools.append(false) }
    case .float:
      if case .float(let float) = value { floats.append(float) } else { floats.append(0) }
    case .text:
      if case .text(let text) = value {
        codes.append(dictionary.code(for: text))
      } else {
        codes.append(0)
      }
    case .int, .decimal, .timestamp, .date, .interval: ints.append(value.storedInt ?? 0)
    }
  }

  package consuming func finish() -> Column {
    switch type {
    case .bool: return Column(bools: bools, validity: validity)
    case .float: return Column(floats: floats, validity: validity)
    case .text:
      let dictionary = dictionary.count == 0 ? TextDictionary([""]) : dictionary.finish()
      return Column(codes: codes, dictionary: dictionary, validity: validity)
    case .int, .decimal, .timestamp, .date, .interval:
      return Column(type, ints: ints, validity: validity)
    }
  }
}
