/// Holds `RFM [AS OF t] [SCORES 5] clauses`.
package struct RFMStatement: Hashable, Sendable {
  package var behavior = BehaviorClauses()
  /// `AS OF t`: rows before `t` are read, and recency is measured to it.
  package var asOf: Expression?
  /// `SCORES n`: into how many parts each measure is cut.
  package var scores: Choice<Int>?

  package init() {}
}
