import BQLColumnar
import BQLExecution
import BQLTestSupport
import Testing

/// Groups against the obvious twin: a list of the distinct rows met so far.
@Suite struct GroupTableTests {
  private static func column(
    _ type: DataType,
    count: Int,
    using random: inout SeededGenerator
  ) -> Column {
    let cells = (0..<count).map { _ -> Value in
      if Int.random(in: 0..<5, using: &random) == 0 { return .null }
      let number = Int.random(in: 0..<4, using: &random)
      switch type {
      case .text: return .text(["", "a", "é", "a"][number])
      case .bool: return .bool(number > 1)
      case .float: return .float([0.0, -0.0, .nan, 1.5][number])
      case .int, .decimal, .timestamp, .date, .interval: return .int(Int64(number) - 1)
      }
    }
    return Column(cells, type: type)
  }

  /// Floats are one group where they compare equal, and all NaNs are one.
  private static func folded(_ value: Value) -> Value {
    guard case .float(let float) = value else { return value }
    return float.isNaN ? .text("nan") : .float(float == 0 ? 0 : float)
  }

  @Test(arguments: 0..<200) func agreesWithAListOfRows(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let kinds: [DataType] = [.text, .int, .float, .bool]
    let types = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      kinds[Int.random(in: 0..<kinds.count, using: &random)]
    }
    var table = GroupTable(types: types)
    var distinct: [[Value]] = []
    for _ in 0..<3 {
      let count = Int.random(in: 0...70, using: &random)
      let columns = types.map { Self.column($0, count: count, using: &random) }
      let groups = table.groups(for: columns, count: count)
      for row in 0..<count {
        let key = columns.map { Self.folded($0[row]) }
        if !distinct.contains(key) { distinct.append(key) }
        #expect(distinct.firstIndex(of: key) == Int(groups[row]), "seed \(seed), row \(row)")
      }
    }
    #expect(table.count == distinct.count, "seed \(seed)")
    let keys = table.keyColumns()
    for group in distinct.indices {
      #expect(keys.map { Self.folded($0[group]) } == distinct[group], "seed \(seed)")
    }
  }

  @Test func withoutKeysThereIsOneGroup() {
    var table = GroupTable(types: [])
    #expect(table.groups(for: [], count: 3) == [0, 0, 0])
    #expect(table.count == 1)
    #expect(table.keyColumns().isEmpty)
  }

  /// Integers whose range grows from chunk to chunk, to all 64 bits, beside codes of one dictionary:
  /// keys are packed, packed anew, and at last no longer fit.
  @Test(arguments: 0..<200) func packedKeysAgreeWithAListOfRows(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let kinds: [DataType] = [.int, .text, .bool, .timestamp]
    let types = (0..<Int.random(in: 2...5, using: &random)).map { _ in
      kinds[Int.random(in: 0..<kinds.count, using: &random)]
    }
    let dictionary = TextDictionary(["", "a", "é", "b", "c"])
    var table = GroupTable(types: types)
    var places: [[Value]: Int32] = [:]
    var width = 1
    for _ in 0..<6 {
      let count = Int.random(in: 0...300, using: &random)
      let columns = types.map { type -> Column in
        let validity =
          random.chance(50)
          ? nil : Bitmap(bytes: (0..<count).map { _ in random.chance(80) })
        let numbers = (0..<count).map { _ -> Int64 in
          let number = Int64(truncatingIfNeeded: random.next()) >> Int64(64 - width)
          return random.chance(60) ? number / 4 * 4 : number
        }
        switch type {
        case .text:
          let codes = numbers.map { Int32($0.magnitude % 5) }
          return Column(codes: codes, dictionary: dictionary, validity: validity)
        case .bool: return Column(bools: numbers.map { $0 > 0 }, validity: validity)
        default: return Column(type, ints: numbers, validity: validity)
        }
      }
      let groups = table.groups(for: columns, count: count)
      for row in 0..<count {
        let key = columns.map { $0[row] }
        let place = places[key] ?? Int32(places.count)
        places[key] = place
        #expect(groups[row] == place, "seed \(seed), row \(row)")
      }
      width = min(64, width + Int.random(in: 0...16, using: &random))
    }
    #expect(table.count == places.count, "seed \(seed)")
    let keys = table.keyColumns()
    for (key, place) in places {
      #expect(keys.map { $0[Int(place)] } == key, "seed \(seed)")
    }
  }
}
