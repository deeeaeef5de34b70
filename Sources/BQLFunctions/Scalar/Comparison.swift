import BQLColumnar

/// Compares two values of one type.
///
/// Texts compare by their bytes. Floats have a total order, as in PostgreSQL: NaN equals itself and
/// is greater than any number. False is less than true.
enum Comparison: String, CaseIterable {
  case equal = "="
  case notEqual = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="

  static let functions: [ScalarFunction] = allCases.map { comparison in
    ScalarFunction(
      name: comparison.rawValue,
      aliases: comparison == .notEqual ? ["!="] : [],
      category: .comparison,
      summary: comparison.summary,
      examples: comparison.examples,
      overloads: DataType.allCases.map { type in
        ScalarFunction.Overload([type, type], to: .bool) {
          arguments,
          count throws(FunctionError) in
          let bools = comparison.compare(arguments[0], arguments[1], count: count)
          return Column(bools: bools, validity: .allPresent(arguments))
        }
      }
    )
  }

  private var summary: String {
    switch self {
    case .equal: "Tells whether two values are equal; texts are compared byte by byte."
    case .notEqual: "Tells whether two values differ."
    case .less: "Tells whether the first value comes before the second."
    case .lessOrEqual: "Tells whether the first value comes before the second or equals it."
    case .greater: "Tells whether the first value comes after the second."
    case .greaterOrEqual: "Tells whether the first value comes after the second or equals it."
    }
  }

  private var examples: [FunctionExample] {
    switch self {
    case .equal: [FunctionExample("'cart' = 'cart'", "true"), FunctionExample("1 = NULL", "")]
    case .notEqual: [FunctionExample("1 <> 2", "true")]
    case .less: [FunctionExample("'B' < 'a'", "true"), FunctionExample("1 < 1", "false")]
    case .lessOrEqual: [FunctionExample("2.50 <= 2.5", "true")]
    case .greater: [FunctionExample("DATE '2019-10-02' > DATE '2019-10-01'", "true")]
    case .greaterOrEqual: [FunctionExample("1h >= 60m", "true")]
    }
  }

  private func compare(_ a: Column, _ b: Column, count: Int) -> [Bool] {
    switch a.values {
    case .bools(let bools):
      let first = Rows.map(bools) { $0 ? Int64(1) : 0 }
      let second = Rows.map(b.bools) { $0 ? Int64(1) : 0 }
      return compare(first, second)
    case .ints(let ints): return compare(ints, b.ints)
    case .floats(let floats): return compare(floats, b.floats)
    case .texts: return compare(a.texts, b.texts, count: count)
    }
  }

  private func compare(_ a: [Int64], _ b: [Int64]) -> [Bool] {
    switch self {
    case .equal: Rows.map(a, b) { $0 == $1 }
    case .notEqual: Rows.map(a, b) { $0 != $1 }
    case .less: Rows.map(a, b) { $0 < $1 }
    case .lessOrEqual: Rows.map(a, b) { $0 <= $1 }
    case .greater: Rows.map(a, b) { $0 > $1 }
    case .greaterOrEqual: Rows.map(a, b) { $0 >= $1 }
    }
  }

  private func compare(_ a: [Double], _ b: [Double]) -> [Bool] {
    switch self {
    case .equal: Rows.map(a, b) { FloatOrder.areEqual($0, $1) }
    case .notEqual: Rows.map(a, b) { !FloatOrder.areEqual($0, $1) }
    case .less: Rows.map(a, b) { FloatOrder.precedes($0, $1) }
    case .lessOrEqual: Rows.map(a, b) { !FloatOrder.precedes($1, $0) }
    case .greater: Rows.map(a, b) { FloatOrder.precedes($1, $0) }
    case .greaterOrEqual: Rows.map(a, b) { !FloatOrder.precedes($0, $1) }
    }
  }

  private func compare(_ a: TextCells, _ b: TextCells, count: Int) -> [Bool] {
    let rows = 0..<count
    return switch self {
    case .equal: rows.map { a.equals($0, b, $0) }
    case .notEqual: rows.map { !a.equals($0, b, $0) }
    case .less: rows.map { a.precedes($0, b, $0) }
    case .lessOrEqual: rows.map { !b.precedes($0, a, $0) }
    case .greater: rows.map { b.precedes($0, a, $0) }
    case .greaterOrEqual: rows.map { !a.precedes($0, b, $0) }
    }
  }
}

/// Orders floats totally, as PostgreSQL does: −∞ … −0 = 0 … ∞ < NaN.
package enum FloatOrder {
  /// Whether two floats are one value; every NaN equals every other.
  @inline(__always)
  package static func areEqual(_ a: Double, _ b: Double) -> Bool {
    a == b || (a.isNaN && b.isNaN)
  }

  /// Whether `a` comes before `b`; NaN comes last.
  @inline(__always)
  package static func precedes(_ a: Double, _ b: Double) -> Bool {
    a < b || (b.isNaN && !a.isNaN)
  }

  /// Returns a number whose order as `Int64` is the order of floats.
  ///
  /// −0 and 0, and all NaN, share theirs. ``value(_:)`` turns it back.
  package static func key(_ value: Double) -> Int64 {
    if value.isNaN { return .max }
    if value == 0 { return 0 }
    let bits = Int64(bitPattern: value.bitPattern)
    return bits >= 0 ? bits : bits ^ .max
  }

  /// Returns the float that has a key.
  package static func value(_ key: Int64) -> Double {
    if key == .max { return .nan }
    return Double(bitPattern: UInt64(bitPattern: key >= 0 ? key : key ^ .max))
  }
}
