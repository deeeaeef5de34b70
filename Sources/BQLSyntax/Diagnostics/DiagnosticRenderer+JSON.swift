import BQLJSON

extension DiagnosticRenderer {
  /// Returns a diagnostic as one JSON object on one line, its end included.
  ///
  /// Members: `code`, `severity`, `message`, `file`, `line`, `column`, `end_line`, `end_column`,
  /// `label`, `hints`, `secondary`. Lines and columns are counted from 1, the end is the place
  /// behind the last character; without a source the place is null.
  package static func json(_ diagnostic: Diagnostic, in source: Source?) -> String {
    var writer = JSONWriter()
    let index = source.map { LineIndex($0) }
    writer.beginObject()
    writer.name("code")
    writer.string(diagnostic.code.rawValue)
    writer.name("severity")
    writer.string(diagnostic.severity.rawValue)
    writer.name("message")
    writer.string(diagnostic.message)
    writer.name("file")
    if let source { writer.string(source.name) } else { writer.null() }
    write(diagnostic.range, index, to: &writer)
    writer.name("label")
    writer.string(diagnostic.label)
    writer.name("hints")
    writer.beginArray()
    for hint in diagnostic.hints { writer.string(hint) }
    writer.endArray()
    writer.name("secondary")
    writer.beginArray()
    for label in diagnostic.secondary {
      writer.beginObject()
      write(label.range, index, to: &writer)
      writer.name("label")
      writer.string(label.message)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private static func write(
    _ range: SourceRange,
    _ index: LineIndex?,
    to writer: inout JSONWriter
  ) {
    let start = index?.position(of: range.start)
    let end = index?.position(of: range.end)
    let members = [
      ("line", start?.line), ("column", start?.column), ("end_line", end?.line),
      ("end_column", end?.column),
    ]
    for (name, value) in members {
      writer.name(name)
      if let value { writer.int(value) } else { writer.null() }
    }
  }
}
