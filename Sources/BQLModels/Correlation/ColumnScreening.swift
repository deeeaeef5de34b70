import BQLColumnar

/// Says what speaks against using a column in a model.
package struct ColumnScreening: Hashable, Sendable {
  /// The share of rows that are NaN; 0 of no rows.
  package let missingShare: Double
  /// Different numbers, NaN left out; both zeros are one.
  package let distinct: Int
  /// The most frequent number, of equally frequent ones the least; nil where all are NaN.
  package let modalValue: Double?
  /// Its share of the rows that are not NaN: 1 of a constant column; nil where all are NaN.
  package let modalShare: Double?

  /// Screens one column.
  ///
  /// - Complexity: O(*n*).
  package init(_ values: [Double]) {
    let sorted = Quantiles.sorted(values)
    missingShare =
      values.isEmpty ? 0 : Double(values.count - sorted.count) / Double(values.count)
    var (distinct, longest): (Int, (length: Int, value: Double)?) = (0, nil)
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
      distinct += 1
      if longest.map({ $0.length < end - start }) ?? true {
        longest = (end - start, sorted[start])
      }
      start = end
    }
    self.distinct = distinct
    modalValue = longest?.value
    modalShare = longest.map { Double($0.length) / Double(sorted.count) }
  }

  /// Screens columns on several threads.
  package static func columns(_ columns: [[Double]], threads: Int) -> [ColumnScreening] {
    ParallelWork.map(count: columns.count, threads: threads) { ColumnScreening(columns[$0]) }
  }

  /// Returns for each column the first column before it with the same bits in every row, nil where
  /// there is none.
  ///
  /// Every NaN is the same as any other: it stands for NULL.
  ///
  /// - Complexity: O(*n* · *d*), where few columns share a hash.
  package static func duplicates(_ columns: [[Double]], threads: Int) -> [Int?] {
    let hashes = ParallelWork.map(count: columns.count, threads: threads) { column in
      var hash: UInt64 = UInt64(columns[column].count)
      for value in columns[column] {
        hash = (hash ^ bits(value)) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 29
      }
      return hash
    }
    var first: [UInt64: [Int]] = [:]
    return columns.indices.map { column in
      let known = first[hashes[column], default: []]
      let same = known.first { areSame(columns[$0], columns[column]) }
      if same == nil { first[hashes[column], default: []].append(column) }
      return same
    }
  }

  private static func bits(_ value: Double) -> UInt64 {
    value.isNaN ? Double.nan.bitPattern : value.bitPattern
  }

  private static func areSame(_ first: [Double], _ second: [Double]) -> Bool {
    first.count == second.count && zip(first, second).allSatisfy { bits($0) == bits($1) }
  }
}
