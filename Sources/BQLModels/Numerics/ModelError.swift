/// Says why a computation on numbers has no answer.
package enum ModelError: Error, Hashable, Sendable {
  /// There is no row to compute from.
  case noRows
  /// There is no column to compute from.
  case noColumns
  /// A number of clusters or components below 1.
  case clusterCount(Int)
  /// A number that must be finite, and below 1e140 in size so that its square is, is not.
  case notFinite(row: Int, column: Int)
  /// Two inputs that belong together differ in size.
  case shape(expected: Int, found: Int)
  /// A size that no memory holds.
  case tooLarge
  /// The covariance of a component cannot be inverted: its regularisation is too small.
  case notPositiveDefinite(component: Int)
  /// The caller asked to stop.
  case interrupted
  /// A parameter lies outside of what is allowed.
  case parameter(String)
  /// A label that the loss has no meaning for, such as 2 among classes or −1 among counts.
  case label(row: Int)
  /// All labels are of one class, so that there is nothing to tell apart.
  case oneClass
  /// A weight that is negative or not finite, or none above 0.
  case weights
}
