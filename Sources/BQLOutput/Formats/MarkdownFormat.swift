package import BQLColumnar

/// Writes a GitHub-flavoured Markdown table, its source aligned for reading too.
///
/// Cells are spelled for people, as in a table on the terminal; NULL is empty.
package struct MarkdownFormat: ResultFormat {
  package init() {}

  package func write(
    _ relation: Relation,
    in zone: TimeZone,
    to sink: any ByteSink
  ) throws(OutputError) {
    let fields = relation.schema.fields
    guard !fields.isEmpty else { return }
    let spellings = fields.map { MarkdownSpelling(reading: ReadingSpelling(field: $0)) }
    var out: [UInt8] = []
    let headers = fields.map { field in
      spellings[0].cell(field.name)
    }
    var widths = headers.map { max(3, DisplayWidth.of(String(decoding: $0, as: UTF8.self))) }
    try relation.forEachBlock(spellings: spellings, in: zone) { (block) throws(OutputError) in
      for column in 0..<block.columnCount {
        for row in 0..<block.rowCount {
          let width = block.withCell(row: row, column: column) { DisplayWidth.of($0) }
          widths[column] = max(widths[column], width)
        }
      }
    }
    for column in fields.indices {
      out.append(column == 0 ? "| " : " | ")
      let header = headers[column]
      out.append(padded: header.span, to: widths[column], fields[column].isRightAligned)
    }
    out.append(" |\n")
    for column in fields.indices {
      let isRight = fields[column].isRightAligned
      out.append(column == 0 ? "| " : " | ")
      out.append(repeating: UInt8(ascii: "-"), count: widths[column] - (isRight ? 1 : 0))
      if isRight { out.append(UInt8(ascii: ":")) }
    }
    out.append(" |\n")
    try relation.forEachBlock(spellings: spellings, in: zone) { (block) throws(OutputError) in
      for row in 0..<block.rowCount {
        for column in 0..<block.columnCount {
          out.append(column == 0 ? "| " : " | ")
          block.withCell(row: row, column: column) {
            out.append(padded: $0, to: widths[column], fields[column].isRightAligned)
          }
        }
        out.append(" |\n")
      }
      try sink.drain(&out)
    }
    try sink.drain(&out)
  }

  /// Writes an empty line, without which two tables would be one.
  package func writeSeparator(to sink: any ByteSink) throws(OutputError) {
    try sink.append("\n")
  }
}

private struct MarkdownSpelling: CellSpelling {
  let reading: ReadingSpelling

  func append(float: Double, to out: inout [UInt8]) { reading.append(float: float, to: &out) }

  func append(interval microseconds: Int64, to out: inout [UInt8]) {
    reading.append(interval: microseconds, to: &out)
  }

  func append(text utf8: Span<UInt8>, to out: inout [UInt8]) {
    for index in utf8.indices {
      switch utf8[index] {
      case UInt8(ascii: "|"): out.append("\\|")
      case UInt8(ascii: "\\"): out.append("\\\\")
      case UInt8(ascii: "<"): out.append("&lt;")
      case UInt8(ascii: "\n"): out.append("<br>")
      case let byte where byte < 0x20 || byte == 0x7F: out.append(0x20)
      case let byte: out.append(byte)
      }
    }
  }

  func cell(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    append(text: Array(text.utf8).span, to: &out)
    return out
  }
}

extension [UInt8] {
  /// Appends `text` and the spaces that fill it up to `width` columns.
  fileprivate mutating func append(
    padded text: Span<UInt8>,
    to width: Int,
    _ isRightAligned: Bool
  ) {
    let padding = width - DisplayWidth.of(text)
    if isRightAligned { append(repeating: 0x20, count: padding) }
    append(text)
    if !isRightAligned { append(repeating: 0x20, count: padding) }
  }
}
