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
