import BQLColumnar
import BQLFunctions
import BehaviorQuery
import Testing

/// Runs the examples of every function and form of expressions, as the reference prints them.
struct FunctionExampleTests {
  struct Case: CustomTestStringConvertible {
    let example: FunctionExample
    var testDescription: String { example.expression }
  }

  static let cases: [Case] = FunctionRegistry.references.flatMap(\.examples)
    .map { Case(example: $0) }

  @Test(arguments: cases)
  func examplePrintsItsResult(_ item: Case) throws {
    #expect(try Self.text(item.example.expression) == item.example.result)
  }

  /// The result of an expression as the CSV format prints it, texts without quotes; several rows with
  /// commas between them.
  static func text(_ expression: String, after statements: String = "") throws -> String {
    let answers = try Workspace().run("\(statements) SELECT \(expression);")
    let relation = try #require(answers.last).relation
    let cells = relation.chunks.flatMap { chunk in
      (0..<chunk.count).map { chunk.columns[0][$0] }
    }
    _ = try #require(cells.first)
    return cells.map { ValueText.text($0, intervals: .seconds) }.joined(separator: ", ")
  }

  @Test func everyEntryIsWhole() {
    for reference in FunctionRegistry.references {
      #expect(reference.summary.hasSuffix("."), "\(reference.name)")
      #expect(!reference.signatures.isEmpty, "\(reference.name)")
      #expect(!reference.examples.isEmpty, "\(reference.name)")
      #expect(
        reference.differences.isEmpty || reference.differences.hasSuffix("."),
        "\(reference.name)"
      )
      #expect(FunctionRegistry.reference(reference.name) != nil)
    }
  }

  /// Completion offers each name that may be called.
  @Test func completionOffersEveryFunction() {
    let names = Set(Workspace().completionNames.functions)
    for reference in FunctionRegistry.references
    where FunctionRegistry.scalar(reference.name) != nil
      || FunctionRegistry.aggregate(reference.name) != nil
    {
      guard reference.name.first?.isLetter ?? false else { continue }
      #expect(names.contains(reference.name), "\(reference.name)")
    }
    #expect(names.contains("try_cast"))
  }
}
