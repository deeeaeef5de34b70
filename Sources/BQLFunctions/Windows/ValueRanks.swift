import BQLColumnar

/// Ranks the values of a column 0, 1, … in their order; equal values share a rank.
struct ValueRanks: Sendable {
  /// The rank of each row; 0 for rows that do not count.
  let ranks: [Int32]
  /// A row of each rank.
  let rows: [Int32]

  var count: Int { rows.count }

  /// Ranks the rows that are present.
  ///
  /// - Complexity: O(*n*), and O(*d* log *d*) comparisons of *d* different texts.
  init(_ column: Column, present: Bitmap?) {
    var order: [Int32] = []
    order.reserveCapacity(column.count)
    for row in 0..<column.count where present.isSet(row) {
      order.append(Int32(truncatingIfNeeded: row))
    }
    var keys: [Int64]
    switch column.values {
    case .ints(let ints): keys = ints
    case .floats(let floats): keys = Rows.map(floats) { FloatOrder.key($0) }
    case .bools(let bools): keys = Rows.map(bools) { $0 ? 1 : 0 }
    case .texts(let codes, let dictionary):
      let places = Self.ranks(of: codes, order, dictionary)
      keys = codes.map { Int64(places[$0] ?? 0) }
    }
    RadixSort.sort(&order, by: keys)
    var ranks = [Int32](repeating: 0, count: column.count)
    var rows: [Int32] = []
    for row in order {
      if rows.last.map({ keys[Int($0)] != keys[Int(row)] }) ?? true { rows.append(row) }
      ranks[Int(row)] = Int32(truncatingIfNeeded: rows.count - 1)
    }
    self.ranks = ranks
    self.rows = rows
  }

  /// Returns the rank of each code that one of `order` has.
  private static func ranks(
    of codes: [Int32],
    _ order: [Int32],
    _ dictionary: TextDictionary
  ) -> [Int32: Int32] {
    var ranks: [Int32: Int32] = [:]
    for row in order { ranks[codes[Int(row)]] = 0 }
    let sorted = ranks.keys.sorted {
      dictionary.utf8(Int($0)).lexicographicallyPrecedes(dictionary.utf8(Int($1)))
    }
    var rank: Int32 = -1
    var last: Int32?
    for code in sorted {
      let isSame =
        last.map { dictionary.utf8(Int($0)).elementsEqual(dictionary.utf8(Int(code))) } ?? false
      if !isSame { rank += 1 }
      ranks[code] = rank
      last = code
    }
    return ranks
  }
}
