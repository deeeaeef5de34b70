package import BQLColumnar

/// Writes comma-separated values as RFC 4180 has them, with a header and line feeds.
///
/// NULL is an empty field and the empty text is `""`; durations are seconds. A lone NULL of a
/// one-column result is `""` too, since an empty line would be no row to most readers.
package struct CSVFormat: ResultFormat {
  package init() {}

  package func write(
    _ relation: Relation,
    in zone: TimeZone,
    to sink: any ByteSink
  ) throws(OutputError) {
    let columnCount = relation.schema.count
    guard columnCount > 0 else { return }
    let spelling = CSVSpelling(spellsNull: columnCount == 1)
    var out: [UInt8] = []
    for (index, field) in relation.schema.fields.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      spelling.append(text: Array(field.name.utf8).span, to: &out)
    }
    out.append(UInt8(ascii: "\n"))
    try sink.drain(&out)
    let spellings = relation.schema.fields.map { _ in spelling }
    try relation.forEachBlock(spellings: spellings, in: zone) { (block) throws(OutputError) in
      for row in 0..<block.rowCount {
        for column in 0..<block.columnCount {
          if column > 0 { out.append(UInt8(ascii: ",")) }
          block.append(row: row, column: column, to: &out)
        }
        out.append(UInt8(ascii: "\n"))
      }
      try sink.drain(&out)
    }
  }

  package func writeSeparator(to sink: any ByteSink) throws(OutputError) {
    try sink.append("\n")
  }
}

private struct CSVSpelling: CellSpelling {
  let spellsNull: Bool

  func append(null type: DataType, to out: inout [UInt8]) {
    if spellsNull { out.append("\"\"") }
  }

  @inline(__always)
  func append(text utf8: Span<UInt8>, to out: inout [UInt8]) {
    if needsQuotes(utf8) { appendQuoted(utf8, to: &out) } else { out.append(utf8) }
  }

  @inline(__always)
  private func needsQuotes(_ utf8: Span<UInt8>) -> Bool {
    if utf8.isEmpty { return true }
    var found = false
    for index in utf8.indices {
      let byte = utf8[index]
      found = found || byte == 0x22 || byte == 0x2C || byte == 0x0A || byte == 0x0D
    }
    // Readers that trim fields keep the spaces of a quoted one.
    return found || utf8[0] == 0x20 || utf8[utf8.count - 1] == 0x20
  }

  private func appendQuoted(_ utf8: Span<UInt8>, to out: inout [UInt8]) {
    out.append(0x22)
    for index in utf8.indices {
      if utf8[index] == 0x22 { out.append(0x22) }
      out.append(utf8[index])
    }
    out.append(0x22)
  }
}
