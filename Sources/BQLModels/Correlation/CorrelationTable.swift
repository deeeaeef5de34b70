import BQLColumnar

/// Correlates many columns: with a target, or each with each.
package enum CorrelationTable {
  /// Correlates each column with a target; see ``Correlation/init(_:_:_:)``.
  ///
  /// - Throws: As that; of the first column that fails, the target being the one behind all others.
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
      try correlation(columns[column], target, method, named: (column, columns.count))
    }
  }

  /// Correlates two columns; an error names them by their numbers.
  private static func correlation(
    _ first: [Double],
    _ second: [Double],
    _ method: CorrelationMethod,
    named names: (Int, Int)
  ) throws(ModelError) -> Correlation {
    do throws(ModelError) {
      return try Correlation(first, second, method)
    } catch {
      guard case .notFinite(let row, let column) = error else { throw error }
      throw .notFinite(row: row, column: column == 0 ? names.0 : names.1)
    }
  }

  /// Correlates each column with each before it, pairwise complete.
  ///
  /// Columns that have NaN in the same rows go together, block by block; where few do, pair by pair.
  ///
  /// - Returns: Of columns `i > j` at `i (i − 1) / 2 + j`.
  /// - Throws: As ``Correlation/init(_:_:_:)``; ``ModelError/interrupted``.
  /// - Complexity: O(*n* · *d*²).
  package static func allPairs(
    _ columns: [[Double]],
    _ method: CorrelationMethod,
    interruption: Interruption = .none,
    threads: Int
  ) throws(ModelError) -> [Correlation] {
    let rows = columns.first?.count ?? 0
    for column in columns where column.count != rows {
      throw .shape(expected: rows, found: column.count)
    }
    let groups = MissingRows.groups(of: columns, threads: threads)
    let none = Correlation(coefficient: nil, pairs: 0)
    var found = [Correlation](repeating: none, count: columns.count * max(columns.count - 1, 0) / 2)
    for first in groups.indices {
      for second in 0...first {
        try interruption.check()
        let block = Block(groups[first], groups[second], isOne: first == second)
        let own =
          block.pairs.count >= leastBlock
          ? try correlate(block, columns, method, interruption, threads)
          : try correlatePairs(block.pairs, columns, method, interruption, threads)
        for (pair, correlation) in zip(block.pairs, own) {
          found[pair.0 * (pair.0 - 1) / 2 + pair.1] = correlation
        }
      }
    }
    return found
  }

  /// Pairs from which on a block is worth it.
  private static let leastBlock = 16

  /// Holds the pairs of columns of two groups, or of one.
  private struct Block {
    let columns: [Int]
    let isMissing: [Bool]?
    /// The later column first.
    let pairs: [(Int, Int)]

    init(_ first: MissingRows, _ second: MissingRows, isOne: Bool) {
      columns = isOne ? first.columns : (first.columns + second.columns).sorted()
      var pairs: [(Int, Int)] = []
      for a in first.columns {
        for b in second.columns where !isOne || b < a { pairs.append((max(a, b), min(a, b))) }
      }
      self.pairs = pairs
      switch (first.isMissing, second.isMissing) {
      case (let one?, let other?): isMissing = zip(one, other).map { $0 || $1 }
      case (let one, let other): isMissing = one ?? other
      }
    }
  }

  /// Correlates the columns of a block over the rows that all of them have.
  private static func correlate(
    _ block: Block,
    _ columns: [[Double]],
    _ method: CorrelationMethod,
    _ interruption: Interruption,
    _ threads: Int
  ) throws(ModelError) -> [Correlation] {
    var places: [Int: Int] = [:]
    for (place, column) in block.columns.enumerated() { places[column] = place }
    let kept = block.isMissing.map { missing in missing.indices.filter { !missing[$0] } }
    let own = ParallelWork.map(count: block.columns.count, threads: threads) { index in
      let values = columns[block.columns[index]]
      return kept.map { $0.map { values[$0] } } ?? values
    }
    let rows = own.first?.count ?? 0
    let coefficients: [Double?]
    do throws(ModelError) {
      coefficients = try wholePairs(own, method, interruption, threads)
    } catch {
      guard case .notFinite(let row, let column) = error else { throw error }
      throw .notFinite(row: kept?[row] ?? row, column: block.columns[column])
    }
    return block.pairs.map { first, second in
      let (a, b) = (places[first] ?? 0, places[second] ?? 0)
      return Correlation(coefficient: coefficients[a * (a - 1) / 2 + b], pairs: rows)
    }
  }

  private static func correlatePairs(
    _ pairs: [(Int, Int)],
    _ columns: [[Double]],
    _ method: CorrelationMethod,
    _ interruption: Interruption,
    _ threads: Int
  ) throws(ModelError) -> [Correlation] {
    try ParallelWork.map(
      count: pairs.count,
      threads: threads
    ) { (index) throws(ModelError) in
      try interruption.check()
      let (first, second) = pairs[index]
      return try correlation(columns[first], columns[second], method, named: (first, second))
    }
  }

  /// Rows whose products one task adds up; sums of tasks are added in their order.
  private static let taskRows = 32_768
  /// Rows of all columns that lie in the nearer caches together.
  private static let tileRows = 256

  private static func wholePairs(
    _ columns: [[Double]],
    _ method: CorrelationMethod,
    _ interruption: Interruption,
    _ threads: Int
  ) throws(ModelError) -> [Double?] {
    let values = try ParallelWork.map(
      count: columns.count,
      threads: threads
    ) { (index) throws(ModelError) -> [Double] in
      try interruption.check()
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
      try ParallelWork.map(
        count: (rows + taskRows - 1) / taskRows,
        threads: threads
      ) { (task) throws(ModelError) in
        try interruption.check()
        return products(values, centred, task * taskRows..<min((task + 1) * taskRows, rows))
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
