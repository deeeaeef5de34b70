import BQLColumnar
import BQLPlanning
import BQLStorage

/// Holds what features are computed from: a morsel's rows, each thing in one width.
struct FeatureRows {
  /// What an event counts as.
  enum Kind {
    static let other: UInt8 = 0
    static let view: UInt8 = 1
    static let cart: UInt8 = 2
    static let purchase: UInt8 = 3
    static let count = 4
  }

  let morsel: Morsel
  /// User *u* of the morsel owns rows `offsets[u]..<offsets[u + 1]`, counted from its first.
  let offsets: [Int32]
  /// Microseconds.
  let times: [Int64]
  let kinds: [UInt8]
  /// In parts of which `moneyScale` make 1, NaN where there is none; empty where the log has no
  /// VALUE.
  let money: [Double]
  let moneyScale: Double
  let hasMissingMoney: Bool
  /// One byte a row, 0 where WHERE leaves it out; nil where all are kept.
  let kept: [UInt8]?
  /// The session of each row, −1 for those that WHERE leaves out or that have none.
  let slots: [Int32]
  /// The first row of each session; sessions stand by user and start.
  let firsts: [Int32]
  /// User *u* owns sessions `slotOffsets[u]..<slotOffsets[u + 1]`.
  let slotOffsets: [Int32]

  var userCount: Int { offsets.count - 1 }

  init(
    _ morsel: Morsel,
    offsets: [Int32],
    times: [Int64],
    kinds: [UInt8],
    money: [Double],
    moneyScale: Double,
    kept: [UInt8]?,
    sessions: SessionRows
  ) {
    self.kept = kept
    self.morsel = morsel
    self.offsets = offsets
    self.times = times
    self.kinds = kinds
    self.money = money
    self.moneyScale = moneyScale
    hasMissingMoney = money.contains { $0.isNaN }
    slots = sessions.slots
    firsts = sessions.firsts
    var slotOffsets: [Int32] = [0]
    slotOffsets.reserveCapacity(offsets.count)
    var slot = 0
    for user in 1..<offsets.count {
      while slot < firsts.count, firsts[slot] < offsets[user] { slot += 1 }
      slotOffsets.append(Int32(truncatingIfNeeded: slot))
    }
    self.slotOffsets = slotOffsets
  }

  /// Returns where the rows of each user at or before `instant` end.
  func ends(at instant: Int64) -> [Int32] {
    (0..<userCount).map { end(of: $0, at: instant) }
  }

  private func end(of user: Int, at instant: Int64) -> Int32 {
    Self.end(of: Int(offsets[user])..<Int(offsets[user + 1]), in: times, at: instant)
  }

  /// Returns the end of those of `rows`, one user's, that are at or before `instant`.
  static func end(of rows: Range<Int>, in times: [Int64], at instant: Int64) -> Int32 {
    var low = rows.lowerBound
    var high = rows.upperBound
    // Mostly all of them.
    if high > low, times[high - 1] <= instant { low = high }
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    return Int32(truncatingIfNeeded: low)
  }

  /// Whether `row` is a purchase that WHERE keeps, be it in a session or not.
  @inline(__always)
  func isPurchase(_ row: Int) -> Bool {
    guard kinds[row] == Kind.purchase else { return false }
    return isKept(row)
  }

  /// Whether WHERE keeps `row`, be it in a session or not.
  @inline(__always)
  func isKept(_ row: Int) -> Bool { slots[row] >= 0 || kept.map { $0[row] != 0 } ?? true }

  /// Returns the money of a row, 0 where it has none.
  @inline(__always)
  func amount(_ row: Int) -> Double {
    if money.isEmpty { return 0 }
    return money[row].isNaN ? 0 : money[row]
  }

  /// Returns how many sessions of `user` begin before row `end`.
  func sessionCount(of user: Int, before end: Int32) -> Int {
    var slot = Int(slotOffsets[user + 1])
    let first = Int(slotOffsets[user])
    while slot > first, firsts[slot - 1] >= end { slot -= 1 }
    return slot - first
  }
}

/// Reads the rows of morsels for features.
struct FeatureReader: Sendable {
  let rows: LogRows
  private let marks: EventMarks?
  private let context: ExecutionContext

  /// Reads the rows of a plan's log; `filter` is its WHERE.
  init(
    _ behavior: BehaviorPlan,
    _ filter: CompiledExpression?,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    rows = try LogRows(behavior, filter, context)
    self.context = context
    let log = behavior.log
    guard log.roles[.event] != nil else {
      marks = nil
      return
    }
    marks = try EventMarks(
      ["view", "cart", "purchase"].map { EventSelection.event($0, of: log) },
      of: log,
      log.schema.fields.map(\.type)
    )
  }

