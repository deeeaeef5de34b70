package import BQLColumnar

/// Writes results one after the other as one kind of text.
package protocol ResultFormat: Sendable {
  /// Writes the whole of `relation`, times on the clock of `zone`; what was written ends with a line
  /// feed.
  func write(
    _ relation: Relation,
    in zone: TimeZone,
    to sink: any ByteSink
  ) throws(OutputError)

  /// Writes what stands between one result and the next.
  func writeSeparator(to sink: any ByteSink) throws(OutputError)
}

extension ResultFormat {
  /// Writes the whole of `relation`, times in UTC.
  package func write(_ relation: Relation, to sink: any ByteSink) throws(OutputError) {
    try write(relation, in: .utc, to: sink)
  }

  package func writeSeparator(to sink: any ByteSink) throws(OutputError) {}
}
