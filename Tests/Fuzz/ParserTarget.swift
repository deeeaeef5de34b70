import BQLSyntax

/// Parses any text, prints what was read and reads that again.
final class ParserTarget: FuzzTarget {
  let name = "parser"
  let corpus = "statements"
  let weight = 45
  let tokens = StatementTokens.all

  func run(_ input: [UInt8]) throws(FuzzFailure) -> Bool {
    let source = Source(name: "fuzz.bq", text: String(decoding: input, as: UTF8.self))
    let count = source.text.utf8.count
    let (statements, diagnostics) = Parser.parse(source)
    let renderer = DiagnosticRenderer()
    for diagnostic in diagnostics {
      let ranges = [diagnostic.range] + diagnostic.secondary.map(\.range)
      guard ranges.allSatisfy({ 0 <= $0.start && $0.start <= $0.end && $0.end <= count }) else {
        throw FuzzFailure("a message stands outside of the text: \(diagnostic.message)")
      }
      guard renderer.render(diagnostic, in: source).hasSuffix("\n") else {
        throw FuzzFailure("a message is no line: \(diagnostic.message)")
      }
    }
    guard ScriptOutline(source.text).statements.allSatisfy({ $0.end <= count }) else {
      throw FuzzFailure("the outline ends behind the text")
    }
    for statement in statements {
      let printed = Formatter.print(statement)
      // What was mended while it was read need not read back.
      if diagnostics.isEmpty { try check(printed) }
    }
    return diagnostics.isEmpty
  }

  /// Checks that a printed statement is read as itself.
  private func check(_ printed: String) throws(FuzzFailure) {
    let (again, diagnostics) = Parser.parse(Source(name: "printed.bq", text: printed))
    guard diagnostics.isEmpty, again.count == 1 else {
      let message = diagnostics.first?.message ?? "\(again.count) statements"
      throw FuzzFailure("printed as \(printed)\nwhich does not read back: \(message)")
    }
    let twice = Formatter.print(again[0])
    guard twice == printed else {
      throw FuzzFailure("printed as \(printed)\nwhich reads as   \(twice)")
    }
  }
}
