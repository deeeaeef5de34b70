import BQLColumnar
import BQLPlanning
import BQLStorage

/// Walks the units of a morsel, each unit's rows in (time, source row) order.
protocol SequenceVisitor {
  /// Takes all units of a morsel: unit *u* owns rows `offsets[u]..<offsets[u + 1]` of `states`,
  /// `times` (as stored) and, where the statement names events, `marks`.
  ///
  /// `rows` holds the rows' positions in the morsel; where it is empty, rows stand at their own.
  mutating func visit<State: FixedWidthInteger, Time: FixedWidthInteger>(
    states: Span<State>,
    times: Span<Time>,
    offsets: Span<Int32>,
    rows: Span<Int32>,
    marks: Span<UInt8>
  )
}

/// Reads the rows of a log as sequences of states, morsel by morsel.
///
/// Where every row counts and those of a unit stand together, nothing is copied; else the rows that
/// count are gathered, unit by unit.
struct SequenceReader: Sendable {
  /// Says what a row's state is.
  enum States: Sendable {
    /// Codes of expressions; each replaced by its entry of the map (code *c* at *c* + 1).
    case codes(DimensionCodes, map: [Int32]?)
    /// Which symbols of a pattern the row is, as bits.
    case masks(FunnelStepReader)
  }

  private let rows: LogRows
  var states: States
  private let marks: FunnelStepReader?
  private let collapsesLoops: Bool
  private let context: ExecutionContext

  init(
    _ behavior: BehaviorPlan,
    _ filter: CompiledExpression?,
    _ states: States,
    marks: FunnelStepReader? = nil,
    collapsesLoops: Bool = false,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    rows = try LogRows(behavior, filter, context)
    self.states = states
    self.marks = marks
    self.collapsesLoops = collapsesLoops
    self.context = context
  }

  /// The microseconds of a stored time's unit in a partition.
  func timeScale(_ partition: Int) -> Int64 { max(rows[partition].times.scale, 1) }

  /// Hands the units of `morsel`, the one at `index` of all, to `visitor`; returns how many rows
  /// belong to no unit.
  func visit(
    _ index: Int,
    _ morsel: Morsel,
    _ visitor: inout some SequenceVisitor,
    _ room: inout UnitSequences
  ) throws(ExecutionError) -> Int {
    switch rows[morsel.partition].times {
    case .int32(let times, _): try visit(index, morsel, times, &visitor, &room)
    case .int64(let times, _): try visit(index, morsel, times, &visitor, &room)
    }
  }

  private func visit<Time: FixedWidthInteger & Sendable>(
    _ index: Int,
    _ morsel: Morsel,
    _ times: Buffer<Time>,
    _ visitor: inout some SequenceVisitor,
    _ room: inout UnitSequences
  ) throws(ExecutionError) -> Int {
    let partition = rows.behavior.log.partitions[morsel.partition]
    let period = StoredPeriod(
      since: rows.behavior.since,
      until: rows.behavior.until,
      scale: timeScale(morsel.partition)
    )
    var input = UnitSequences.Rows(period: period, collapsesLoops: collapsesLoops)
    input.units =
      rows.units(morsel)?.codes(morsel.rows, firstRow: morsel.rows.lowerBound) ?? []
    if let marks {
      input.marks = try marks.masks(partition, morsel, context).rowMasks(morsel.rows).map {
        UInt8(truncatingIfNeeded: $0)
      }
    }
    let users = morsel.users.lowerBound..<(morsel.users.upperBound + 1)
    if rows.keepsEveryRow, !period.isBounded, !collapsesLoops,
      let offsets = partition.userOffsets.withSpan({
        UnitSequences.offsets(of: input.units, $0.extracting(users), morsel.rows.lowerBound)
      })
    {
      switch try storedStates(index, partition) {
      case .codes8(let codes):
        hand(codes, times, offsets, input.marks, morsel.rows, to: &visitor)
      case .codes16(let codes):
        hand(codes, times, offsets, input.marks, morsel.rows, to: &visitor)
      case .codes32, .rows, nil:
        if let states = try narrowMasks(morsel, partition) {
          hand(states, times, offsets, input.marks, morsel.rows, to: &visitor)
        } else {
          let states = try stateCodes(index, morsel)
          hand(states, times, offsets, input.marks, morsel.rows, to: &visitor)
        }
      }
      return 0
    }
    input.states = try stateCodes(index, morsel)
    input.filter = try rows.filterBytes(morsel) ?? []
    partition.userOffsets.withSpan { offsets in
      times.withSpan { times in
        room.gather(
          input,
          times.extracting(morsel.rows),
          offsets.extracting(users),
          firstRow: morsel.rows.lowerBound
        )
      }
    }
    room.hand(to: &visitor)
    return room.leftOutCount
  }

