import BQLColumnar
import BQLFunctions
import BQLTestSupport
import Testing

/// Compares every aggregate with a twin that keeps all rows, over random columns, group numbers,
/// cuts into chunks and trees of `combine`.
struct AggregateTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let index: Int
    let isDistinct: Bool
    var testDescription: String { "\(isDistinct ? "distinct " : "")\(name) #\(index)" }

    var function: AggregateFunction? { FunctionRegistry.aggregate(name) }
    var overload: AggregateFunction.Overload? {
      (isDistinct ? function?.distinctOverloads : function?.overloads)?[index]
    }

    /// Whether products of two columns are added up, which cancel out where numbers are of very
    /// different size.
    var isOfPairs: Bool { name.hasPrefix("covar") || name.hasPrefix("regr") }

    /// The values of the constant parameters.
    var constants: [Value] {
      switch name {
      case "quantile", "quantile_disc": [.float(0.3)]
      case "string_agg": [.text(", ")]
      case "histogram" where overload?.parameters.count == 2: [.int(3)]
      default: []
      }
    }
  }

  static let cases: [Case] = FunctionRegistry.aggregates.flatMap { function in
    function.overloads.indices.map { Case(name: function.name, index: $0, isDistinct: false) }
      + function.distinctOverloads.indices.map {
        Case(name: function.name, index: $0, isDistinct: true)
      }
  }

  /// Rows of one test: columns, one cell a row, and the groups, some negative.
  struct Rows {
    let columns: [[Value]]
    let types: [DataType]
    let groups: [Int32]

    var count: Int { groups.count }

    func slice(_ range: Range<Int>) -> (groups: [Int32], arguments: [Column]) {
      // Every chunk makes dictionaries of its own.
      let arguments = zip(columns, types).map { Column(Array($0[range]), type: $1) }
      return (Array(groups[range]), arguments)
    }
  }

  /// Histograms of numbers are held by ``HistogramTests``.
  static let twinCases = cases.filter { item in
    guard item.name == "histogram", let type = item.overload?.parameters.first else { return true }
    return [.text, .bool, .date].contains(type)
  }

  @Test(arguments: twinCases)
  func agreesWithItsTwin(_ item: Case) throws {
    let overload = try #require(item.overload)
    for seed in UInt64(1)...6 {
      var random = SeededGenerator(seed: seed)
      let groupCount = seed == 1 ? 1 : 5
      let rows = Self.rows(item, overload, 3 + Int(seed) * 40, groupCount, &random)
      let whole = try Self.run(overload, item.constants, rows, [0..<rows.count], groupCount)
      let twin = try Twin(item.name, item.isDistinct, item.constants).results(rows, groupCount)
      for group in 0..<groupCount {
        #expect(Self.isClose(whole[group], twin[group], item), "seed \(seed), group \(group)")
      }
      #expect(whole.type == overload.result)
    }
  }

  @Test(arguments: cases)
  func chunksAndCombinationChangeNothing(_ item: Case) throws {
    let overload = try #require(item.overload)
    for seed in UInt64(7)...12 {
      var random = SeededGenerator(seed: seed)
      let rows = Self.rows(item, overload, 200, 5, &random)
      let whole = try Self.run(overload, item.constants, rows, [0..<rows.count], 5)
      let cuts = Self.cuts(rows.count, &random)
      let chunked = try Self.run(overload, item.constants, rows, cuts, 5)
      let combined = try Self.combined(overload, item.constants, rows, cuts, &random)
      for group in 0..<5 {
        #expect(Self.isClose(chunked[group], whole[group], item), "seed \(seed), cuts \(cuts)")
        #expect(Self.isClose(combined[group], whole[group], item), "seed \(seed), cuts \(cuts)")
      }
    }
  }

  @Test(arguments: cases)
  func emptyGroupsAreNullAndCountZero(_ item: Case) throws {
    let overload = try #require(item.overload)
    var accumulator = try overload.makeAccumulator(item.constants)
    accumulator.grow(to: 2)
    let columns = overload.parameters.prefix(Self.width(item, overload)).map {
      Column(repeating: .null, type: $0, count: 3)
    }
    try accumulator.update(groups: [0, -1, 0], arguments: columns)
    try accumulator.update(groups: [], arguments: columns.map { $0.slice(0..<0) })
    let result = try accumulator.finish()
    #expect(result.count == 2)
    if ["count", "count_if", "regr_count"].contains(item.name) {
      #expect(result[0] == .int(columns.isEmpty ? 2 : 0))
      #expect(result[1] == .int(0))
    } else {
      #expect(result.nullCount == 2)
    }
    #expect(try overload.makeAccumulator(item.constants).finish().count == 0)
  }
}

