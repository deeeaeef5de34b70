/// Holds `COMPARE a VS b`: conditions on the row by which a unit counts.
package struct Comparison: Sendable {
  package var first: BoundExpression
  /// nil: every unit that is not of the first group.
  package var second: BoundExpression?
  /// The two as written.
  package var labels: [String]
}