  /// Hands over the rows of a morsel as the log stores them.
  private func hand<State: FixedWidthInteger & Sendable, Time: FixedWidthInteger & Sendable>(
    _ states: Buffer<State>,
    _ times: Buffer<Time>,
    _ offsets: [Int32],
    _ marks: [UInt8],
    _ range: Range<Int>,
    to visitor: inout some SequenceVisitor
  ) {
    let none: [Int32] = []
    states.withSpan { states in
      times.withSpan { times in
        visitor.visit(
          states: states.extracting(range),
          times: times.extracting(range),
          offsets: offsets.span,
          rows: none.span,
          marks: marks.span
        )
      }
    }
  }

  private func hand<State: FixedWidthInteger & Sendable, Time: FixedWidthInteger & Sendable>(
    _ states: [State],
    _ times: Buffer<Time>,
    _ offsets: [Int32],
    _ marks: [UInt8],
    _ range: Range<Int>,
    to visitor: inout some SequenceVisitor
  ) {
    let none: [Int32] = []
    times.withSpan { times in
      visitor.visit(
        states: states.span,
        times: times.extracting(range),
        offsets: offsets.span,
        rows: none.span,
        marks: marks.span
      )
    }
  }

  /// The stored codes of a partition, where they are the states.
  private func storedStates(
    _ index: Int,
    _ partition: Partition
  ) throws(ExecutionError) -> RowCodes.Storage? {
    guard case .codes(let codes, nil) = states else { return nil }
    return try codes.rowCodes(index, partition)?.storedCodes
  }

  /// The masks of the morsel's rows, a byte each, where they depend on the event alone and fit.
  private func narrowMasks(
    _ morsel: Morsel,
    _ partition: Partition
  ) throws(ExecutionError) -> [UInt8]? {
    guard case .masks(let reader) = states,
      case .codes8(let codes, let masks) = try reader.masks(partition, morsel, context)
    else { return nil }
    // Codes past the table's end meet nothing.
    var table = [UInt8](repeating: 0, count: 256)
    for (code, mask) in masks.prefix(256).enumerated() {
      guard let narrow = UInt8(exactly: mask) else { return nil }
      table[code] = narrow
    }
    var found = [UInt8](repeating: 0, count: morsel.rows.count)
    codes.withSpan { codes in
      let own = codes.extracting(morsel.rows)
      for row in own.indices { found[row] = table[Int(own[row])] }
    }
    return found
  }

  /// The state of each row of the morsel.
  private func stateCodes(
    _ index: Int,
    _ morsel: Morsel
  ) throws(ExecutionError) -> [Int32] {
    let partition = rows.behavior.log.partitions[morsel.partition]
    switch states {
    case .masks(let reader):
      return try reader.masks(partition, morsel, context).rowMasks(morsel.rows).map {
        Int32(bitPattern: $0)
      }
    case .codes(let codes, let map):
      guard var own = try codes.rowCodes(index, partition) else {
        throw .internal("a state has no codes")
      }
      if let map { own = own.mapped(by: map) }
      return own.codes(morsel.rows, firstRow: morsel.rows.lowerBound)
    }
  }
}

extension LogRows {
  /// Whether WHERE leaves out none.
  var keepsEveryRow: Bool { behavior.filter == nil }
}
