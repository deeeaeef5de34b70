import BQLColumnar

/// Names the narrowest signed integer that holds a range.
enum IntegerWidth: Int, Comparable {
  case one = 1
  case two = 2
  case four = 4
  case eight = 8

  init(_ range: ClosedRange<Int64>) {
    if Int8(exactly: range.lowerBound) != nil, Int8(exactly: range.upperBound) != nil {
      self = .one
    } else if Int16(exactly: range.lowerBound) != nil, Int16(exactly: range.upperBound) != nil {
      self = .two
    } else if Int32(exactly: range.lowerBound) != nil, Int32(exactly: range.upperBound) != nil {
      self = .four
    } else {
      self = .eight
    }
  }

  static func < (first: IntegerWidth, second: IntegerWidth) -> Bool {
    first.rawValue < second.rawValue
  }
}

extension ColumnSlab {
  /// Writes each value to its row's place, converted; rows left out go to the spare last slot.
  @inline(__always)
  mutating func scatter<Element: BitwiseCopyable & Sendable>(
    _ values: [Int64],
    _ places: [Int32],
    _ count: Int,
    _ kept: Int,
    _ convert: (Int64) -> Element
  ) -> Buffer<Element> {
    buffer(of: Element.self, count: kept, spare: 1) { output in
      for row in 0..<count { output[Int(places[row])] = convert(values[row]) }
    }
  }
}
