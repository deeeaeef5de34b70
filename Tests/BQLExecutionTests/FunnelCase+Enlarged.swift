import BQLExecution
import BQLTestSupport

extension FunnelCase {
  /// Draws a case of `feature` with larger units than an oracle takes, as logs have them: most rows
  /// are of step 1, events tell steps and exclusions, values and groups are many, units are runs
  /// of rows or lie across each other.
  static func enlarged(seed: UInt64, _ feature: FunnelFeature) -> FunnelCase {
    var funnel = FunnelCase.random(seed: seed, feature)
    var random = SeededGenerator(seed: seed &+ 77)
    let instants = Int64.random(in: 1...120, using: &random)
    funnel.drawEvents(&random)
    funnel.drawLimits(instants, &random)
    funnel.rows = []
    funnel.userCount = Int.random(in: 1...3, using: &random)
    for user in 0..<funnel.userCount { funnel.drawUnits(user, instants, &random) }
    return funnel
  }

  private mutating func drawEvents(_ random: inout SeededGenerator) {
    if random.chance(50) {
      shape = .codes8
      hasFilter = false
      specification.since = nil
      specification.until = nil
    }
    let stepBits: UInt32 = (1 << UInt32(specification.stepCount)) - 1
    masksOfEvents = (0..<specification.stepCount).map { 1 << UInt32($0) }
    if random.chance(25) { masksOfEvents.append(1) }
    if random.chance(25) {
      masksOfEvents.append(UInt32.random(in: 0...63, using: &random) & stepBits)
    }
    purchase = UInt8(masksOfEvents.count - 1)
    let exclusionBits: UInt32 = (1 << UInt32(specification.exclusions.count)) - 1
    guard exclusionBits != 0 else { return }
    exclusionsOfEvents = [UInt32](repeating: 0, count: masksOfEvents.count)
    exclusionsOfEvents.append(exclusionBits)
    if random.chance(30) {
      let event = Int.random(in: 0..<masksOfEvents.count, using: &random)
      exclusionsOfEvents[event] = UInt32.random(in: 0...3, using: &random) & exclusionBits
    }
  }

  private mutating func drawLimits(_ instants: Int64, _ random: inout SeededGenerator) {
    func duration(_ most: Int64) -> Int64 {
      Int64.random(in: 0...most, using: &random) * scale + (random.chance(20) ? scale / 2 : 0)
    }
    specification.windows = specification.windows.map { window in
      window.map { $0 < 0 ? -1 : duration(instants) }
    }
    for step in specification.rules.indices where specification.rules[step].gapMicroseconds != nil {
      specification.rules[step].gapMicroseconds = duration(instants / 4)
    }
    if specification.since != nil { specification.since = duration(instants / 2) }
    if specification.until != nil { specification.until = duration(2 * instants) }
    specification.logEnd = instants * scale
  }

  private mutating func drawUnits(
    _ user: Int,
    _ instants: Int64,
    _ random: inout SeededGenerator
  ) {
    let count = Int.random(in: 0...80, using: &random)
    let times = (0..<count).map { _ in Int64.random(in: 0..<instants, using: &random) }.sorted()
    let quietChance = Int.random(in: 0...95, using: &random)
    let valueCount = Int32.random(in: 1...12, using: &random)
    let groupCount = Int32.random(in: 1...12, using: &random)
    let areUnitsRuns = random.chance(60)
    let hasNull = random.chance(30)
    var unit: Int32 = 0
    for time in times {
      let event =
        random.chance(quietChance)
        ? 0 : UInt8.random(in: 0...UInt8(masksOfEvents.count), using: &random)
      var row = Row(user: user, time: time, event: event, mask: 0)
      row.mask = Int(event) < masksOfEvents.count ? masksOfEvents[Int(event)] : 0
      if Int(event) < exclusionsOfEvents.count {
        row.exclusions = exclusionsOfEvents[Int(event)]
      }
      if areUnitsRuns {
        if random.chance(15) { unit += 1 }
      } else {
        unit = Int32.random(in: 0..<6, using: &random)
      }
      row.unit = hasNull && random.chance(10) ? -1 : unit
      row.held =
        hasNull && random.chance(10) ? -1 : Int32.random(in: 0..<valueCount, using: &random)
      row.group =
        specification.attribution == .held
        ? row.held : Int32.random(in: -1..<groupCount, using: &random)
      row.session = Int32.random(in: -1..<3, using: &random)
      row.value = random.chance(15) ? nil : Int64.random(in: -500...9_999, using: &random)
      row.passes = !hasFilter || random.chance(80)
      rows.append(row)
    }
  }
}
