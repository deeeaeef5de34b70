import BQLColumnar
import BQLFunctions
import BQLPlanning

/// Finds the order of rows by several keys; equal rows keep the order that they have.
///
/// Each key becomes one integer a row, by which rows are sorted from the last key to the first; each
/// sort keeps the order that the ones before made.
enum SortOrder {
  /// Returns the places of `count` rows in order.
  static func order(_ columns: [Column], _ keys: [SortPlan.Key], count: Int, threads: Int)
    -> [Int32]
  {
    var order = (0..<Int32(truncatingIfNeeded: count)).map { $0 }
    for key in keys.reversed() {
      let column = columns[key.column]
      var ascending = integers(column, threads)
      // `~x` reverses the order of all 64-bit integers; `-x` would trap on the smallest.
      if key.isDescending { for row in ascending.indices { ascending[row] = ~ascending[row] } }
      if let validity = column.validity {
        for row in ascending.indices where !validity[row] { ascending[row] = 0 }
        RadixSort.sort(&order, by: ascending)
        let isNull = (0..<count).map { validity[$0] == key.nullsFirst ? Int64(1) : 0 }
        RadixSort.sort(&order, by: isNull)
      } else {
        RadixSort.sort(&order, by: ascending)
      }
    }
    return order
  }

  /// Returns integers that order as the values do; of NULL any.
  static func integers(_ column: Column, _ threads: Int) -> [Int64] {
    switch column.values {
    case .ints(let ints): return ints
    case .bools(let bools): return bools.map { $0 ? 1 : 0 }
    case .floats(let floats): return floats.map(FloatOrder.key)
    case .texts(let codes, let dictionary):
      var isUsed = [Bool](repeating: false, count: dictionary.count)
      for row in codes.indices where column.isValid(row) { isUsed[Int(codes[row])] = true }
      let ranks = TextRanks([dictionary], isUsed: [isUsed], threads: threads).ranks(ofDictionary: 0)
      return codes.map { Int($0) < ranks.count ? Int64(ranks[Int($0)]) : 0 }
    }
  }
}
