package import BQLColumnar

/// Writes an HTML table; as a page, one that needs no other file.
///
/// Cells are spelled for people, as in a table on the terminal; NULL is an empty cell.
package struct HTMLFormat: ResultFormat {
  private let isPage: Bool

  package init(isPage: Bool) {
    self.isPage = isPage
  }

  package func write(
    _ relation: Relation,
    in zone: TimeZone,
    to sink: any ByteSink
  ) throws(OutputError) {
    let fields = relation.schema.fields
    var out: [UInt8] = []
    if isPage { out.append(contentsOf: Self.pageHead.utf8) }
    out.append("<table>\n<thead>\n<tr>")
    for field in fields {
      out.append(field.isRightAligned ? "<th align=\"right\">" : "<th align=\"left\">")
      out.append(escaping: Array(field.name.utf8).span)
      out.append("</th>")
    }
    out.append("</tr>\n</thead>\n<tbody>\n")
    let spellings = fields.map { HTMLSpelling(reading: ReadingSpelling(field: $0)) }
    try relation.forEachBlock(spellings: spellings, in: zone) { (block) throws(OutputError) in
      for row in 0..<block.rowCount {
        out.append("<tr>")
        for column in 0..<block.columnCount {
          out.append(fields[column].isRightAligned ? "<td align=\"right\">" : "<td>")
          block.append(row: row, column: column, to: &out)
          out.append("</td>")
        }
        out.append("</tr>\n")
      }
      try sink.drain(&out)
    }
    out.append("</tbody>\n</table>\n")
    if isPage { out.append("</body>\n</html>\n") }
    try sink.drain(&out)
  }

  private static let pageHead = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>Result</title>
    <style>
    body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #222; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    th, td { padding: .25rem .75rem; border-bottom: 1px solid #ddd; white-space: pre-wrap; }
    th { border-bottom: 2px solid #888; }
    tbody tr:hover { background: #f5f7fa; }
    </style>
    </head>
    <body>

    """
}

private struct HTMLSpelling: CellSpelling {
  let reading: ReadingSpelling

  func append(float: Double, to out: inout [UInt8]) { reading.append(float: float, to: &out) }

  func append(interval microseconds: Int64, to out: inout [UInt8]) {
    reading.append(interval: microseconds, to: &out)
  }

  func append(text utf8: Span<UInt8>, to out: inout [UInt8]) { out.append(escaping: utf8) }
}

extension [UInt8] {
  fileprivate mutating func append(escaping utf8: Span<UInt8>) {
    for index in utf8.indices {
      switch utf8[index] {
      case UInt8(ascii: "&"): append("&amp;")
      case UInt8(ascii: "<"): append("&lt;")
      case UInt8(ascii: ">"): append("&gt;")
      case UInt8(ascii: "\""): append("&quot;")
      case let byte where byte < 0x20 && byte != 0x0A && byte != 0x09: append("&#xFFFD;")
      case let byte: append(byte)
      }
    }
  }
}
