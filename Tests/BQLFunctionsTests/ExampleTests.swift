import BQLColumnar
import BQLFunctions
import Testing

/// Runs every function's examples, and holds what the reference needs of each.
struct ExampleTests {
  struct Case: CustomTestStringConvertible {
    let example: FunctionExample
    var testDescription: String { example.expression }
  }

  static let cases: [Case] =
    (FunctionRegistry.scalars.flatMap(\.examples) + FunctionRegistry.aggregates.flatMap(\.examples))
    .map { Case(example: $0) }

  @Test(arguments: cases)
  func examplePrintsItsResult(_ item: Case) throws {
    #expect(try Calculator.text(item.example.expression) == item.example.result)
  }

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

  @Test func resultsDependOnTheLogAlone() {
    for name in ["now", "current_timestamp", "random"] {
      #expect(FunctionRegistry.scalar(name) == nil)
    }
  }

  /// Every overload, on no row, on a row of NULLs and on 65 of them, keeps to its types and throws
  /// nothing.
  @Test func kernelsTakeEmptyAndNullColumns() throws {
    for function in FunctionRegistry.scalars {
      for overload in function.overloads {
        for count in [0, 1, 65] {
          let columns = overload.parameters.map { Column(repeating: .null, type: $0, count: count) }
          let result = try overload.kernel(columns, count)
          #expect(result.count == count, "\(function.name)")
          #expect(result.type == overload.result, "\(function.name)")
          if function.nullRule == .propagates { #expect(result.nullCount == count) }
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
          let result = try overload.kernel(columns, 3)
          #expect(result.nullCount == 3, "\(function.name)")
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
