import BQLModels
import BQLTestSupport
import Testing

/// Correlations keep their rules on ties, NaN and constants; tables agree with single pairs.
@Suite struct CorrelationTests {
  /// Columns with ties; some with NaN, one constant, one empty of numbers.
  private static func columns(_ random: inout SeededGenerator, rows: Int) -> [[Double]] {
    (0..<9).map { column in
      (0..<rows).map { row in
        if column == 7 { return 3 }
        if column == 8 { return .nan }
        if column >= 5, random.chance(30) { return .nan }
        return Double(Int.random(in: 0..<20, using: &random) + column * row % 7)
      }
    }
  }

  @Test func tablesAgreeWithPairs() throws {
    for (seed, rows) in [0, 1, 2, 3, 5, 60, 300, 700].enumerated() {
      var random = SeededGenerator(seed: UInt64(seed))
      let columns = Self.columns(&random, rows: rows)
      for method in CorrelationMethod.allCases {
        let table = try CorrelationTable.allPairs(columns, method, threads: 2)
        #expect(try CorrelationTable.allPairs(columns, method, threads: 5) == table)
        for first in columns.indices {
          for second in 0..<first {
            let found = table[first * (first - 1) / 2 + second]
            let single = try Correlation(columns[first], columns[second], method)
            #expect(found.pairs == single.pairs)
            #expect((found.coefficient == nil) == (single.coefficient == nil))
            #expect(abs((found.coefficient ?? 0) - (single.coefficient ?? 0)) < 1e-12)
          }
        }
        let with = try CorrelationTable.correlate(columns, with: columns[0], method, threads: 2)
        #expect(with[4] == (try Correlation(columns[4], columns[0], method)))
      }
    }
  }

