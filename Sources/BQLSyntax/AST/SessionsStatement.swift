/// Holds `SESSIONS clauses`; clauses may stand in any order, once each.
package struct SessionsStatement: Hashable, Sendable {
  package var behavior = BehaviorClauses()
  /// `USING session`: the column that names a row's session.
  package var using: Identifier?
  /// `GAP 30m`.
  package var gap: Choice<Duration>?
  /// `MAX 12h`, behind GAP.
  package var longest: Choice<Duration>?
  /// `ON expression`: what entry and exit tell of a session's first and last row.
  package var on: Expression?
  package var show: Choice<SessionsShow>?

  package init() {}
}

/// Names what SESSIONS returns.
package enum SessionsShow: String, Hashable, Sendable, CaseIterable {
  /// One row a session.
  case sessions = "SESSIONS"
  /// One row a group of sessions.
  case summary = "SUMMARY"
}
