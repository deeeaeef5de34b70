package import BQLColumnar

/// Writes a result as one JSON document: an array of objects, one object a line.
///
/// NaN and infinities are null; integers are numbers, however large; durations are seconds. Where
/// a column's name repeats, later ones become `name_2`, `name_3`, ….
package struct JSONFormat: ResultFormat {
  package init() {}

  package func write(
    _ relation: Relation,
    in zone: TimeZone,
    to sink: any ByteSink
  ) throws(OutputError) {
    let keys = JSONSpelling.keys(of: relation.schema)
    var out: [UInt8] = []
    var isFirst = true
    out.append(UInt8(ascii: "["))
    let spellings = keys.map { _ in JSONSpelling() }
    try relation.forEachBlock(spellings: spellings, in: zone) { (block) throws(OutputError) in
      for row in 0..<block.rowCount {
        out.append(isFirst ? "\n" : ",\n")
        isFirst = false
        block.appendObject(row: row, keys: keys, to: &out)
      }
      try sink.drain(&out)
    }
    out.append(isFirst ? "]\n" : "\n]\n")
    try sink.drain(&out)
  }
}

/// Writes a result as newline-delimited JSON: one object a line, spelled as ``JSONFormat`` does.
package struct NDJSONFormat: ResultFormat {
  package init() {}

  package func write(
    _ relation: Relation,
    in zone: TimeZone,
    to sink: any ByteSink
  ) throws(OutputError) {
    let keys = JSONSpelling.keys(of: relation.schema)
    var out: [UInt8] = []
    let spellings = keys.map { _ in JSONSpelling() }
    try relation.forEachBlock(spellings: spellings, in: zone) { (block) throws(OutputError) in
      for row in 0..<block.rowCount {
        block.appendObject(row: row, keys: keys, to: &out)
        out.append(UInt8(ascii: "\n"))
      }
      try sink.drain(&out)
    }
  }
}

extension CellBlock {
  /// Appends one row as a JSON object; the cells must be spelled by ``JSONSpelling``.
  fileprivate borrowing func appendObject(
    row: Int,
    keys: [[UInt8]],
    to out: inout [UInt8]
  ) {
    out.append(UInt8(ascii: "{"))
    for column in 0..<columnCount {
      if column > 0 { out.append(UInt8(ascii: ",")) }
      out.append(contentsOf: keys[column])
      append(row: row, column: column, to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }
}