  @Test func columnsThatLackTheSameRowsGoTogether() throws {
    var random = SeededGenerator(seed: 29)
    // Three patterns of NaN, in columns that take turns, are large enough to go block by block.
    let missing = (0..<3).map { pattern in
      (0..<90).map { _ in pattern > 0 && Int.random(in: 0..<4, using: &random) == 0 }
    }
    var columns: [[Double]] = []
    for column in 0..<24 {
      let factor = column < 20 ? 1.0 : 0
      columns.append(
        (0..<90).map { row in
          missing[column % 3][row]
            ? .nan : factor * Double(Int.random(in: -9...9, using: &random) + column * row % 7)
        }
      )
    }
    for method in CorrelationMethod.allCases {
      let table = try CorrelationTable.allPairs(columns, method, threads: 2)
      for first in columns.indices {
        for second in 0..<first {
          let found = table[first * (first - 1) / 2 + second]
          let single = try Correlation(columns[first], columns[second], method)
          #expect(found.pairs == single.pairs)
          #expect((found.coefficient == nil) == (single.coefficient == nil))
          #expect(abs((found.coefficient ?? 0) - (single.coefficient ?? 0)) < 1e-12)
        }
      }
      #expect(throws: ModelError.interrupted) {
        try CorrelationTable.allPairs(
          columns,
          method,
          interruption: Interruption { true },
          threads: 2
        )
      }
    }
  }

  @Test func sameBitsAtAnyThreadCount() throws {
    let rows = try ModelRows.customers(70_000, stream: 10)
    let columns = (0..<3).map(rows.column)
    for method in CorrelationMethod.allCases {
      let one = try CorrelationTable.allPairs(columns, method, threads: 1)
      for threads in [2, 5] {
        #expect(try CorrelationTable.allPairs(columns, method, threads: threads) == one)
      }
      let single = try Correlation(columns[2], columns[1], method)
      #expect(abs((one[2].coefficient ?? 0) - (single.coefficient ?? 9)) < 1e-12)
    }
  }

  @Test func pairsWithNullAreLeftOut() throws {
    let x: [Double] = [1, 2, .nan, 4, 5, 100]
    let y: [Double] = [2, 4, 6, 8, 10, .nan]
    let found = try Correlation(x, y, .pearson)
    #expect(found.pairs == 4)
    #expect(abs((found.coefficient ?? 0) - 1) < 1e-15)
    #expect((found.pValue ?? 1) < 1e-6)
    #expect(try Correlation([1, 2], [3, 1], .spearman).pValue == nil)
    #expect(try Correlation([1, 2], [3, 3], .spearman).coefficient == nil)
    #expect(throws: ModelError.notFinite(row: 1, column: 0)) {
      try Correlation([1, .infinity], [1, 2], .pearson)
    }
    let ranked = try Correlation([1, 2, .infinity], [1, 2, 3], .spearman)
    #expect(abs((ranked.coefficient ?? 0) - 1) < 1e-15)
  }

  @Test func ranksOfTiesAreMeans() {
    let ranks = AverageRanks.ranks([3, -1, 3, .nan, 0.0, -0.0, 9])
    #expect(ModelRows.areClose(ranks.filter { !$0.isNaN }, [4.5, 1, 4.5, 2.5, 2.5, 6], 0))
    #expect(ranks[3].isNaN)
  }

  @Test func informationFindsWhatIsNotMonotone() throws {
    var random = SeededGenerator(seed: 4)
    let x = (0..<2000).map { _ in Double(Int.random(in: -50...50, using: &random)) }
    let square = try MutualInformation(x, x.map { $0 * $0 })
    #expect(square.information > 1)
    #expect((square.pValue ?? 1) < 1e-12)
    let noise = x.map { _ in Double(Int.random(in: 0...50, using: &random)) }
    let none = try MutualInformation(x, noise)
    #expect(none.information < 0.03)
    #expect((none.pValue ?? 0) > 1e-3)
    #expect(none.firstBins == 20)
    let categories = x.map { Int32($0 > 0 ? 70 : 3) }
    let category = try MutualInformation(x, categories: categories)
    #expect(category.information > 0.6 && category.information < 0.7)
    #expect(category.secondBins == 2)
    #expect(try MutualInformation([], []).information == 0)
    #expect(try MutualInformation([1, 1], [1, 2]).pValue == nil)
    #expect(try MutualInformation([1, .nan], categories: [-1, 2]).pairs == 0)
  }

  @Test func informationDoesNotDependOnWhichValueIsTheSmaller() throws {
    // Three zeros among a hundred: a share that no bin of equal frequency has for itself.
    let rare = (0..<100).map { $0 < 3 ? 0.0 : 1 }
    let values = (0..<100).map { $0 < 3 ? 50.0 + Double($0) : Double($0) / 3 }
    let found = try MutualInformation(rare, values)
    let turned = try MutualInformation(rare.map { 1 - $0 }, values)
    #expect(abs(found.information - turned.information) < 1e-15)
    #expect(found.firstBins == 2 && turned.firstBins == 2)
    #expect(found.information > 0.04)
    #expect((found.pValue ?? 1) < 0.05)
    // Of 200 rows up to six values have a bin each.
    let four = (0..<200).map { $0 < 4 ? 0.0 : $0 < 30 ? 1 : $0 < 33 ? 2 : 3 }
    #expect(try MutualInformation(four, four).firstBins == 4)
  }

  @Test func redundantColumnsAreConnected() throws {
    func pair(_ coefficient: Double?) -> Correlation {
      Correlation(coefficient: coefficient, pairs: 9)
    }
    // Of 1-0, 2-0, 2-1, 3-0, 3-1, 3-2.
    let pairs = [pair(0.1), pair(nil), pair(-0.95), pair(0.2), pair(0), pair(0.9)]
    let groups = try RedundancyGroups.groups(pairs, columns: 4, threshold: 0.9)
    #expect(groups == [nil, 0, 0, 0])
    #expect(try RedundancyGroups.groups([], columns: 0, threshold: 0.5).isEmpty)
    #expect(throws: ModelError.self) {
      try RedundancyGroups.groups(pairs, columns: 3, threshold: 0.9)
    }
  }

  @Test func screeningCountsSharesAndDuplicates() {
    let columns: [[Double]] = [
      [1, 1, 2, .nan], [0, 1, 2, 3], [1, 1, 2, -.nan], [-0.0, 1, 2, 3], [.nan, .nan, .nan, .nan],
    ]
    let found = ColumnScreening.columns(columns, threads: 2)
    #expect(found.map(\.missingShare) == [0.25, 0, 0.25, 0, 1])
    #expect(found.map(\.modalShare) == [2.0 / 3, 0.25, 2.0 / 3, 0.25, nil])
    #expect(found.map(\.modalValue) == [1, 0, 1, 0, nil])
    #expect(found.map(\.distinct) == [2, 4, 2, 4, 0])
    #expect(ColumnScreening.duplicates(columns, threads: 2) == [nil, nil, 0, nil, nil])
    #expect(ColumnScreening([]).missingShare == 0)
  }

  @Test func contrastsLeaveNullOut() throws {
    let values: [Double] = [1, 2, 3, 10, 11, .nan, 500]
    let labels: [Int32] = [0, 0, 0, 1, 1, 1, -1]
    let table = try GroupContrast.table([values], labels: labels, groups: 3, threads: 2)
    #expect(table[0].map(\.count) == [3, 2, 0])
    #expect(table[0][0].restMean == 10.5)
    #expect(table[0][1].restMedian == 2)
    #expect(table[0][2].difference == nil && table[0][2].mean == nil)
    // Σ (x − x̄)² is 2 and 0.5, of three degrees of freedom.
    let expected = (2 - 10.5) / (2.5 / 3).squareRoot()
    #expect(abs((table[0][0].difference ?? 0) - expected) < 1e-12)
    #expect((table[0][0].low ?? 0) < expected && (table[0][0].high ?? 0) > expected)
    let constant = try GroupContrast.table([[4, 4, 4]], labels: [0, 0, 1], groups: 2, threads: 1)
    #expect(constant[0][0].difference == nil)
    #expect(throws: ModelError.parameter("labels")) {
      try GroupContrast.table([[1]], labels: [3], groups: 2, threads: 1)
    }
  }
}
