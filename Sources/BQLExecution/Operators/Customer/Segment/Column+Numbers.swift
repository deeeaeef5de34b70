import BQLColumnar

extension Column {
  /// The values as numbers, NaN where there is none; nil for a type that is no number.
  ///
  /// True and false are 1 and 0, money is whole, spans of time are days.
  var numbers: [Double]? {
    var numbers: [Double]
    switch values {
    case .floats(let floats): numbers = floats
    case .bools(let bools): numbers = bools.map { $0 ? 1 : 0 }
    case .ints(let ints):
      switch type {
      case .int: numbers = ints.map(Double.init)
      case .decimal: numbers = ints.map { Double($0) / 100 }
      case .interval: numbers = ints.map { Double($0) / 86_400_000_000 }
      case .timestamp, .date, .bool, .float, .text: return nil
      }
    case .texts: return nil
    }
    guard let validity else { return numbers }
    for row in numbers.indices where !validity[row] { numbers[row] = .nan }
    return numbers
  }

  /// The values as truths, NULL being false; nil for another type.
  var truths: [Bool]? {
    guard case .bools(let bools) = values else { return nil }
    guard let validity else { return bools }
    return bools.indices.map { bools[$0] && validity[$0] }
  }
}

extension Relation {
  /// A whole column of the relation.
  func column(_ index: Int) -> Column {
    Column.concatenate(chunks.map { $0.columns[index] }, type: schema[index].type)
  }
}
