package import BQLColumnar

/// Lends the money of each row of a partition.
package struct RowMoney: Sendable {
  /// Holds the money in the width in which it is stored.
  package enum Storage: Sendable {
    /// Exact hundredths.
    case hundredths32(Buffer<Int32>)
    case hundredths64(Buffer<Int64>)
    case floats(Buffer<Double>)
  }

  let storage: Storage
  /// The rows that hold a value; nil when all do.
  let validity: Bitmap?

  package init(_ storage: Storage, validity: Bitmap? = nil) {
    self.storage = storage
    self.validity = validity
  }
}

/// A stored amount of money: an integer of hundredths, or a Double of whole money.
protocol Money: BitwiseCopyable, Sendable {
  /// The amount as a sum of one.
  var sum: MoneySum { get }
}

extension Int32: Money {
  var sum: MoneySum { MoneySum(hundredths: Int128(self), float: 0, count: 1) }
}

extension Int64: Money {
  var sum: MoneySum { MoneySum(hundredths: Int128(self), float: 0, count: 1) }
}

extension Double: Money {
  var sum: MoneySum { MoneySum(hundredths: 0, float: self, count: 1) }
}

/// Sums money: hundredths exactly (128 bits cannot overflow), other numbers as Double in the
/// order of the rows.
struct MoneySum: Hashable, Sendable {
  var hundredths: Int128 = 0
  var float = 0.0
  /// The rows that held a value.
  var count = 0

  @inline(__always)
  static func += (sum: inout MoneySum, other: MoneySum) {
    sum.hundredths &+= other.hundredths
    sum.float += other.float
    sum.count &+= other.count
  }

  /// The sum in whole money; nil where no row held a value.
  var money: Double? { count == 0 ? nil : Double(hundredths) / 100 + float }
}
