import BQLColumnar
import BQLPlanning

/// The bits of a row's marks.
enum HeatmapMark {
  static let event: UInt8 = 1
  /// Any row that WHERE and the period keep.
  static let row: UInt8 = 2
}

/// Counts events, rows and units by cell.
struct HeatmapTally: Sendable {
  /// Holds the counts of one cell.
  struct Cell: Sendable {
    var events = 0
    var rows = 0
    var units = 0
    /// The last unit that was counted, in the morsel at hand.
    fileprivate var lastUnit: Int32 = -1
  }

  private(set) var cells: [Cell] = []
  private(set) var slots = GroupSlots()
  var leftOutRowCount = 0

  @inline(__always)
  mutating func add(_ code: Int32, isEvent: Bool, _ unit: Int32) {
    let slot = slot(code)
    cells[slot].rows += 1
    guard isEvent else { return }
    cells[slot].events += 1
    if cells[slot].lastUnit != unit {
      cells[slot].lastUnit = unit
      cells[slot].units += 1
    }
  }

  /// Adds what `other` holds, whose morsels come behind this tally's.
  mutating func combine(_ other: HeatmapTally) {
    for (from, code) in other.slots.groups.enumerated() {
      let slot = slot(code)
      cells[slot].events += other.cells[from].events
      cells[slot].rows += other.cells[from].rows
      cells[slot].units += other.cells[from].units
    }
    leftOutRowCount += other.leftOutRowCount
  }

  @inline(__always)
  private mutating func slot(_ code: Int32) -> Int {
    let slot = slots.slot(of: code)
    if slot == cells.count { cells.append(Cell()) }
    return slot
  }
}

/// Puts each row into its cell.
struct HeatmapScan: UnitScan {
  /// The cell of each position; empty where `clocks` tell it.
  let codes: [Int32]
  let clocks: [HeatmapPlan.Clock]
  /// Microseconds of a stored unit of time.
  let scale: Int64
  private let timeZone: TimeZone
  var tally = HeatmapTally()

  init(codes: [Int32], clocks: [HeatmapPlan.Clock], scale: Int64, in timeZone: TimeZone) {
    self.timeZone = timeZone
    self.codes = codes
    self.clocks = clocks
    self.scale = scale
  }

  mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) {
    // By the hour of the week, from Monday.
    let cellOfHour = (0..<168).map { hour in cell(hour: hour % 24, weekday: hour / 24 + 1) }
    let isUTC = timeZone.isUTC
    var cursor = timeZone.cursor()
    for unit in 0..<(offsets.count - 1) {
      for position in Int(offsets[unit])..<Int(offsets[unit + 1]) {
        let mark = marks[position]
        if mark == 0 { continue }
        var code: Int32
        if codes.isEmpty {
          var instant = Int64(times[position]) &* scale
          if !isUTC { instant &+= cursor.offset(at: instant) }
          code = cellOfHour[Self.hourOfWeek(instant)]
        } else {
          code = codes[position]
        }
        tally.add(
          code,
          isEvent: mark & HeatmapMark.event != 0,
          Int32(truncatingIfNeeded: unit)
        )
      }
    }
  }

  /// The cell of an hour and a weekday: the last clock runs fastest.
  private func cell(hour: Int, weekday: Int) -> Int32 {
    var code = 0
    for clock in clocks {
      let value = clock == .hour ? hour : weekday - 1
      code = code * clock.values.count + value
    }
    return Int32(truncatingIfNeeded: code)
  }

  /// 0 is Monday's first hour.
  @inline(__always)
  static func hourOfWeek(_ instant: Int64) -> Int {
    let hour = instant / Microseconds.perHour - (instant % Microseconds.perHour < 0 ? 1 : 0)
    // 1970-01-01 was a Thursday.
    let number = (hour + 72) % 168
    return Int(number < 0 ? number + 168 : number)
  }
}
