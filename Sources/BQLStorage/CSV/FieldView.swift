/// Reads the fields of the rows of one block.
///
/// Field *k* of the block (row × columns + column) stands between two marks:
/// `marks[k] + 1 ..< marks[k + 1]`.
@safe
struct FieldView {
  let text: TextView
  // Valid while the index that lends the view is; holds rows × columns + 1 numbers.
  private let marks: UnsafePointer<UInt32>
  let columnCount: Int
  let rowCount: Int
  /// Says that a carriage return may stand before the line feed, still in the last field.
  private let mayEndInReturn: Bool

  @unsafe
  init(
    text: TextView,
    marks: UnsafePointer<UInt32>,
    columnCount: Int,
    rowCount: Int,
    mayEndInReturn: Bool
  ) {
    self.text = text
    unsafe self.marks = marks
    self.columnCount = columnCount
    self.rowCount = rowCount
    self.mayEndInReturn = mayEndInReturn
  }

  /// Calls `body` with each row and the range of its field in `column`.
  @inline(__always)
  func forEach(_ column: Int, _ body: (_ row: Int, _ start: Int, _ end: Int) -> Void) {
    let trims = mayEndInReturn && column == columnCount - 1
    var mark = column
    for row in 0..<rowCount {
      // In bounds: `mark` is at most rows × columns - 1.
      let start = Int(unsafe marks[mark] &+ 1)
      var end = Int(unsafe marks[mark + 1])
      if trims, end > start, text[end - 1] == Dialect.carriageReturn { end -= 1 }
      body(row, start, end)
      mark += columnCount
    }
  }

  /// Returns the bytes of one field; for messages and samples.
  func range(_ row: Int, _ column: Int) -> Range<Int> {
    precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount)
    let mark = row * columnCount + column
    let start = Int(unsafe marks[mark] &+ 1)
    var end = Int(unsafe marks[mark + 1])
    if mayEndInReturn, column == columnCount - 1, end > start,
      text[end - 1] == Dialect.carriageReturn
    {
      end -= 1
    }
    return start..<end
  }
}
