import BQLColumnar
import BQLExecution
import BQLStorage
import BQLTestSupport

/// Holds a small log with a funnel over it, as a test writes it down or draws it.
struct FunnelCase {
  struct Row {
    var user: Int
    /// In units of `scale` microseconds.
    var time: Int64
    var event: UInt8
    /// The steps it matches.
    var mask: UInt32
    var group: Int32 = -1
    var unit: Int32 = 0
    var session: Int32 = -1
    /// The exclusions that it is of.
    var exclusions: UInt32 = 0
    /// The value that a chain must hold; −1 is NULL.
    var held: Int32 = 0
    /// Hundredths; nil is NULL.
    var value: Int64?
    var passes = true
  }

  enum Shape: CaseIterable {
    /// Masks by event code, 32-bit seconds.
    case codes8
    /// Masks by event code, 64-bit microseconds.
    case codes16
    /// A mask a row.
    case rows
  }

  var specification: FunnelSpecification
  /// User by user, in (time, source row) order.
  var rows: [Row] = []
  var userCount = 0
  var shape = Shape.rows
  var scale: Int64 = 1_000_000
  /// The mask of each event, where rows match by event alone.
  var masksOfEvents: [UInt32] = []
  /// The exclusions of each event, where rows are of them by event alone; else empty.
  var exclusionsOfEvents: [UInt32] = []
  var hasUnits = false
  var hasFilter = false
  var hasValues = false
  var hasSessions = false
  /// Event code of a purchase; nil where the log has none.
  var purchase: UInt8?
  /// Names the case in a failed expectation.
  var name = ""

  var userOffsets: [Int32] {
    var offsets = [Int32](repeating: 0, count: userCount + 1)
    for row in rows { offsets[row.user + 1] += 1 }
    for user in 0..<userCount { offsets[user + 1] += offsets[user] }
    return offsets
  }

  /// Cuts the log into morsels of `usersPerMorsel` and lends the kernel each of them.
  func inputs(usersPerMorsel: Int) -> [FunnelInput] {
    let offsets = userOffsets
    let userOffsetsBuffer = Buffer(offsets)
    let times = timesBuffer
    let values = valuesBuffer
    let groups = RowCodes(
      .codes16(Buffer(rows.map { UInt16(max($0.group, 0)) })),
      validity: valid { $0.group >= 0 }
    )
    return stride(from: 0, to: userCount, by: usersPerMorsel).map { firstUser in
      let users = firstUser..<min(firstUser + usersPerMorsel, userCount)
      let range = Int(offsets[users.lowerBound])..<Int(offsets[users.upperBound])
      let morselRows = rows[range]
      var input = FunnelInput(
        morsel: Morsel(partition: 0, users: users, rows: range),
        userOffsets: userOffsetsBuffer,
        steps: steps(range),
        times: times
      )
      if specification.attribution != nil { input.groups = groups }
      if hasFilter { input.filter = morselRows.map { $0.passes ? 1 : 0 } }
      if hasUnits { input.units = RowCodes(.rows(morselRows.map(\.unit))) }
      if specification.isHolding { input.held = RowCodes(.rows(morselRows.map(\.held))) }
      if !specification.exclusions.isEmpty { input.exclusions = exclusions(range) }
      input.values = values
      if let purchase {
        let sessions = RowCodes(
          .codes32(Buffer(rows.map { max($0.session, 0) })),
          validity: valid { $0.session >= 0 }
        )
        input.purchases = RowPurchases(
          rows: shape == .rows
            ? .rows(morselRows.map { $0.event == purchase ? 1 : 0 })
            : shape == .codes8
              ? .code8(Buffer(rows.map(\.event)), purchase)
              : .code16(Buffer(rows.map { UInt16($0.event) }), UInt16(purchase)),
          sessions: hasSessions ? sessions : nil
        )
      }
      return input
    }
  }

  private func exclusions(_ range: Range<Int>) -> FunnelStepMasks {
    guard !exclusionsOfEvents.isEmpty else { return .rows(rows[range].map(\.exclusions)) }
    return switch shape {
    case .codes8: .codes8(Buffer(rows.map(\.event)), masks: exclusionsOfEvents)
    case .codes16: .codes16(Buffer(rows.map { UInt16($0.event) }), masks: exclusionsOfEvents)
    case .rows: .rows(rows[range].map(\.exclusions))
    }
  }

