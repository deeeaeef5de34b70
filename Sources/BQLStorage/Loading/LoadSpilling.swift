/// Takes rows off a load's hands when they take too much memory.
package struct LoadSpilling {
  /// The bytes of rows after which those so far are handed on.
  ///
  /// Making a log of them takes about as much again for a while.
  package let byteCount: Int
  /// Called when the reading starts, and when it starts again because a column has to be read as
  /// another type: what was handed on before does not count.
  package let start: () -> Void
  /// Takes the rows so far, as a log of their own.
  package let spill: (EventLog) throws(LoadError) -> Void

  package init(
    byteCount: Int,
    start: @escaping () -> Void,
    spill: @escaping (EventLog) throws(LoadError) -> Void
  ) {
    self.byteCount = byteCount
    self.start = start
    self.spill = spill
  }
}
