/// Holds `CORRELATE source WITH target clauses`.
package struct CorrelateStatement: Hashable, Sendable {
  package var source: FeatureSource
  package var target: Expression
  package var method: Choice<CorrelationMethod>?
  package var from: TableReference?
  package var condition: Expression?
  package var asOf: Expression?

  package init(source: FeatureSource, target: Expression) {
    self.source = source
    self.target = target
  }
}

/// Names a measure of how far two columns go together.
package enum CorrelationMethod: String, Hashable, Sendable, CaseIterable {
  case pearson = "PEARSON"
  case spearman = "SPEARMAN"
  case mutual = "MUTUAL"
}
