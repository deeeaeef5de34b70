import BQLStorage

/// Finds the chains of any funnel whose rows are of few classes, unit by unit.
///
/// Most rows of a log are quiet, step-1 rows such as views. A unit with quiet rows alone reaches
/// step 1. Of another unit's **run** of quiet rows between two others few can matter: a chain goes
/// on from the latest start, and a row that ends chains does so as well as its neighbours. These
/// are the rows of the run's first instant, for they may be tied with the row before the run, and
/// of its last, which may be tied with the row behind it; and, where a chain goes on from a
/// strictly earlier start or where starts end chains, the last row of the instant before the last.
/// What is left of the unit is matched as ever.
struct FunnelClassScan {
  /// How the chains of a unit are found.
  enum Way {
    case plain
    case holding
    /// By group, where a row is all that a step asks for.
    case reach
    case groups
    case attempts
    /// By all its rows.
    case whole
  }

  let specification: FunnelSpecification
  let way: Way
  let quiet: UInt8
  let kinds: [UInt8]
  let classes: [FunnelRowClass]
  /// By byte: 0 for rows that change nothing, else 1.
  let matters: [UInt8]
  /// The windows in which a chain may lie.
  let windows: [Int]
  private let unitExclusions: UInt32
  /// Whether a unit's own chain of step 1 alone counts in a group.
  private let hasEntryGroup: Bool
  private let keepsInstantBeforeLast: Bool
  var unit: FunnelUnitMatch
  private let rowsLeftOut: FunnelLeftOut
  // What the ways keep of a unit.
  var groupStarts = FunnelGroupStarts()
  var loudRows = RefilledArray<Int32>()
  var successions: FunnelSuccessions
  var values = FunnelHeldRows()
  var stepsOfValues = RefilledArray<UInt32>()

  init(_ specification: FunnelSpecification, _ input: FunnelInput, _ rowClasses: FunnelRowClasses) {
    self.specification = specification
    way = Self.way(specification, isSingleStep: rowClasses.isSingleStep)
    quiet = rowClasses.quiet
    kinds = rowClasses.kinds
    classes = rowClasses.classes
    matters = kinds.map { $0 == FunnelRowClasses.Kind.blank.rawValue ? 0 : 1 }
    windows = specification.windows.indices.filter { (specification.windows[$0] ?? 0) >= 0 }
    unitExclusions = specification.unitExclusions
    switch specification.attribution {
    case nil, .each, .held: hasEntryGroup = false
    case .first, .last: hasEntryGroup = true
    case .step(let step): hasEntryGroup = step == 1
    }
    keepsInstantBeforeLast =
      specification.ties == .deny || specification.mode == .strict
      || specification.mode == .noRepeat
    unit = FunnelUnitMatch(specification, timeScale: input.times.scale)
    unit.search.isSingleStep = rowClasses.isSingleStep
    rowsLeftOut = rowClasses.leftOut
    successions = FunnelSuccessions(specification, timeScale: input.times.scale)
  }

  private static func way(_ specification: FunnelSpecification, isSingleStep: Bool) -> Way {
    let endsBySteps = specification.mode == .strict || specification.mode == .noRepeat
    let isEach = specification.attribution == .each
    if specification.attribution == .held { return .whole }
    if specification.entry == .every {
      let isSimple = !specification.isHolding && !isEach && specification.mode == .loose
      return isSimple ? .attempts : .whole
    }
    if specification.isHolding {
      return isEach || specification.rules[0].repetitions > 1 ? .whole : .holding
    }
    guard isEach else { return .plain }
    if endsBySteps { return .whole }
    let isStepwise =
      specification.mode == .loose && isSingleStep
      && specification.rules.allSatisfy { $0 == FunnelStepRule() }
      && specification.exclusions.allSatisfy(\.excludesUnits)
    return isStepwise ? .reach : .groups
  }

  /// What the rows and units left out were.
  var leftOut: FunnelLeftOut {
    var leftOut = rowsLeftOut
    leftOut.add(unit.leftOut)
    return leftOut
  }

  /// Whether rows of each byte may start a chain.
  var startBytes: [Bool] { classes.map { $0.mask & 1 != 0 } }

  /// Adds the chains of the unit that owns `range` to `block`.
  ///
  /// `held` and `groups` are the values and groups of the rows, empty where the funnel asks for
  /// none.
  @inline(__always)
  mutating func scan(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ held: Span<Int32>,
    _ groups: Span<Int32>,
    into block: inout FunnelChainBlock
  ) {
    let loud = bytes.firstOther(than: quiet, in: range)
    if loud == range.upperBound {
      switch way {
      case .plain, .holding:
        guard !range.isEmpty else { return }
        appendEntry(header, range.lowerBound, group: nil, into: &block)
        return
      case .groups, .reach:
        matchQuietGroups(header, range, groups, into: &block)
        return
      case .attempts, .whole: break
      }
    }
    switch way {
    case .plain:
      matchPlain(header, range, loud, bytes, times, into: &block)
    case .holding:
      matchHolding(header, range, loud, bytes, times, held, into: &block)
    case .groups:
      matchGroups(header, range, loud, bytes, times, groups, into: &block)
    case .reach:
      matchReach(header, range, bytes, times, groups, into: &block)
    case .attempts:
      matchAttempts(header, range, loud, bytes, times, into: &block)
    case .whole:
      gatherAll(range, bytes, times, held, groups)
      unit.match(header, 0..<unit.rows.count, into: &block)
    }
  }

