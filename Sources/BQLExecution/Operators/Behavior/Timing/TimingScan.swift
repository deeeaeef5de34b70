import BQLColumnar

/// The bits of a row's marks.
enum TimingMark {
  static let start: UInt8 = 1
  static let end: UInt8 = 2
  static let purchase: UInt8 = 4
}

/// Finds each unit's first start and the first end that belongs to it.
///
/// An end is another row than the start, in the start's instant or later: rows of one instant may
/// follow each other in either order, as in FUNNEL. Where values are held, it must have one that a
/// start had until then.
struct TimingScan: UnitScan {
  /// Holds a unit's wait.
  struct Wait {
    var unit: Int32
    /// The positions of its rows; −1 where there is no end yet.
    var start: Int32
    var end: Int32
    /// As stored.
    var startTime: Int64
    var endTime: Int64
  }

  /// The value held at each position; empty where none is.
  let held: [Int32]
  /// The order of each position, −1 for none; empty where orders do not matter, else the end is of
  /// another order than the start.
  let orders: [Int32]
  private(set) var waits: [Wait] = []
  /// The values that the unit's starts had.
  private var values: [Int32: Value] = [:]

  /// Holds the first start with a value.
  private struct Value {
    var position: Int
    var isAlone: Bool
  }

  init(held: [Int32], orders: [Int32]) {
    self.held = held
    self.orders = orders
  }

  mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) {
    waits.reserveCapacity(offsets.count)
    // Ends are few: the next one of all units tells at once that most units have none.
    var nextEnd = MarkSearch.first(TimingMark.end, marks, 0, marks.count)
    for unit in 0..<(offsets.count - 1) {
      let low = Int(offsets[unit])
      let high = Int(offsets[unit + 1])
      let start = MarkSearch.first(TimingMark.start, marks, low, high)
      guard start < high else { continue }
      var instant = start
      while instant > low, times[instant - 1] == times[start] { instant -= 1 }
      while nextEnd < instant {
        nextEnd = MarkSearch.first(TimingMark.end, marks, nextEnd + 1, marks.count)
      }
      var end: Int?
      if nextEnd < high {
        let rows = nextEnd..<high
        end =
          held.isEmpty
          ? firstEnd(rows, start, marks) : firstHeldEnd(rows, instant, marks, times)
      }
      waits.append(
        Wait(
          unit: Int32(truncatingIfNeeded: unit),
          start: Int32(truncatingIfNeeded: start),
          end: Int32(truncatingIfNeeded: end ?? -1),
          startTime: Int64(times[start]),
          endTime: end.map { Int64(times[$0]) } ?? 0
        )
      )
    }
  }

  /// Returns the first end of the unit's `rows`, which begin with one.
  private func firstEnd(_ rows: Range<Int>, _ start: Int, _ marks: Span<UInt8>) -> Int? {
    var row = rows.lowerBound
    while row < rows.upperBound {
      if row != start, !isSameOrder(row, start) { return row }
      row = MarkSearch.first(TimingMark.end, marks, row + 1, rows.upperBound)
    }
    return nil
  }

  /// Returns the first end of the unit's `rows`, which begin with one, whose value a start had in
  /// its instant or before; the first start's instant begins at `instant`.
  private mutating func firstHeldEnd<Time: FixedWidthInteger>(
    _ rows: Range<Int>,
    _ instant: Int,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) -> Int? {
    let high = rows.upperBound
    var end = rows.lowerBound
    values.removeAll(keepingCapacity: true)
    var start = MarkSearch.first(TimingMark.start, marks, instant, high)
    while end < high {
      while start < high, times[start] <= times[end] {
        if values[held[start]] == nil {
          values[held[start]] = Value(position: start, isAlone: true)
        } else {
          values[held[start]]?.isAlone = false
        }
        start = MarkSearch.first(TimingMark.start, marks, start + 1, high)
      }
      if let value = values[held[end]], !isSameOrder(end, value.position) {
        if value.position != end || !value.isAlone { return end }
      }
      end = MarkSearch.first(TimingMark.end, marks, end + 1, high)
    }
    return nil
  }

  @inline(__always)
  private func isSameOrder(_ row: Int, _ other: Int) -> Bool {
    orders.isEmpty ? false : orders[row] == orders[other]
  }
}
