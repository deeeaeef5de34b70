import BQLColumnar

/// Correlates many columns: with a target, or each with each.
package enum CorrelationTable {
  /// Correlates each column with a target; see ``Correlation/init(_:_:_:)``.
  ///
  /// - Throws: As that; of the first column that fails.
  package static func correlate(
    _ columns: [[Double]],
    with target: [Double],
    _ method: CorrelationMethod,
    threads: Int
  ) throws(ModelError) -> [Correlation] {
    try ParallelWork.map(
      count: columns.count,
      threads: threads
    ) { (column) throws(ModelError) in
      try Correlation(columns[column], target, method)
    }
  }

  /// Correlates each column with each before it, pairwise complete.
  ///
  /// Columns without NaN go together, block by block; pairs with NaN in one go by themselves.
  ///
  /// - Returns: Of columns `i > j` at `i (i − 1) / 2 + j`.
  /// - Throws: As ``Correlation/init(_:_:_:)``.
  /// - Complexity: O(*n* · *d*²).
  package static func allPairs(
    _ columns: [[Double]],
    _ method: CorrelationMethod,
    threads: Int
  ) throws(ModelError) -> [Correlation] {
    let rows = columns.first?.count ?? 0
    for column in columns where column.count != rows {
      throw .shape(expected: rows, found: column.count)
    }
    let whole = columns.indices.filter { column in !columns[column].contains { $0.isNaN } }
    let coefficients = try wholePairs(whole.map { columns[$0] }, method, threads)
    var places = [Int](repeating: -1, count: columns.count)
    for (place, column) in whole.enumerated() { places[column] = place }
    let finalPlaces = places
    let lists = try ParallelWork.map(
      count: columns.count,
      threads: threads
    ) { (first) throws(ModelError) in
      var list: [Correlation] = []
      for second in 0..<first {
        let (a, b) = (finalPlaces[first], finalPlaces[second])
        if a >= 0, b >= 0 {
          list.append(Correlation(coefficient: coefficients[a * (a - 1) / 2 + b], pairs: rows))
        } else {
          list.append(try Correlation(columns[first], columns[second], method))
        }
      }
      return list
    }
    return lists.flatMap { $0 }
  }

  /// Rows whose products one task adds up; sums of tasks are added in their order.
  private static let taskRows = 32_768
  /// Rows of all columns that lie in the nearer caches together.
  private static let tileRows = 256

  private static func wholePairs(
    _ columns: [[Double]],
    _ method: CorrelationMethod,
    _ threads: Int
  ) throws(ModelError) -> [Double?] {
    let values = try ParallelWork.map(
      count: columns.count,
      threads: threads
    ) { (index) throws(ModelError) -> [Double] in
      if method == .spearman { return AverageRanks.ranks(columns[index]) }
      if let row = columns[index].firstIndex(where: { !(abs($0) < Matrix.largest) }) {
        throw .notFinite(row: row, column: index)
      }
      return columns[index]
    }
    let centred = ParallelWork.map(count: values.count, threads: threads) { index in
      Centring(CentredColumn(values[index]))
    }
    let rows = columns.first?.count ?? 0
    let sums = BlockSums.combined(
      ParallelWork.map(
        count: (rows + taskRows - 1) / taskRows,
        threads: threads
      ) { task in
        products(values, centred, task * taskRows..<min((task + 1) * taskRows, rows))
      }
    )
    var coefficients: [Double?] = []
    for first in values.indices {
      for second in 0..<first {
        let isDefined = centred[first].isDefined && centred[second].isDefined
        let sum = isDefined ? sums[first * (first - 1) / 2 + second] : 0
        coefficients.append(isDefined ? Correlation.clamped(sum) : nil)
      }
    }
    return coefficients
  }

  /// What a column is moved and scaled by; constant ones become 0.
  private struct Centring: Sendable {
    let mean: Double
    let factor: Double
    var isDefined: Bool { factor > 0 }

    init(_ column: CentredColumn?) {
      mean = column?.mean ?? 0
      factor = column.map { 1 / $0.norm } ?? 0
    }
  }

  /// Returns the sums of products over some rows, of columns `i > j` at `i (i − 1) / 2 + j`.
  private static func products(
    _ values: [[Double]],
    _ centred: [Centring],
    _ rows: Range<Int>
  ) -> [Double] {
    let count = values.count
    let groups = tileRows / 4
    var sums = [Double](repeating: 0, count: count * max(count - 1, 0) / 2)
    var tile = [SIMD4<Double>](repeating: .zero, count: count * groups)
    var start = rows.lowerBound
    while start < rows.upperBound {
      let end = min(start + tileRows, rows.upperBound)
      for column in 0..<count {
        let (own, centring) = (values[column], centred[column])
        let input = own.span
        for group in 0..<groups { tile[column &* groups &+ group] = .zero }
        for row in start..<end {
          let place = row &- start
          tile[column &* groups &+ place / 4][place % 4] =
            (input[row] - centring.mean) * centring.factor
        }
      }
      add(&sums, tile, count, groups)
      start = end
    }
    return sums
  }

  private static func add(
    _ sums: inout [Double],
    _ tile: [SIMD4<Double>],
    _ count: Int,
    _ groups: Int
  ) {
    var output = sums.mutableSpan
    let tile = tile.span
    for first in 0..<count {
      let own = first &* groups
      let place = first &* (first &- 1) / 2
      var second = 0
      // Four columns at a time share what is read of the first.
      while second &+ 4 <= first {
        let other = second &* groups
        var (a, b) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
        var (c, d) = (a, b)
        for group in 0..<groups {
          let value = tile[own &+ group]
          a += value * tile[other &+ group]
          b += value * tile[other &+ groups &+ group]
          c += value * tile[other &+ 2 &* groups &+ group]
          d += value * tile[other &+ 3 &* groups &+ group]
        }
        output[place &+ second] += PackedRows.sum(a)
        output[place &+ second &+ 1] += PackedRows.sum(b)
        output[place &+ second &+ 2] += PackedRows.sum(c)
        output[place &+ second &+ 3] += PackedRows.sum(d)
        second &+= 4
      }
      while second < first {
        var lanes = SIMD4<Double>.zero
        for group in 0..<groups { lanes += tile[own &+ group] * tile[second &* groups &+ group] }
        output[place &+ second] += PackedRows.sum(lanes)
        second &+= 1
      }
    }
  }
}