  private func steps(_ range: Range<Int>) -> FunnelStepMasks {
    switch shape {
    case .codes8: .codes8(Buffer(rows.map(\.event)), masks: masksOfEvents)
    case .codes16: .codes16(Buffer(rows.map { UInt16($0.event) }), masks: masksOfEvents)
    case .rows: .rows(rows[range].map(\.mask))
    }
  }

  private var timesBuffer: RowTimes {
    shape == .codes8
      ? .int32(Buffer(rows.map { Int32($0.time) }), scale: scale)
      : .int64(Buffer(rows.map(\.time)), scale: scale)
  }

  private var valuesBuffer: RowMoney? {
    guard hasValues else { return nil }
    let numbers = rows.map { $0.value ?? 0 }
    return RowMoney(.hundredths64(Buffer(numbers)), validity: valid { $0.value != nil })
  }

  private func valid(_ isValid: (Row) -> Bool) -> Bitmap {
    var bitmap = Bitmap(repeating: false, count: rows.count)
    for (index, row) in rows.enumerated() { bitmap[index] = isValid(row) }
    return bitmap
  }
}

extension FunnelCase {
  /// Draws a case: few rows, few distinct instants, rows that match several steps, repeated
  /// steps, several windows, periods, groups with NULL, units, filters, orders.
  static func random(seed: UInt64) -> FunnelCase {
    var random = SeededGenerator(seed: seed)
    let stepCount = Int.random(in: 1...5, using: &random)
    let scale: Int64 = random.chance(50) ? 1_000_000 : random.chance(50) ? 1 : 30_000_000
    let instants = Int64.random(in: 1...9, using: &random)

    var windows: [Int64?] = []
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let units = Int64.random(in: 0...instants, using: &random) * scale
      windows.append(random.chance(25) ? nil : units + (random.chance(20) ? scale / 2 : 0))
    }
    if random.chance(2) { windows.append(-1) }
    var specification = FunnelSpecification(
      stepCount: stepCount,
      windows: windows,
      ties: random.chance(30) ? .deny : .allow
    )
    if random.chance(20) {
      specification.since = Int64.random(in: -1...instants, using: &random) * scale
      if random.chance(30) { specification.since? += scale / 2 }
    }
    if random.chance(20) {
      specification.until = Int64.random(in: -1...(instants + 1), using: &random) * scale
    }
    specification.logEnd = instants * scale
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1: specification.attribution = .first
    case 2, 3: specification.attribution = .each
    case 4: specification.attribution = .last
    case 5: specification.attribution = .step(Int.random(in: 1...stepCount, using: &random))
    default: specification.attribution = nil
    }
    if specification.attribution != nil {
      specification.withTotal = random.chance(50)
      if random.chance(60) { specification.top = Int.random(in: 0...3, using: &random) }
    }
    var result = FunnelCase(specification: specification)
    result.scale = scale
    result.shape = Shape.allCases.randomElement(using: &random) ?? .rows
    result.hasUnits = random.chance(30)
    result.hasFilter = random.chance(30)
    result.hasValues = random.chance(60)
    result.hasSessions = random.chance(50)
    result.name = "seed \(seed)"
    result.drawMasks(&random)
    result.drawRows(instants, &random)
    return result
  }

  private mutating func drawMasks(_ random: inout SeededGenerator) {
    let stepCount = specification.stepCount
    // Events 0..<eventCount; a step's name is an event, so a repeated name gives two bits.
    let eventCount = Int.random(in: 1...(stepCount + 1), using: &random)
    masksOfEvents = [UInt32](repeating: 0, count: eventCount)
    let namesOnce = random.chance(50)
    for step in 0..<stepCount {
      let event = namesOnce ? step : Int.random(in: 0..<eventCount, using: &random)
      if event < eventCount { masksOfEvents[event] |= 1 << UInt32(step) }
      if !namesOnce, random.chance(15) {
        masksOfEvents[Int.random(in: 0..<eventCount, using: &random)] |= 1 << UInt32(step)
      }
    }
    if random.chance(60) { purchase = UInt8(eventCount - 1) }
    if random.chance(20) { masksOfEvents[0] |= 1 << UInt32(stepCount) }  // past the last step
  }

  private mutating func drawRows(_ instants: Int64, _ random: inout SeededGenerator) {
    userCount = Int.random(in: 1...4, using: &random)
    let hasConditions = shape == .rows && random.chance(60)
    let groupCount = Int32.random(in: 1...4, using: &random)
    for user in 0..<userCount {
      let count = Int.random(in: 0...9, using: &random)
      let times = (0..<count).map { _ in Int64.random(in: 0..<instants, using: &random) }.sorted()
      for time in times {
        // Code masksOfEvents.count is an event that no step names.
        let event = UInt8.random(in: 0...UInt8(masksOfEvents.count), using: &random)
        var row = Row(user: user, time: time, event: event, mask: 0)
        row.mask = Int(event) < masksOfEvents.count ? masksOfEvents[Int(event)] : 0
        if hasConditions { row.mask &= UInt32.random(in: 0...63, using: &random) | 1 << 1 }
        row.group = Int32.random(in: -1..<groupCount, using: &random)
        row.unit = Int32.random(in: -1..<3, using: &random)
        row.session = Int32.random(in: -1..<2, using: &random)
        row.value = random.chance(15) ? nil : Int64.random(in: -500...9_999, using: &random)
        row.passes = !hasFilter || random.chance(80)
        rows.append(row)
      }
    }
  }
}

