import BQLColumnar

/// Measures a relation's columns and fits them into the terminal's width.
struct TableLayout {
  struct Column {
    /// The column's position in the relation.
    var index: Int
    /// The title's lines: one, unless the table would be too wide.
    var title: [String]
    /// Terminal columns of the widest cell or the title, or what is left of them.
    var width: Int
    /// Terminal columns of the widest cell.
    var cellWidth = 0
    /// For floats, the most terminal columns from the decimal point on: the points line up.
    var fractionWidth = 0
    var isRightAligned: Bool
    /// Whether cells may be cut short.
    var canShrink: Bool
  }

  /// The columns that are drawn.
  private(set) var columns: [Column]
  /// The most lines that a title has.
  var titleHeight: Int { columns.map(\.title.count).max() ?? 0 }

  /// The names of those that found no room, in order.
  private(set) var hidden: [String] = []

  /// Columns of text are cut down to this many terminal columns before whole columns are left out.
  private static let narrowest = 12
  /// A space, the bar and a space stand between two columns.
  private static let gap = 3

  init(_ relation: Relation, spellings: [TableSpelling], in zone: TimeZone, width: Int?) {
    columns = relation.schema.fields.enumerated().map { index, field in
      var bytes: [UInt8] = []
      TableSpelling.append(visible: field.name, to: &bytes)
      let title = String(decoding: bytes, as: UTF8.self)
      return Column(
        index: index,
        title: [title],
        width: DisplayWidth.of(title),
        isRightAligned: field.isRightAligned,
        canShrink: field.type == .text
      )
    }
    measure(relation, spellings, in: zone)
    if let width { fit(width, relation.schema) }
  }

  private mutating func measure(
    _ relation: Relation,
    _ spellings: [TableSpelling],
    in zone: TimeZone
  ) {
    var wholes = columns.map { _ in 0 }
    var fractions = columns.map { _ in 0 }
    let floats = relation.schema.fields.map { $0.type == .float }
    // Measuring cannot fail: nothing is written.
    try? relation.forEachBlock(spellings: spellings, in: zone) { (block) throws(OutputError) in
      for column in 0..<block.columnCount {
        for row in 0..<block.rowCount {
          let (whole, fraction) = block.withCell(row: row, column: column) { cell in
            floats[column] ? Self.parts(cell) : (DisplayWidth.of(cell), 0)
          }
          wholes[column] = max(wholes[column], whole)
          fractions[column] = max(fractions[column], fraction)
        }
      }
    }
    for column in columns.indices {
      columns[column].cellWidth = wholes[column] + fractions[column]
      columns[column].width = max(columns[column].width, columns[column].cellWidth)
      columns[column].fractionWidth = fractions[column]
    }
  }

  /// Returns the terminal columns before the decimal point, and those from it on.
  ///
  /// What has no point (NULL, `NaN`, a number with an exponent) ends where the points stand.
  static func parts(_ cell: Span<UInt8>) -> (whole: Int, fraction: Int) {
    for index in cell.indices where cell[index] == UInt8(ascii: ".") {
      return (index, cell.count - index)
    }
    return (DisplayWidth.of(cell), 0)
  }

  private var total: Int {
    // A space stands at either side.
    columns.reduce(0) { $0 + $1.width } + max(0, columns.count - 1) * Self.gap + 2
  }

  private mutating func fit(_ width: Int, _ schema: Schema) {
    breakTitles(by: total - width)
    shrink(by: total - width)
    guard total > width else { return }
    // The note below names the columns left out; the first column stays whatever its width.
    while total > width, columns.count > 1, let last = columns.popLast() {
      hidden.insert(schema[last.index].name, at: 0)
    }
    if let first = columns.first, columns.count == 1, first.width + 2 > width, first.canShrink {
      columns[0].width = max(width - 2, 4)
    }
  }

  /// Breaks the titles that are wider than their cells, those first that gain most.
  private mutating func breakTitles(by excess: Int) {
    var excess = excess
    let narrower = columns.enumerated().map { index, column in
      let width = TableTitle.narrowestWidth(of: column.title[0], atLeast: column.cellWidth)
      return (index: index, width: width, gain: column.width - width)
    }
    let byGain = narrower.sorted { ($1.gain, $0.index) < ($0.gain, $1.index) }
    for (index, width, gain) in byGain where excess > 0 && gain > 0 {
      columns[index].title = TableTitle.lines(of: columns[index].title[0], width: width)
      columns[index].width = width
      excess -= gain
    }
  }

  /// Cuts the widest columns of text first, so that narrow ones stay whole.
  private mutating func shrink(by excess: Int) {
    var excess = excess
    while excess > 0 {
      let wide = columns.indices.filter {
        columns[$0].canShrink && columns[$0].width > Self.narrowest
      }
      guard let widest = wide.max(by: { columns[$0].width < columns[$1].width }) else { return }
      let next = wide.filter { $0 != widest }.map { columns[$0].width }.max() ?? Self.narrowest
      let step = min(excess, max(1, columns[widest].width - max(next, Self.narrowest)))
      columns[widest].width -= step
      excess -= step
    }
  }
}
