import BQLColumnar

/// Packs the values of several key columns into one number that is equal where all of them are.
///
/// An integer gives its distance from the smallest one of its column, any other value its number
/// among those of the column; NULL gives 0 where it may be equal to itself. A row of which some value
/// is not among those that the columns had gets −1.
struct JoinKeyPacking: Sendable {
  fileprivate struct Digit: Sendable {
    /// nil: integers, from `base` on.
    let lookup: KeyLookup?
    let base: Int64
    /// Values there are beside NULL.
    let span: UInt64
    let matchesNull: Bool
    let shift: UInt64
  }

  private let digits: [Digit]

  /// The most bits of a key: a negative one stands for a row without a key.
  private static let bitLimit: UInt64 = 62

  /// Plans the packing of columns; nil where their values are too far apart.
  init?(_ columns: [Column], matchesNull: [Bool]) {
    var digits: [Digit] = []
    var bits: UInt64 = 0
    for (index, column) in columns.enumerated() {
      var lookup: KeyLookup?
      var base: Int64 = 0
      var span: UInt64 = 0
      if case .ints(let ints) = column.values {
        var high = Int64.min
        base = .max
        for row in ints.indices where column.isValid(row) {
          base = min(base, ints[row])
          high = max(high, ints[row])
        }
        if base <= high { span = UInt64(bitPattern: high &- base) }
        guard span < 1 << Self.bitLimit else { return nil }
        span += base <= high ? 1 : 0
      } else {
        var numbers: [Int32] = []
        let made = KeyLookup(column, matchesNull: false, numbers: &numbers)
        span = UInt64(made.count)
        lookup = made
      }
      digits.append(
        Digit(
          lookup: lookup,
          base: base,
          span: span,
          matchesNull: matchesNull[index],
          shift: bits
        )
      )
      bits += UInt64(UInt64.bitWidth - span.leadingZeroBitCount)
      guard bits <= Self.bitLimit else { return nil }
    }
    self.digits = digits
  }

  /// Returns the key of each row, −1 where it has none.
  func keys(_ columns: [Column], count: Int) -> [Int64] {
    var keys = [Int64](repeating: 0, count: count)
    for (digit, column) in zip(digits, columns) {
      var values = digit.values(column)
      if let validity = column.validity {
        let null: Int64 = digit.matchesNull ? 0 : -1
        for row in values.indices where !validity[row] { values[row] = null }
      }
      for row in keys.indices {
        // Both are −1 where they are negative, and any bits or −1 are −1.
        keys[row] = (keys[row] | values[row] &<< Int64(digit.shift)) | (values[row] >> 63)
      }
    }
    return keys
  }
}

extension JoinKeyPacking.Digit {
  /// One number a row from 1 on, −1 for a value that the column had not; of NULL any.
  fileprivate func values(_ column: Column) -> [Int64] {
    if let lookup {
      return lookup.find(column).map { $0 < 0 ? -1 : Int64($0) + 1 }
    }
    guard case .ints(let ints) = column.values else {
      return [Int64](repeating: -1, count: column.count)
    }
    let (base, span) = (base, span)
    return ints.map { int in
      let distance = UInt64(bitPattern: int &- base)
      return distance < span ? Int64(bitPattern: distance) + 1 : -1
    }
  }
}
