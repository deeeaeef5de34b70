/// Gathers whether a column's values are numbers in another notation than with a point alone.
struct LocalNumberSample {
  /// Of one decimal mark.
  private struct Count {
    var misfits = 0
    /// Values with more than two decimals.
    var inexact = 0
    /// Values that no other notation has.
    var shown = 0
  }

  private var point = Count()
  private var comma = Count()

  /// Adds a value that is no plain whole number.
  mutating func add(_ text: TextView, _ start: Int, _ end: Int) {
    Self.add(text, start, end, LocalNumber(mark: .point), &point)
    Self.add(text, start, end, LocalNumber(mark: .comma), &comma)
  }

  private static func add(
    _ text: TextView,
    _ start: Int,
    _ end: Int,
    _ number: LocalNumber,
    _ count: inout Count
  ) {
    if number.decimal(text, start, end) == nil {
      if number.float(text, start, end) == nil { count.misfits += 1 } else { count.inexact += 1 }
    }
    if number.isShown(by: text, start, end) { count.shown += 1 }
  }

  mutating func merge(_ other: LocalNumberSample) {
    point.misfits += other.point.misfits
    point.inexact += other.point.inexact
    point.shown += other.point.shown
    comma.misfits += other.comma.misfits
    comma.inexact += other.comma.inexact
    comma.shown += other.comma.shown
  }

  /// Says that all values can be such numbers, and that one of them can be nothing else.
  func isShown(_ mark: DecimalMark) -> Bool {
    let count = mark == .point ? point : comma
    return count.shown > 0 && count.misfits == 0
  }

  /// How to read the column so; nil where a value is no such number.
  func reading(_ mark: DecimalMark) -> ColumnReading? {
    let count = mark == .point ? point : comma
    guard count.misfits == 0 else { return nil }
    return .local(LocalNumber(mark: mark), isExact: count.inexact == 0)
  }
}
