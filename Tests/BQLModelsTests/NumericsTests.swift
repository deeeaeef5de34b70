import BQLModels
import BQLTestSupport
import Testing

/// Numbers keep their rules on ties, NaN and extremes.
@Suite struct NumericsTests {
  @Test func cutsNeverSplitEqualValues() throws {
    for seed in 0..<300 {
      var random = SeededGenerator(seed: UInt64(seed))
      let count = Int.random(in: 0...60, using: &random)
      let top = Int.random(in: 1...20, using: &random)
      let values = (0..<count).map { _ in
        random.chance(10) ? .nan : Double(Int.random(in: -top...top, using: &random))
      }
      let bins = Int.random(in: 1...8, using: &random)
      let cuts = try QuantileCuts(values, bins: bins)
      let labels = cuts.bins(of: values)
      let present = values.filter { !$0.isNaN }
      #expect(cuts.binCount <= bins)
      for (value, label) in zip(values, labels) {
        guard !value.isNaN else {
          #expect(label == -1)
          continue
        }
        #expect(labels.contains(label))
        // The bin's share of smaller numbers says which it is, whatever its neighbours are.
        for (other, its) in zip(values, labels) where other >= value {
          #expect(its >= label && (other > value || its == label), "seed \(seed)")
        }
      }
      #expect(Set(labels.filter { $0 >= 0 }).count == cuts.binCount, "seed \(seed)")
      for cut in cuts.cuts {
        let share = present.count { $0 <= cut }
        let below = present.count { $0 < cut }
        let isQuantile = (1..<max(bins, 2)).contains { b in
          share * bins >= b * present.count && below * bins < b * present.count
        }
        #expect(isQuantile || bins > present.count, "seed \(seed)")
      }
    }
    #expect(throws: ModelError.parameter("bins")) { try QuantileCuts([1], bins: 0) }
    #expect(try QuantileCuts([1, 2, 3], bins: .max).binCount == 3)
    #expect(try QuantileCuts([-.infinity, 0, .infinity], bins: 2).binCount == 2)
  }

  @Test func sortingKnowsAllNumbers() {
    var random = SeededGenerator(seed: 6)
    for count in [0, 1, 7, 600] {
      let values = (0..<count).map { _ in
        let bits = UInt64.random(in: 0...UInt64.max, using: &random)
        return random.chance(5) ? -0.0 : Double(bitPattern: bits)
      }
      let present = values.filter { !$0.isNaN }
      #expect(Quantiles.sorted(values) == present.sorted())
      let order = Quantiles.order(values).map { values[Int($0)] }
      #expect(order.filter { !$0.isNaN } == present.sorted())
      #expect(order.prefix(present.count).allSatisfy { !$0.isNaN })
    }
    #expect(Quantiles.median([]) == nil)
    #expect(Quantiles.median([.nan, 4]) == 4)
    #expect(Quantiles.median([.infinity, .infinity]) == .infinity)
  }

  @Test func scalingUndoesItself() throws {
    let columns: [[Double]] = [
      [1, 2, 3, 4, 1000], [5, 5, 5, 5, 5], [-3, .nan, 0, 2, 1], [0.1, 0.1, 0.1, 0.1, 0.1],
    ]
    let matrix = try Matrix(columns: columns)
    for method in ScalingMethod.allCases {
      let scaling = try Scaling(fitting: matrix, method, threads: 2)
      let scaled = try scaling.apply(to: matrix)
      let back = try scaling.unscale(scaled)
      for place in matrix.values.indices {
        let (value, again) = (matrix.values[place], back.values[place])
        #expect(value.isNaN ? again.isNaN : abs(value - again) < 1e-9)
      }
      #expect(scaling.columns.map(\.isConstant) == [false, true, false, true])
      guard method != .none else { continue }
      #expect(scaled.column(1) == [0, 0, 0, 0, 0])
      #expect(scaled.column(3) == [0, 0, 0, 0, 0])
    }
    let auto = try Scaling(fitting: matrix, .auto).columns
    #expect(auto.map(\.method) == [.logZ, .zScore, .zScore, .zScore])
    #expect(throws: ModelError.notFinite(row: 0, column: 0)) {
      try Scaling(fitting: Matrix(columns: [[.infinity]]), .zScore)
    }
    #expect(throws: ModelError.shape(expected: 4, found: 1)) {
      try Scaling(fitting: matrix, .zScore).apply(to: Matrix(columns: [[1]]))
    }
    // Robust: without a range between the quartiles the deviation takes its place.
    let spiky = ColumnScale(fitting: [0, 0, 0, 0, 0, 0, 0, 0, 9], .robust)
    #expect(spiky.centre == 0 && spiky.spread > 2)
  }

  @Test func completeRowsAreKept() throws {
    let (matrix, rows) = try Matrix.completeRows(of: [[1, .nan, 3], [4, 5, 6]])
    #expect(rows == [0, 2])
    #expect(matrix.values == [1, 4, 3, 6])
    #expect(throws: ModelError.tooLarge) {
      try Matrix(rowCount: .max, columnCount: 2, values: [])
    }
  }

  @Test func probabilitiesAtTheEnds() {
    #expect(SpecialFunctions.incompleteBeta(0, 2, 3) == 0)
    #expect(SpecialFunctions.incompleteBeta(1, 2, 3) == 1)
    #expect(SpecialFunctions.incompleteBeta(.nan, 2, 3).isNaN)
    #expect(SpecialFunctions.studentTails(0, freedom: 5) == 1)
    #expect(SpecialFunctions.studentTails(.infinity, freedom: 5) == 0)
    #expect(SpecialFunctions.gammaTail(3, 0) == 1)
    #expect(SpecialFunctions.gammaTail(3, .infinity) == 0)
    #expect(FalseDiscovery.qValues([nil, 0.2, .nan]) == [nil, 0.2, nil])
    #expect(FalseDiscovery.qValues([]).isEmpty)
  }
}
