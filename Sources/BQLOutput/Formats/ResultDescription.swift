package import BQLColumnar

/// Describes a result for programs: `--meta json`.
package enum ResultDescription {
  /// Returns one line of JSON: columns with their types, the number of rows, and the notes.
  ///
  /// `{"columns":[{"name":"step","type":"text"}],"rows":3,"notes":["…"]}`
  package static func json(schema: Schema, rowCount: Int, notes: [String]) -> String {
    var out: [UInt8] = []
    out.append("{\"columns\":[")
    for (index, field) in schema.fields.enumerated() {
      out.append(index == 0 ? "{\"name\":" : ",{\"name\":")
      append(text: field.name, to: &out)
      out.append(",\"type\":")
      append(text: field.type.rawValue, to: &out)
      out.append("}")
    }
    out.append("],\"rows\":")
    ValueText.append(int: Int64(rowCount), to: &out)
    out.append(",\"notes\":[")
    for (index, note) in notes.enumerated() {
      if index > 0 { out.append(",") }
      append(text: note, to: &out)
    }
    out.append("]}\n")
    return String(decoding: out, as: UTF8.self)
  }

  private static func append(text: String, to out: inout [UInt8]) {
    JSONSpelling().append(text: Array(text.utf8).span, to: &out)
  }
}