extension FunnelCase {
  /// Makes this an everyday funnel: a row matches one step at most; with more rows, most of them
  /// of step 1, and units that are mostly runs of rows.
  mutating func simplify(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    if random.chance(50) {
      shape = .codes8
      hasFilter = false
      specification.since = nil
      specification.until = nil
    }
    if random.chance(50) { hasUnits.toggle() }
    if specification.attribution == .each { specification.attribution = .first }
    specification.windows = specification.windows.map { $0.map { max($0, 0) } }
    masksOfEvents = (0..<specification.stepCount).map { 1 << UInt32($0) }
    if random.chance(30) { masksOfEvents.append(1) }
    masksOfEvents.shuffle(using: &random)
    purchase = UInt8(masksOfEvents.count - 1)
    let quiet = masksOfEvents.firstIndex(of: 1) ?? 0
    let unitChance = random.chance(50) ? 0 : 10
    var unit: Int32 = 0
    for index in rows.indices {
      let isQuiet = random.chance(50)
      let event =
        isQuiet
        ? UInt8(quiet) : UInt8.random(in: 0...UInt8(masksOfEvents.count), using: &random)
      rows[index].event = event
      rows[index].mask = Int(event) < masksOfEvents.count ? masksOfEvents[Int(event)] : 0
      if random.chance(30) { unit = unit + 1 < 40 ? unit + 1 : 0 }
      if !random.chance(unitChance) { rows[index].unit = unit }
    }
    rows = rows.flatMap { row in
      [Row](repeating: row, count: random.chance(20) ? Int.random(in: 1...20, using: &random) : 1)
    }
  }

  /// Draws a log of plausible visits: mostly views, with carts and purchases, orders of several
  /// rows and ties.
  static func large(userCount: Int, seed: UInt64) -> FunnelCase {
    var random = SeededGenerator(seed: seed)
    var specification = FunnelSpecification(
      stepCount: 3,
      windows: [3_600_000_000, nil],
      withTotal: true,
      logEnd: 2_000_000_000_000
    )
    specification.top = 4
    var funnel = FunnelCase(specification: specification)
    funnel.shape = .codes8
    funnel.masksOfEvents = [1, 2, 4]
    funnel.purchase = 2
    funnel.hasValues = true
    funnel.hasSessions = true
    funnel.userCount = userCount
    for user in 0..<userCount {
      var time = Int64.random(in: 0...1_900_000, using: &random)
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        if random.chance(80) { time += Int64.random(in: 0...900, using: &random) }
        let event: UInt8 = random.chance(85) ? 0 : random.chance(60) ? 1 : random.chance(80) ? 2 : 3
        var row = Row(user: user, time: time, event: event, mask: event < 3 ? 1 << event : 0)
        row.group = Int32.random(in: -1...6, using: &random)
        row.session = Int32(time / 5_000)
        row.value = random.chance(5) ? nil : Int64.random(in: 0...99_999, using: &random)
        funnel.rows.append(row)
      }
    }
    return funnel
  }
}
