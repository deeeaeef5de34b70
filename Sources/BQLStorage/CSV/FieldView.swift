import BQLColumnar

/// Reads the fields of the rows of one block.
///
/// Field *k* of the block (row × columns + column) is the text in `starts[k] + 1 ..< ends[k]`. In a
/// block without quotes both are the same list of delimiters and line feeds, one apart.
@safe
struct FieldView {
  let text: TextView
  // Valid while the index that lends the view is; each holds rows × columns numbers.
  private let starts: UnsafePointer<UInt32>
  private let ends: UnsafePointer<UInt32>
  let columnCount: Int
  let rowCount: Int
  /// Says that a carriage return may stand before the line feed, still in the last field.
  private let mayEndInReturn: Bool

  @unsafe
  init(
    text: TextView,
    starts: UnsafePointer<UInt32>,
    ends: UnsafePointer<UInt32>,
    columnCount: Int,
    rowCount: Int,
    mayEndInReturn: Bool
  ) {
    self.text = text
    unsafe self.starts = starts
    unsafe self.ends = ends
    self.columnCount = columnCount
    self.rowCount = rowCount
    self.mayEndInReturn = mayEndInReturn
  }

  /// Calls `body` with each row from `first` on and the range of its field in `column`, until it
  /// returns false; returns the row where it stopped, or the number of rows.
  @inline(__always)
  func forEach(
    _ column: Int,
    from first: Int,
    while body: (_ row: Int, _ start: Int, _ end: Int) -> Bool
  ) -> Int {
    let trims = mayEndInReturn && column == columnCount - 1
    var mark = first * columnCount + column
    var row = first
    while row < rowCount {
      // In bounds: `mark` is below rows × columns.
      let start = Int(unsafe starts[mark] &+ 1)
      var end = Int(unsafe ends[mark])
      if trims, end > start, text[end - 1] == Dialect.carriageReturn { end -= 1 }
      if !body(row, start, end) { return row }
      mark += columnCount
      row += 1
    }
    return row
  }

  /// Calls `body` with each row and the range of its field in `column`.
  @inline(__always)
  func forEach(_ column: Int, _ body: (_ row: Int, _ start: Int, _ end: Int) -> Void) {
    _ = forEach(column, from: 0) { row, start, end in
      body(row, start, end)
      return true
    }
  }

  /// Returns where one field stands.
  func range(_ row: Int, _ column: Int) -> Range<Int> {
    precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount)
    let mark = row * columnCount + column
    let start = Int(unsafe starts[mark] &+ 1)
    var end = Int(unsafe ends[mark])
    if mayEndInReturn, column == columnCount - 1, end > start,
      text[end - 1] == Dialect.carriageReturn
    {
      end -= 1
    }
    return start..<end
  }
}