  private var behavior: BehaviorPlan { rows.behavior }

  /// Returns the rows of `morsel` by the plan's sessions.
  func read(_ morsel: Morsel) throws(ExecutionError) -> FeatureRows {
    let kept = try rows.filterBytes(morsel)
    let offsets = partition(morsel).userOffsets(of: morsel)
    guard let codes = rows.units(morsel) else { throw .internal("features without sessions") }
    let sessions = codes.withCodes(morsel.rows) { SessionIds.sessions($0, offsets, keeping: kept) }
    return try read(morsel, offsets, kept, sessions)
  }

  /// Returns the rows of `morsel` by what splits a user's purchases into orders: session ids, of which
  /// none is one too.
  func readOrders(_ morsel: Morsel) throws(ExecutionError) -> FeatureRows {
    let kept = try rows.filterBytes(morsel)
    let offsets = partition(morsel).userOffsets(of: morsel)
    var codes = [Int32](repeating: 0, count: morsel.rows.count)
    if let column = behavior.log.roles[.session] {
      codes = rows.codes([column], morsel).codes(morsel.rows, firstRow: morsel.rows.lowerBound)
      for row in codes.indices where codes[row] < 0 { codes[row] = .max }
    }
    return try read(
      morsel,
      offsets,
      kept,
      SessionIds.sessions(codes.span, offsets, keeping: kept)
    )
  }

  private func read(
    _ morsel: Morsel,
    _ offsets: [Int32],
    _ kept: [UInt8]?,
    _ sessions: SessionRows
  ) throws(ExecutionError) -> FeatureRows {
    let shared = rows[morsel.partition]
    let (money, scale) = Self.money(shared.money, morsel.rows)
    return FeatureRows(
      morsel,
      offsets: offsets,
      times: times(morsel),
      kinds: try kinds(morsel),
      money: money,
      moneyScale: scale,
      kept: kept,
      sessions: sessions
    )
  }

  func partition(_ morsel: Morsel) -> Partition { behavior.log.partitions[morsel.partition] }

  /// Returns the time of each row, in microseconds.
  func times(_ morsel: Morsel) -> [Int64] {
    switch rows[morsel.partition].times {
    case .int32(let buffer, let scale): Self.widened(buffer, morsel.rows, scale)
    case .int64(let buffer, let scale): Self.widened(buffer, morsel.rows, scale)
    }
  }

  private static func widened(
    _ buffer: Buffer<some FixedWidthInteger & Sendable>,
    _ rows: Range<Int>,
    _ scale: Int64
  ) -> [Int64] {
    buffer.withSpan { all in
      let run = all.extracting(rows)
      return unsafe [Int64](count: run.count) { result in
        // As many places as rows.
        for row in run.indices {
          unsafe result[row] = Int64(truncatingIfNeeded: run[unchecked: row]) &* scale
        }
      }
    }
  }

  /// Returns what the event of each row counts as.
  func kinds(_ morsel: Morsel) throws(ExecutionError) -> [UInt8] {
    guard let marks else {
      return [UInt8](repeating: FeatureRows.Kind.purchase, count: morsel.rows.count)
    }
    var bytes = try marks.bytes(partition(morsel), morsel, context)
    // Bits 1, 2, 4 become 1, 2, 3.
    for row in bytes.indices { bytes[row] = (bytes[row] & 3) | (bytes[row] &>> 2) &* 3 }
    return bytes
  }

  private static func money(_ money: RowMoney?, _ rows: Range<Int>) -> ([Double], Double) {
    guard let money else { return ([], 1) }
    var amounts: [Double]
    let scale: Double
    switch money.storage {
    case .hundredths32(let buffer): (amounts, scale) = (floats(buffer, rows), 100)
    case .hundredths64(let buffer): (amounts, scale) = (floats(buffer, rows), 100)
    case .floats(let buffer):
      amounts = buffer.withSpan { all in rows.map { all[$0] } }
      scale = 1
    }
    if let validity = money.validity {
      for (place, row) in rows.enumerated() where !validity[row] { amounts[place] = .nan }
    }
    return (amounts, scale)
  }

  private static func floats(
    _ buffer: Buffer<some FixedWidthInteger & Sendable>,
    _ rows: Range<Int>
  ) -> [Double] {
    buffer.withSpan { all in
      let run = all.extracting(rows)
      return unsafe [Double](count: run.count) { result in
        // As many places as rows.
        for row in run.indices { unsafe result[row] = Double(run[unchecked: row]) }
      }
    }
  }
}
