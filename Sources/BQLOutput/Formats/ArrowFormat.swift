import BQLArrow
package import BQLColumnar

/// Writes Arrow IPC: a stream a result, one after the other, or one file.
///
/// Durations stay durations and NULL is told from the empty text; see ``ArrowEncoder`` for the
/// types. Times carry the zone's name: the instants are the same in any.
package struct ArrowFormat: ResultFormat {
  private let framing: ArrowFraming

  /// `isFile` makes what is read from its end, once in a file; else a stream.
  package init(isFile: Bool) {
    framing = isFile ? .file : .stream
  }

  package func write(
    _ relation: Relation,
    in zone: TimeZone,
    to sink: any ByteSink
  ) throws(OutputError) {
    try ArrowEncoder.write(relation, zone: zone.name, as: framing) {
      (bytes) throws(OutputError) in
      try sink.append(bytes)
    }
  }
}
