package import BQLColumnar

/// Draws a result as an aligned table for people.
///
/// Numbers stand at the right, floats with their decimal points one below the other; durations as
/// `2d 3h`. With a width given, long texts are cut, and columns that still find no room are named
/// below. Reads the relation twice: once to measure, once to draw.
package struct TableFormat: ResultFormat {
  private let style: TableStyle

  package init(style: TableStyle) {
    self.style = style
  }

  package func write(
    _ relation: Relation,
    in zone: TimeZone,
    to sink: any ByteSink
  ) throws(OutputError) {
    let spellings = relation.schema.fields.map {
      TableSpelling(reading: ReadingSpelling(field: $0), null: style.null)
    }
    let layout = TableLayout(relation, spellings: spellings, in: zone, width: style.width)
    if !layout.columns.isEmpty {
      try writeHead(layout, to: sink)
      try writeRows(of: relation, in: zone, layout, spellings, to: sink)
    }
    try writeFoot(relation.rowCount, layout, to: sink)
  }

  /// Writes an empty line between two tables.
  package func writeSeparator(to sink: any ByteSink) throws(OutputError) {
    try sink.append("\n")
  }

  private func writeHead(_ layout: TableLayout, to sink: any ByteSink) throws(OutputError) {
    var out: [UInt8] = []
    let bar = Array(style.dim(" \(style.bar) ").utf8)
    for line in 0..<layout.titleHeight {
      for (position, column) in layout.columns.enumerated() {
        out.append(position == 0 ? " " : "")
        if position > 0 { out.append(contentsOf: bar) }
        // Titles of fewer lines stand at the bottom, next to their cells.
        let titleLine = line - (layout.titleHeight - column.title.count)
        let title = titleLine < 0 ? "" : column.title[titleLine]
        append(title, column, isLast: position == layout.columns.count - 1, to: &out)
      }
      out.append("\n")
    }
    let rules = layout.columns.map { String(repeating: style.rule, count: $0.width + 2) }
    out.append(contentsOf: style.dim(rules.joined(separator: style.crossing)).utf8)
    out.append("\n")
    try sink.drain(&out)
  }

  private func append(
    _ title: String,
    _ column: TableLayout.Column,
    isLast: Bool,
    to out: inout [UInt8]
  ) {
    let short = cut(Array(title.utf8).span, column).map { String(decoding: $0, as: UTF8.self) }
    let title = short ?? title
    let padding = column.width - DisplayWidth.of(title)
    if column.isRightAligned { out.append(repeating: 0x20, count: padding) }
    if !title.isEmpty { out.append(contentsOf: style.bold(title).utf8) }
    if !column.isRightAligned, !isLast { out.append(repeating: 0x20, count: padding) }
  }

  private func writeRows(
    of relation: Relation,
    in zone: TimeZone,
    _ layout: TableLayout,
    _ spellings: [TableSpelling],
    to sink: any ByteSink
  ) throws(OutputError) {
    let columns = layout.columns
    let bar = Array(style.dim(" \(style.bar) ").utf8)
    var out: [UInt8] = []
    try relation.forEachBlock(columns: columns.map(\.index), spellings: spellings, in: zone) {
      (block) throws(OutputError) in
      for row in 0..<block.rowCount {
        out.append(" ")
        for (position, column) in columns.enumerated() {
          if position > 0 { out.append(contentsOf: bar) }
          let isNull = block.isNull(row: row, column: position)
          let isLast = position == columns.count - 1
          block.withCell(row: row, column: position) {
            append($0, column, isNull: isNull, isLast: isLast, to: &out)
          }
        }
        out.append("\n")
      }
      try sink.drain(&out)
    }
  }

  private func append(
    _ cell: Span<UInt8>,
    _ column: TableLayout.Column,
    isNull: Bool,
    isLast: Bool,
    to out: inout [UInt8]
  ) {
    if isNull {
      let padding = column.width - DisplayWidth.of(cell)
      if column.isRightAligned { out.append(repeating: 0x20, count: padding) }
      out.append(contentsOf: style.dim(String(copying: cell)).utf8)
      if !column.isRightAligned, !isLast { out.append(repeating: 0x20, count: padding) }
      return
    }
    if column.isRightAligned {
      let (whole, fraction) =
        column.fractionWidth > 0 ? TableLayout.parts(cell) : (DisplayWidth.of(cell), 0)
      let after = column.fractionWidth - fraction
      out.append(repeating: 0x20, count: column.width - whole - fraction - after)
      out.append(cell)
      if !isLast { out.append(repeating: 0x20, count: after) }
      return
    }
    if let short = cut(cell, column) {
      out.append(contentsOf: short)
      if !isLast {
        out.append(repeating: 0x20, count: column.width - DisplayWidth.of(short.span))
      }
      return
    }
    out.append(cell)
    if !isLast { out.append(repeating: 0x20, count: column.width - DisplayWidth.of(cell)) }
  }

  /// Returns a beginning of `cell` that fits its column, with an ellipsis; nil where all of it fits.
  private func cut(_ cell: Span<UInt8>, _ column: TableLayout.Column) -> [UInt8]? {
    guard cell.count > column.width, DisplayWidth.of(cell) > column.width else { return nil }
    let room = max(0, column.width - DisplayWidth.of(style.ellipsis))
    var beginning = DisplayWidth.prefix(String(copying: cell), width: room).text
    while beginning.last == " " { beginning.removeLast() }
    return Array((beginning + style.ellipsis).utf8)
  }

  private func writeFoot(
    _ rowCount: Int,
    _ layout: TableLayout,
    to sink: any ByteSink
  ) throws(OutputError) {
    var parts: [String] = []
    if style.showsRowCount { parts.append(rowCount == 1 ? "1 row" : "\(rowCount) rows") }
    if !layout.hidden.isEmpty {
      let count = layout.hidden.count
      parts.append(
        "\(count) more column\(count == 1 ? "" : "s") not shown: "
          + layout.hidden.joined(separator: ", ")
      )
    }
    guard !parts.isEmpty else { return }
    var out: [UInt8] = []
    let text = "(\(parts.joined(separator: "; ")))"
    out.append(contentsOf: style.dim(text).utf8)
    out.append("\n")
    try sink.drain(&out)
  }
}
