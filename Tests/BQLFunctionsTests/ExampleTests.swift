import BQLColumnar
import BQLFunctions
import Testing

/// Holds what the reference needs of each function, and what every kernel keeps to.
struct ExampleTests {
  @Test func everyFunctionIsDescribed() {
    for function in FunctionRegistry.scalars {
      #expect(function.summary.hasSuffix("."), "\(function.name)")
      #expect(!function.examples.isEmpty, "\(function.name)")
      #expect(!function.overloads.isEmpty, "\(function.name)")
    }
    for function in FunctionRegistry.aggregates {
      #expect(function.summary.hasSuffix("."), "\(function.name)")
      #expect(!function.examples.isEmpty, "\(function.name)")
      #expect(!function.overloads.isEmpty, "\(function.name)")
    }
    for function in FunctionRegistry.windows {
      #expect(function.summary.hasSuffix("."), "\(function.name)")
      #expect(!function.examples.isEmpty, "\(function.name)")
      #expect(!function.overloads.isEmpty, "\(function.name)")
    }
  }

  @Test func namesAreUniqueAndLowerCase() {
    let names =
      FunctionRegistry.scalars.flatMap { [$0.name] + $0.aliases }
      + FunctionRegistry.aggregates.flatMap { [$0.name] + $0.aliases }
      + FunctionRegistry.windows.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0 == $0.lowercased() })
  }

  /// Nothing but the time of the statement comes from outside of the log.
  @Test func resultsDependOnTheLogAlone() {
    for name in ["random", "uuid", "gen_random_uuid"] {
      #expect(FunctionRegistry.scalar(name) == nil)
    }
  }

  /// A zone whose clocks change, so that kernels for other zones than UTC run too.
  static let changing = TimeZone(
    name: "Test",
    stretches: [
      TimeZone.Stretch(start: .min, offset: 3_600, abbreviation: "A"),
      TimeZone.Stretch(start: 0, offset: 7_200, abbreviation: "B"),
    ]
  )

  /// Every overload, on no row, on a row of NULLs and on 65 of them, keeps to its types and throws
  /// nothing.
  @Test func kernelsTakeEmptyAndNullColumns() throws {
    for function in FunctionRegistry.scalars {
      for overload in function.overloads {
        for count in [0, 1, 65] {
          for zone in [TimeZone.utc, Self.changing] {
            let columns = overload.parameters.map {
              Column(repeating: .null, type: $0, count: count)
            }
            let result = try overload.kernel(in: zone)(columns, count)
            #expect(result.count == count, "\(function.name)")
            #expect(result.type == overload.result, "\(function.name)")
            if function.nullRule == .propagates { #expect(result.nullCount == count) }
          }
        }
      }
    }
  }

  /// The slot of a NULL may hold anything: extremes there neither trap nor throw.
  @Test func kernelsIgnoreTheSlotsOfNulls() throws {
    for function in FunctionRegistry.scalars where function.nullRule == .propagates {
      for overload in function.overloads where !overload.parameters.isEmpty {
        for extreme in [Int64.min, -1, 0, Int64.max] {
          let columns = overload.parameters.map { Self.nulls(of: $0, extreme) }
          for zone in [TimeZone.utc, Self.changing] {
            let result = try overload.kernel(in: zone)(columns, 3)
            #expect(result.nullCount == 3, "\(function.name)")
          }
        }
      }
    }
  }

  private static func nulls(of type: DataType, _ slot: Int64) -> Column {
    let validity = Bitmap(repeating: false, count: 3)
    switch type {
    case .bool: return Column(bools: [true, false, true], validity: validity)
    case .float: return Column(floats: [.nan, .infinity, Double(slot)], validity: validity)
    case .text:
      let dictionary = TextDictionary(["(", "\\", "%"])
      return Column(codes: [0, 1, 2], dictionary: dictionary, validity: validity)
    case .int, .decimal, .timestamp, .date, .interval:
      return Column(type, ints: [slot, slot, slot], validity: validity)
    }
  }
}
