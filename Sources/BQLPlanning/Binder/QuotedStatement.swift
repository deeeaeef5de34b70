import BQLSyntax

/// Holds a statement that another one brings in, with places of its own behind the source's end, so
/// that what is wrong with it is told apart from what is wrong with the statement that is run.
struct QuotedStatement: Sendable {
  /// Where it begins; greater than any place of the source.
  let start: Int
  private let utf8: [UInt8]
  let statement: TrainStatement

  /// Reads the TRAIN of a model; nil where it is none.
  init?(_ definition: String, behind source: Source) {
    let start = source.text.utf8.count + 1
    let text = String(repeating: "\n", count: start) + definition
    let (statements, diagnostics) = Parser.parse(Source(name: "model", text: text))
    guard !diagnostics.contains(where: { $0.severity == .error }),
      case .train(let train)? = statements.first?.kind
    else { return nil }
    self.start = start
    utf8 = Array(text.utf8)
    statement = train
  }

  func text(of range: SourceRange) -> String {
    let end = max(start, min(range.end, utf8.count))
    return Binder.folded(utf8[max(start, min(range.start, end))..<end])
  }
}