extension AggregateTests {
  /// How many of the parameters are columns.
  static func width(_ item: Case, _ overload: AggregateFunction.Overload) -> Int {
    overload.parameters.count - item.constants.count
  }

  static func rows(
    _ item: Case,
    _ overload: AggregateFunction.Overload,
    _ count: Int,
    _ groupCount: Int,
    _ random: inout SeededGenerator
  ) -> Rows {
    let types = Array(overload.parameters.prefix(width(item, overload)))
    var columns: [[Value]] = []
    for type in types {
      columns.append(
        (0..<count).map { _ in
          let value = cell(type, &random)
          guard item.isOfPairs, case .float(let float) = value else { return value }
          return .float(float.remainder(dividingBy: 10))
        }
      )
    }
    let groups = (0..<count).map { _ in
      Int32.random(in: -1..<Int32(max(groupCount - 1, 1)), using: &random)
    }
    return Rows(columns: columns, types: types, groups: groups)
  }

  /// Values that repeat, with NULLs, signs and numbers of very different size.
  static func cell(_ type: DataType, _ random: inout SeededGenerator) -> Value {
    if random.next() % 6 == 0 { return .null }
    let small = Int64.random(in: -12...12, using: &random)
    switch type {
    case .bool: return .bool(small > 0)
    case .int: return .int(random.next() % 9 == 0 ? small << 50 : small)
    case .float:
      return .float(random.next() % 9 == 0 ? Double(small) * 1e9 + 0.1 : Double(small) / 4)
    case .decimal: return .decimal(small * 33)
    case .text: return .text(["", "a", "B", "é", "ab", "日本"][Int(small.magnitude % 6)])
    case .timestamp: return .timestamp(small * 3_600_000_001)
    case .date: return .date(small * 31)
    case .interval: return .interval(small * 1_500_001)
    }
  }

  static func cuts(_ count: Int, _ random: inout SeededGenerator) -> [Range<Int>] {
    var cuts: [Range<Int>] = []
    var start = 0
    while start < count {
      let end = min(count, start + Int.random(in: 0...70, using: &random))
      cuts.append(start..<end)
      start = end
    }
    return cuts
  }

  static func run(
    _ overload: AggregateFunction.Overload,
    _ constants: [Value],
    _ rows: Rows,
    _ cuts: [Range<Int>],
    _ groupCount: Int
  ) throws -> Column {
    var accumulator = try overload.makeAccumulator(constants)
    for cut in cuts {
      accumulator.grow(to: groupCount)
      let (groups, arguments) = rows.slice(cut)
      try accumulator.update(groups: groups, arguments: arguments)
    }
    return try accumulator.finish()
  }

  /// Runs every cut in an accumulator of its own that numbers the groups in its own way, and joins
  /// neighbours in a random tree.
  static func combined(
    _ overload: AggregateFunction.Overload,
    _ constants: [Value],
    _ rows: Rows,
    _ cuts: [Range<Int>],
    _ random: inout SeededGenerator
  ) throws -> Column {
    var parts: [(accumulator: any Accumulator, names: [Int32])] = []
    for cut in cuts {
      var accumulator = try overload.makeAccumulator(constants)
      let names = (Int32(0)..<5).shuffled(using: &random)
      let (groups, arguments) = rows.slice(cut)
      let renamed = groups.map { group in
        group < 0 ? group : Int32(names.firstIndex(of: group) ?? 0)
      }
      accumulator.grow(to: 5)
      try accumulator.update(groups: renamed, arguments: arguments)
      parts.append((accumulator, names))
    }
    while parts.count > 1 {
      let left = Int.random(in: 0..<parts.count - 1, using: &random)
      let right = parts.remove(at: left + 1)
      let names = parts[left].names
      let mapping = right.names.map { Int32(names.firstIndex(of: $0) ?? 0) }
      try parts[left].accumulator.combine(right.accumulator, mapping: mapping)
    }
    let result = try parts[0].accumulator.finish()
    return result.gather((Int32(0)..<5).map { Int32(parts[0].names.firstIndex(of: $0) ?? 0) })
  }

  /// Floats agree to 1e-12 relative, everything else exactly.
  ///
  /// A correlation is a share of the spreads, whatever they are: its scale is 1, and one near 0 is
  /// the rest of products that cancel.
  static func isClose(_ a: Value, _ b: Value, _ item: Case) -> Bool {
    guard case .float(let a) = a, case .float(let b) = b else { return a == b }
    // What is left of products that cancel out is compared with the products.
    let floor = item.isOfPairs ? 1.0 : 0
    let scale = item.name == "corr" ? 1 : max(a.magnitude, b.magnitude, floor)
    return a == b || (a - b).magnitude <= 1e-12 * scale
  }
}
