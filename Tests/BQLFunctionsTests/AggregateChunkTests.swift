import BQLColumnar
import BQLFunctions
import BQLTestSupport
import Testing

/// Compares the ways in which an accumulator takes a chunk: row by row, in many lanes, and as a whole
/// where there is one group.
struct AggregateChunkTests {
  static let counts = [0, 1, 63, 64, 65, 4_095, 4_096, 4_097]

  /// Says which values are drawn.
  enum Content: CaseIterable {
    case mixed
    case absent
    case present
    /// The ends of 64 bits, and numbers beside them, as often below 0 as above: sums fit.
    case extreme
  }

  private static func column(
    _ type: DataType,
    _ content: Content,
    _ count: Int,
    _ random: inout SeededGenerator
  ) -> Column {
    let cells = (0..<count).map { row -> Value in
      if content == .absent { return .null }
      let drawn = AggregateTests.cell(type, &random)
      if content == .extreme, let int = drawn.storedInt {
        let far = row % 2 == 0 ? Int64.max - (int & 1) : Int64.min + (int & 1)
        switch type {
        case .int: return .int(far)
        case .decimal: return .decimal(far)
        case .interval: return .interval(far)
        default: return drawn
        }
      }
      return drawn.isNull && content != .mixed ? AggregateTests.cell(type, &random) : drawn
    }
    return Column(cells, type: type)
  }

  /// Takes rows one chunk a row.
  private static func rowByRow(
    _ overload: AggregateFunction.Overload,
    _ item: AggregateTests.Case,
    _ groups: [Int32],
    _ columns: [Column],
    _ groupCount: Int
  ) throws -> any Accumulator {
    var accumulator = try overload.makeAccumulator(item.constants)
    accumulator.grow(to: groupCount)
    for row in groups.indices {
      let arguments = columns.map { $0.slice(row..<row + 1) }
      try accumulator.update(groups: [groups[row]], arguments: arguments)
    }
    return accumulator
  }

  private static func cells(_ accumulator: any Accumulator, _ count: Int) throws -> [Value]? {
    do throws(FunctionError) {
      let column = try accumulator.finish()
      return (0..<count).map { column[$0] }
    } catch {
      // A sum past its type is one by whatever way it was added up.
      guard case .overflow = error else { throw error }
      return nil
    }
  }

  private static let cases = AggregateTests.cases.filter {
    ["count", "sum", "avg", "min", "max"].contains($0.name)
  }

  @Test(arguments: cases)
  func chunksOfAnySizeGiveTheSame(_ item: AggregateTests.Case) throws {
    let overload = try #require(item.overload)
    for count in Self.counts {
      for (index, content) in Content.allCases.enumerated() {
        var random = SeededGenerator(seed: UInt64(count * 4 + index))
        let types = overload.parameters.prefix(AggregateTests.width(item, overload))
        let columns = types.map { Self.column($0, content, count, &random) }
        for groupCount in [1, 5, 100] {
          let groups = (0..<count).map { _ in
            groupCount == 1 ? 0 : Int32.random(in: -1..<Int32(groupCount), using: &random)
          }
          let slow = try Self.rowByRow(overload, item, groups, columns, groupCount)
          var fast = try overload.makeAccumulator(item.constants)
          fast.grow(to: groupCount)
          try fast.update(groups: groups, arguments: Array(columns))
          var results = [try Self.cells(fast, groupCount)]
          if groupCount == 1 {
            var whole = try overload.makeAccumulator(item.constants)
            whole.grow(to: 1)
            try whole.update(whole: columns, count: count)
            results.append(try Self.cells(whole, 1))
            // A second chunk, and states put together.
            var twice = whole
            try twice.combine(whole, mapping: [0])
            try whole.update(whole: columns, count: count)
            #expect(
              Self.areClose(try Self.cells(whole, 1), try Self.cells(twice, 1), item),
              "\(count) rows, \(content)"
            )
          }
          let expected = try Self.cells(slow, groupCount)
          for result in results {
            #expect(
              Self.areClose(result, expected, item),
              "\(count) rows, \(content), \(groupCount) groups"
            )
          }
        }
      }
    }
  }

  private static func areClose(
    _ first: [Value]?,
    _ second: [Value]?,
    _ item: AggregateTests.Case
  ) -> Bool {
    guard let first, let second else { return first == nil && second == nil }
    return zip(first, second).allSatisfy { AggregateTests.isClose($0, $1, item) }
  }
}
