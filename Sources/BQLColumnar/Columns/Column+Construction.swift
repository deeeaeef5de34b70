extension Column {
  /// Makes `count` rows that all hold `value`; NULL takes the type asked for.
  package init(repeating value: Value, type: DataType, count: Int) {
    let validity = value.isNull ? Bitmap(repeating: false, count: count) : nil
    switch type {
    case .bool:
      var bool = false
      if case .bool(let given) = value { bool = given }
      self.init(bools: [Bool](repeating: bool, count: count), validity: validity)
    case .float:
      var float = 0.0
      if case .float(let given) = value { float = given }
      self.init(floats: [Double](repeating: float, count: count), validity: validity)
    case .text:
      var text = ""
      if case .text(let given) = value { text = given }
      self.init(
        codes: [Int32](repeating: 0, count: count),
        dictionary: TextDictionary([text]),
        validity: validity
      )
    case .int, .decimal, .timestamp, .date, .interval:
      let int = value.storedInt ?? 0
      self.init(type, ints: [Int64](repeating: int, count: count), validity: validity)
    }
  }

  /// Makes a column from cells; a cell must be NULL or of `type`.
  package init(_ cells: [Value], type: DataType) {
    var builder = ColumnBuilder(type)
    for cell in cells { builder.append(cell) }
    self = builder.finish()
  }
}

extension Value {
  /// The integer that stands for the value in a column, for the types held in `Int64`.
  package var storedInt: Int64? {
    switch self {
    case .int(let v), .decimal(let v), .timestamp(let v), .date(let v), .interval(let v): v
    case .null, .bool, .float, .text: nil
    }
  }
}
