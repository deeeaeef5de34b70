import BQLColumnar
import BQLPlanning
import BQLStorage

/// Computes what is told of the sessions of a morsel: only what is asked for.
struct SessionMeasures {
  let sessions: SessionRows
  let offsets: [Int32]
  private let morsel: Morsel
  private let shared: LogRows.Shared
  /// The bits of the events that are counted, one byte a row; empty where nothing is counted.
  private let marks: [UInt8]

  init(
    _ sessions: SessionRows,
    _ morsel: Morsel,
    _ partition: Partition,
    _ shared: LogRows.Shared,
    marks: [UInt8]
  ) {
    self.sessions = sessions
    self.morsel = morsel
    self.shared = shared
    self.marks = marks
    offsets = partition.userOffsets(of: morsel)
  }

  /// The number of each session among its user's, from 1.
  var numbers: [Int64] {
    var previous: Int32 = -1
    var number: Int64 = 0
    return sessions.users(offsets).map { user in
      number = user == previous ? number + 1 : 1
      previous = user
      return number
    }
  }

  /// Returns the rows of each session with the event at `index` of those that are counted.
  func counts(_ index: Int) -> [Int64] { sessions.counts(marks, bits: 1 << UInt8(index)) }

  /// The microseconds from each session's first row to its last.
  var durations: [Int64] {
    let firsts = shared.times.picked(sessions.firsts, firstRow: morsel.rows.lowerBound)
    let lasts = shared.times.picked(sessions.lasts, firstRow: morsel.rows.lowerBound)
    let scale = max(shared.times.scale, 1)
    return sessions.firsts.indices.map { slot in
      let elapsed = lasts.raw(slot).subtractingReportingOverflow(firsts.raw(slot)).partialValue
      return elapsed.multipliedReportingOverflow(by: scale).partialValue
    }
  }

  /// The money of each session's purchase rows.
  var purchaseSums: [MoneySum] {
    var sums = [MoneySum](repeating: MoneySum(), count: sessions.count)
    guard let money = shared.money, !marks.isEmpty else { return sums }
    let bit: UInt8 = 1 << UInt8(SessionsPlan.counted.count - 1)
    let slots = sessions.slots
    var rows: [Int32] = []
    var row = MarkSearch.first(bit, marks.span, 0, marks.count)
    while row < marks.count {
      if slots[row] >= 0 { rows.append(Int32(truncatingIfNeeded: row)) }
      row = MarkSearch.first(bit, marks.span, row + 1, marks.count)
    }
    let worth = money.sums(ofRows: rows, firstRow: morsel.rows.lowerBound)
    for (row, sum) in zip(rows, worth) { sums[Int(slots[Int(row)])] += sum }
    return sums
  }
}