  /// Adds the chain of step 1 alone that `row`, the first start, is, in each window.
  @inline(__always)
  func appendEntry(
    _ header: FunnelChainBlock.Header,
    _ row: Int,
    group: Int32?,
    into block: inout FunnelChainBlock
  ) {
    for window in windows { appendEntry(header, row, window, group: group, into: &block) }
  }

  @inline(__always)
  func appendEntry(
    _ header: FunnelChainBlock.Header,
    _ row: Int,
    _ window: Int,
    group: Int32?,
    into block: inout FunnelChainBlock
  ) {
    var header = header
    header.depth = 1
    header.isTotal = group == nil
    header.groupRow = hasEntryGroup || group != nil ? Int32(truncatingIfNeeded: row) : -1
    header.window = UInt16(truncatingIfNeeded: window)
    block.append(header, row: row)
  }

  /// Whether rows of `exclusions` leave out the unit that they belong to, which is then counted.
  mutating func leavesOut(_ exclusions: UInt32) -> Bool {
    guard exclusions & unitExclusions != 0 else { return false }
    unit.leftOut.excludedUnitCount += 1
    return true
  }

  /// Adds the unit's own chains; false for a unit without a start or left out.
  @discardableResult
  mutating func matchPlain(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    _ firstLoud: Int,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    into block: inout FunnelChainBlock
  ) -> Bool {
    unit.rows.removeAll(reserving: range.count)
    var gathered = Gathered()
    var row = range.lowerBound
    var loud = firstLoud
    while true {
      if row < loud { gatherRun(row..<loud, times, &gathered) }
      guard loud < range.upperBound else { break }
      if kinds[Int(bytes[loud])] != FunnelRowClasses.Kind.blank.rawValue {
        let own = classes[Int(bytes[loud])]
        gathered.exclusions |= own.exclusions
        if own.mask & 1 != 0, gathered.firstStart < 0 { gathered.firstStart = loud }
        append(loud, own, Int64(times[loud]))
      }
      row = loud + 1
      loud = bytes.firstOther(than: quiet, in: row..<range.upperBound)
    }
    guard gathered.firstStart >= 0, !leavesOut(gathered.exclusions) else { return false }
    unit.search.begin()
    unit.search.match(unit.rows, 0..<unit.rows.count, group: nil)
    appendFound(header, gathered.firstStart, group: nil, into: &block)
    return true
  }

  /// Adds the chains that the search found.
  mutating func appendFound(
    _ header: FunnelChainBlock.Header,
    _ firstStart: Int,
    group: Int32?,
    into block: inout FunnelChainBlock
  ) {
    var header = header
    header.isTotal = group == nil
    for window in windows {
      let first = Int32(truncatingIfNeeded: firstStart)
      unit.append(header, window, first, group: group, into: &block)
    }
  }

  /// What a walk over a unit's rows has met.
  private struct Gathered {
    var firstStart = -1
    var exclusions: UInt32 = 0
  }

  /// Collects the quiet rows of a run that can matter.
  @inline(__always)
  private mutating func gatherRun(
    _ run: Range<Int>,
    _ times: Span<some FixedWidthInteger>,
    _ gathered: inout Gathered
  ) {
    let quietClass = classes[Int(quiet)]
    let first = run.lowerBound
    let last = run.upperBound - 1
    let firstTime = Int64(times[first])
    let lastTime = Int64(times[last])
    var taken = first - 1
    let count = unit.rows.count
    let isTied = count > 0 ? unit.rows[count - 1].time == firstTime : false
    if gathered.firstStart < 0 || isTied || specification.mode == .any {
      if gathered.firstStart < 0 { gathered.firstStart = first }
      append(first, quietClass, firstTime)
      taken = first
      while taken < last, Int64(times[taken + 1]) == firstTime { taken += 1 }
      if taken > first { append(taken, quietClass, firstTime) }
    }
    guard taken < last else { return }
    if keepsInstantBeforeLast {
      var before = last
      while before > taken, Int64(times[before]) == lastTime { before -= 1 }
      if before > taken { append(before, quietClass, Int64(times[before])) }
    }
    append(last, quietClass, lastTime)
  }

  /// Adds a row of the unit to those that are matched.
  @inline(__always)
  mutating func append(
    _ row: Int,
    _ own: FunnelRowClass,
    _ time: Int64,
    held: Int32 = 0,
    group: Int32 = 0
  ) {
    unit.rows.append(
      FunnelUnitRows.Row(
        time: time,
        row: Int32(truncatingIfNeeded: row),
        mask: own.mask,
        names: own.names,
        exclusions: own.exclusions,
        group: group,
        held: held
      )
    )
  }

  /// Collects all rows of a unit that could matter.
  private mutating func gatherAll(
    _ range: Range<Int>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ held: Span<Int32>,
    _ groups: Span<Int32>
  ) {
    unit.rows.removeAll(reserving: range.count)
    for row in range where kinds[Int(bytes[row])] != FunnelRowClasses.Kind.blank.rawValue {
      append(
        row,
        classes[Int(bytes[row])],
        Int64(times[row]),
        held: held.isEmpty ? 0 : held[row],
        group: groups.isEmpty ? 0 : groups[row]
      )
    }
  }
}
