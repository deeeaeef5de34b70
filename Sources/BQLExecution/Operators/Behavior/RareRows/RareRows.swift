package import BQLColumnar
package import BQLStorage

/// Lists the rows of a morsel that are not of one **frequent** event, unit by unit, and where the
/// frequent rows lie that a question may ask for: the first of each unit, and the latest before
/// each rare row.
///
/// Some nineteen rows of twenty are views, and of a run of them only the first and the last matter
/// to what follows: a question that reads these lists instead of all rows reads a tenth of them.
///
/// Rows are positions in the morsel. A row without an event is neither frequent nor rare.
package struct RareRows: Sendable {
  /// A unit with rare rows.
  package struct Unit: BitwiseCopyable, Sendable {
    /// The position of its first frequent row in ``starts``; −1 for a unit without one.
    package var start: Int32
    /// Its rare rows end here; they begin where those of the unit before end.
    package var end: Int32
  }

  /// The first frequent row of each unit that has one, in store order.
  package private(set) var starts: [Int32] = []
  package private(set) var units: [Unit] = []
  /// The rare rows, unit by unit, in store order within one.
  package private(set) var rows: [Int32] = []
  /// The event of each rare row.
  package private(set) var codes: [UInt8] = []
  /// The unit's latest frequent row no later than each rare row: before it, or of its instant;
  /// −1 for none.
  package private(set) var priors: [Int32] = []
  /// The position of each rare row in the lists of all values, where these hold the rare rows of one
  /// value side by side; else empty.
  package private(set) var origins: [Int32] = []
  /// The rows that are NULL in a column that makes units: they belong to none.
  package private(set) var unitlessCount = 0

  let frequent: UInt8

  /// The byte of a row without an event; no event has this code.
  package static let noEvent = UInt8.max

  /// Lists the rows of a morsel; `units` makes units of a user's rows and is nil where the unit is
  /// the user.
  ///
  /// Units of a user stand in the order in which the scans of all rows meet them, those in which
  /// step 1 is the frequent event; where rows of several units mix, units without a frequent row
  /// are left out.
  ///
  /// - Complexity: O(rows of the morsel).
  package init(
    _ morsel: Morsel,
    _ userOffsets: Buffer<Int32>,
    events: Buffer<UInt8>,
    validity: Bitmap?,
    times: RowTimes,
    units: RowCodes?,
    frequent: UInt8
  ) {
    self.frequent = frequent
    events.withSpan { events in
      guard let validity else {
        read(morsel, userOffsets, events.extracting(morsel.rows), times, units)
        return
      }
      let bytes = morsel.rows.map { validity[$0] ? events[$0] : Self.noEvent }
      read(morsel, userOffsets, bytes.span, times, units)
    }
  }

  /// Makes lists without rare rows.
  init(starts: [Int32], frequent: UInt8) {
    self.starts = starts
    self.frequent = frequent
  }

  private mutating func read(
    _ morsel: Morsel,
    _ userOffsets: Buffer<Int32>,
    _ bytes: Span<UInt8>,
    _ times: RowTimes,
    _ units: RowCodes?
  ) {
    userOffsets.withSpan { offsets in
      switch times {
      case .int32(let times, _):
        times.withSpan { read(morsel, offsets, bytes, $0.extracting(morsel.rows), units) }
      case .int64(let times, _):
        times.withSpan { read(morsel, offsets, bytes, $0.extracting(morsel.rows), units) }
      }
    }
  }

  private mutating func read(
    _ morsel: Morsel,
    _ offsets: Span<Int32>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ units: RowCodes?
  ) {
    let firstRow = morsel.rows.lowerBound
    starts.reserveCapacity(morsel.users.count)
    guard let units else {
      for user in morsel.users {
        let rows = (Int(offsets[user]) - firstRow)..<(Int(offsets[user + 1]) - firstRow)
        readUnit(rows, bytes, times)
      }
      return
    }
    var isStart = [Bool](repeating: false, count: 256)
    isStart[Int(frequent)] = true
    var runs = FunnelUnitRuns()
    units.withCodes(morsel.rows) { units in
      for user in morsel.users {
        let rows = (Int(offsets[user]) - firstRow)..<(Int(offsets[user + 1]) - firstRow)
        readUnits(rows, bytes, times, units, &runs, isStart.span)
      }
    }
  }

  /// Lists the rows of a user's units.
  private mutating func readUnits(
    _ rows: Range<Int>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ units: Span<Int32>,
    _ runs: inout FunnelUnitRuns,
    _ isStart: Span<Bool>
  ) {
    if runs.read(rows, units) {
      for unit in 0..<runs.count {
        readUnit(runs.bounds[unit]..<runs.bounds[unit + 1], bytes, times)
      }
      return
    }
    for row in rows where units[row] < 0 { unitlessCount += 1 }
    let none: [Int32] = []
    runs.bringTogether(rows, units, isStart: isStart, bytes, times, none.span, none.span)
    let before = (starts: starts.count, rows: self.rows.count)
    let (bytes, times) = (runs.bytes, runs.times)
    for unit in 0..<runs.count {
      readUnit(runs.bounds[unit]..<runs.bounds[unit + 1], bytes.span, times.span)
    }
    for index in before.starts..<starts.count { starts[index] = runs.order[Int(starts[index])] }
    for index in before.rows..<self.rows.count {
      self.rows[index] = runs.order[Int(self.rows[index])]
      if priors[index] >= 0 { priors[index] = runs.order[Int(priors[index])] }
    }
  }

  /// Lists the rows of one unit, which stand at `rows` of `bytes` and `times`.
  @inline(__always)
  private mutating func readUnit<Time: FixedWidthInteger>(
    _ rows: Range<Int>,
    _ bytes: Span<UInt8>,
    _ times: Span<Time>
  ) {
    var first = rows.lowerBound
    while first < rows.upperBound, bytes[first] != frequent { first += 1 }
    var unit = Unit(start: -1, end: Int32(truncatingIfNeeded: self.rows.count))
    if first < rows.upperBound {
      unit.start = Int32(truncatingIfNeeded: starts.count)
      starts.append(Int32(truncatingIfNeeded: first))
    }
    let firstRare = bytes.firstOther(than: frequent, in: rows)
    guard firstRare < rows.upperBound else { return }
    appendRare(rows, firstRare, bytes, times)
    guard self.rows.count > Int(unit.end) else { return }
    unit.end = Int32(truncatingIfNeeded: self.rows.count)
    units.append(unit)
  }

  private mutating func appendRare<Time: FixedWidthInteger>(
    _ rows: Range<Int>,
    _ firstRare: Int,
    _ bytes: Span<UInt8>,
    _ times: Span<Time>
  ) {
    // The latest frequent row before the rare one, and no later than its instant.
    var latest = -1
    var prior = -1
    var next = rows.lowerBound
    var row = firstRare
    var instant: Time?
    while row < rows.upperBound {
      if row > next { latest = row - 1 }
      next = row + 1
      if times[row] != instant {
        instant = times[row]
        prior = latest
        var tied = row + 1
        while tied < rows.upperBound, times[tied] == times[row] {
          if bytes[tied] == frequent { prior = tied }
          tied += 1
        }
      }
      if bytes[row] != Self.noEvent {
        self.rows.append(Int32(truncatingIfNeeded: row))
        codes.append(bytes[row])
        priors.append(Int32(truncatingIfNeeded: prior))
      }
      row = bytes.firstOther(than: frequent, in: next..<rows.upperBound)
    }
  }

  /// Adds a rare row whose place in the lists of all values is `origin`.
  mutating func append(row: Int32, _ code: UInt8, prior: Int32, origin: Int) {
    rows.append(row)
    codes.append(code)
    priors.append(prior)
    origins.append(Int32(truncatingIfNeeded: origin))
  }

  /// Makes a unit of the rare rows since the last one.
  mutating func close(start: Int32) {
    units.append(Unit(start: start, end: Int32(truncatingIfNeeded: rows.count)))
  }

  /// The bytes of the lists.
  var byteCount: Int {
    (starts.count + rows.count + priors.count + origins.count + 2 * units.count) * 4 + codes.count
  }

  /// Forgets where priors lie, once what they hold is known.
  mutating func forgetPriors() { priors = [] }
}
