/// Lets a long computation be stopped from outside: asked between its steps, from any thread.
package struct Interruption: Sendable {
  /// Never stops.
  package static let none = Interruption { false }

  private let isAsked: @Sendable () -> Bool

  /// - Parameter isAsked: Whether to stop; quick, and true for good once it was.
  package init(_ isAsked: @escaping @Sendable () -> Bool) {
    self.isAsked = isAsked
  }

  /// Whether the computation is to stop, for work that cannot throw.
  var isRequested: Bool { isAsked() }

  /// Throws ``ModelError/interrupted`` where the computation is to stop.
  func check() throws(ModelError) {
    if isAsked() { throw .interrupted }
  }
}
