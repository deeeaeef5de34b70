package import BQLColumnar

/// Writes tab-separated values with a header: one line a row, always.
///
/// Tab, line feed, carriage return and backslash are written `\t`, `\n`, `\r` and `\\`; NULL and
/// the empty text are both empty fields; durations are seconds.
package struct TSVFormat: ResultFormat {
  package init() {}

  package func write(
    _ relation: Relation,
    in zone: TimeZone,
    to sink: any ByteSink
  ) throws(OutputError) {
    guard relation.schema.count > 0 else { return }
    let spelling = TSVSpelling()
    var out: [UInt8] = []
    for (index, field) in relation.schema.fields.enumerated() {
      if index > 0 { out.append(UInt8(ascii: "\t")) }
      spelling.append(text: Array(field.name.utf8).span, to: &out)
    }
    out.append(UInt8(ascii: "\n"))
    try sink.drain(&out)
    let spellings = relation.schema.fields.map { _ in spelling }
    try relation.forEachBlock(spellings: spellings, in: zone) { (block) throws(OutputError) in
      for row in 0..<block.rowCount {
        for column in 0..<block.columnCount {
          if column > 0 { out.append(UInt8(ascii: "\t")) }
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

private struct TSVSpelling: CellSpelling {
  func append(text utf8: Span<UInt8>, to out: inout [UInt8]) {
    for index in utf8.indices {
      switch utf8[index] {
      case 0x09: out.append("\\t")
      case 0x0A: out.append("\\n")
      case 0x0D: out.append("\\r")
      case 0x5C: out.append("\\\\")
      case let byte: out.append(byte)
      }
    }
  }
}
