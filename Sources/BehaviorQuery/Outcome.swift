/// Says what running one statement came to.
package enum Outcome: Sendable {
  /// A question's answer.
  case answer(QueryResult)
  /// A question's answer that `INTO` put into a file.
  case written(path: String, rowCount: Int, notes: [String])
  /// What a defining statement did (LOAD, LET, HELP): lines for a person, and warnings.
  case report(lines: [String], warnings: [String])
  /// What a defining statement found (SEGMENT), which SHOW returns as data.
  case defined(QueryResult)
  /// Nothing to say (SET).
  case done
}

extension Outcome {
  /// The same with further warnings.
  func warning(_ warnings: [String]) -> Outcome {
    if warnings.isEmpty { return self }
    let notes = warnings.map { "warning: \($0)" }
    switch self {
    case .answer(let result): return .answer(result.noting(notes))
    case .defined(let result): return .defined(result.noting(notes))
    case .written(let path, let rowCount, let own):
      return .written(path: path, rowCount: rowCount, notes: own + notes)
    case .report(let lines, let own): return .report(lines: lines, warnings: own + warnings)
    case .done: return .report(lines: [], warnings: warnings)
    }
  }
}
