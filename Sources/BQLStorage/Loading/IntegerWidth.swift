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

  /// The width that holds a hundred times each number of this one; eight bytes hold no more.
  var hundredfold: IntegerWidth {
    switch self {
    case .one: .two
    case .two: .four
    case .four, .eight: .eight
    }
  }

  static func < (first: IntegerWidth, second: IntegerWidth) -> Bool {
    first.rawValue < second.rawValue
  }
}
