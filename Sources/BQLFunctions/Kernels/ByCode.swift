import BQLColumnar

/// Makes a value from a text argument once for each of the texts that occur, not once a row: a
/// unit, a format, a pattern is nearly always a constant.
struct ByCode<Made> {
  private let texts: TextCells
  private var made: [Int32: Made] = [:]
  private var last: (code: Int32, value: Made)?

  init(_ column: Column) {
    texts = column.texts
  }

  /// Returns what `make` makes of the text in row `row`.
  @inline(__always)
  mutating func value(
    _ row: Int,
    _ make: (Utf8) throws(FunctionError) -> Made
  ) throws(FunctionError) -> Made {
    let code = texts.codes[row]
    if let last, last.code == code { return last.value }
    if let known = made[code] {
      last = (code, known)
      return known
    }
    let new = try make(texts[row])
    made[code] = new
    last = (code, new)
    return new
  }
}
