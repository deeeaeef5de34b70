import BQLColumnar
import BQLFunctions
import BQLTestSupport
import Testing

struct AggregateEdgeTests {
  private static func result(
    _ name: String,
    _ cells: [Value],
    _ type: DataType,
    _ constants: [Value] = []
  ) throws -> Value {
    let function = try #require(FunctionRegistry.aggregate(name))
    let overload = try #require(
      function.overloads.first { $0.parameters.first == type }
    )
    var accumulator = try overload.makeAccumulator(constants)
    accumulator.grow(to: 1)
    let groups = [Int32](repeating: 0, count: cells.count)
    try accumulator.update(groups: groups, arguments: [Column(cells, type: type)])
    return try accumulator.finish()[0]
  }

  @Test func sumsOverflowByTheirValueAlone() throws {
    let top = Value.int(.max)
    #expect(try Self.result("sum", [top, .int(1), .int(-1)], .int) == top)
    #expect(throws: FunctionError.overflow("sum of int")) {
      try Self.result("sum", [top, .int(1)], .int)
    }
    #expect(try Self.result("avg", [top, top], .int) == .float(Double(Int64.max)))
    let widest = Value.interval(.max)
    #expect(try Self.result("avg", [widest, widest], .interval) == widest)
  }

  @Test func floatSumsKeepSmallNumbersBesideLargeOnes() throws {
    let cells = [1e16, 1.0, -1e16].map { Value.float($0) }
    #expect(try Self.result("sum", cells, .float) == .float(1))
    #expect(try Self.result("sum", [.float(.infinity), .float(1)], .float) == .float(.infinity))
    guard
      case .float(let sum) = try Self.result(
        "sum",
        [.float(.infinity), .float(-.infinity)],
        .float
      )
    else {
      Issue.record("a sum of floats is a float")
      return
    }
    #expect(sum.isNaN)
  }

  @Test func varianceSurvivesAFarMean() throws {
    let cells = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16].map { Value.float($0) }
    #expect(try Self.result("variance", cells, .float) == .float(30))
    #expect(try Self.result("stddev", [.float(1)], .float) == .null)
    #expect(try Self.result("stddev_pop", [.float(1)], .float) == .float(0))
  }

  @Test func extremesOrderNaNAndInfinitiesLast() throws {
    let cells: [Value] = [.float(.nan), .float(.infinity), .float(-.infinity), .float(0)]
    #expect(try Self.result("min", cells, .float) == .float(-.infinity))
    guard case .float(let top) = try Self.result("max", cells, .float) else { return }
    #expect(top.isNaN)
    let ints: [Value] = [.int(.max), .int(.min)]
    #expect(try Self.result("min", ints, .int) == .int(.min))
    #expect(try Self.result("max", ints, .int) == .int(.max))
  }

  @Test(arguments: [(0.0, 10.0), (0.25, 17.5), (0.5, 25.0), (1.0, 40.0)])
  func quantilesInterpolate(_ share: Double, _ expected: Double) throws {
    let cells = [40.0, 10, 30, 20].map { Value.float($0) }
    #expect(try Self.result("quantile", cells, .float, [.float(share)]) == .float(expected))
  }

  @Test func quantilesOfWideRangesStayInThem() throws {
    let bounds: [Value] = [.interval(.min), .interval(.max)]
    #expect(try Self.result("median", bounds, .interval) == .interval(0))
    let floats: [Value] = [
      .float(-Double.greatestFiniteMagnitude), .float(.greatestFiniteMagnitude),
    ]
    #expect(try Self.result("median", floats, .float) == .float(0))
  }

  @Test(arguments: [Value.float(1.5), .float(-0.1), .float(.nan), .text("a"), .null])
  func quantileRefusesABadShare(_ share: Value) {
    for constants in [[], [share]] {
      #expect(throws: FunctionError.self) {
        try Self.result("quantile", [.float(1)], .float, constants)
      }
    }
  }

  /// Selection against sorting, on orders that make bad pivots and on many ties.
  @Test func mediansOfAwkwardOrders() throws {
    var random = SeededGenerator(seed: 31)
    for count in [1, 2, 16, 17, 18, 100, 1_001, 4_096] {
      let orders: [[Double]] = [
        (0..<count).map { Double($0) }, (0..<count).reversed().map { Double($0) },
        (0..<count).map { Double($0 % 2) }, (0..<count).map { _ in 7 },
        (0..<count).map { Double(min($0, count - $0)) },
        (0..<count).map { _ in Double(random.next() % 50) },
      ]
      for numbers in orders {
        let sorted = numbers.sorted()
        let expected = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
        #expect(try Self.result("median", numbers.map { .float($0) }, .float) == .float(expected))
      }
    }
  }
}
