import BQLExecution
import BQLTestSupport

/// Names one clause of FUNNEL that the cases of a test are about.
enum FunnelFeature: CaseIterable {
  case optional, repeats, gaps, holding, strict, noRepeat, any, first, every, source
  case exclusions, held, mature, tolerance, all
}

extension FunnelCase {
  /// Draws a case in which `feature` matters, `all` of them together in some.
  static func random(seed: UInt64, _ feature: FunnelFeature) -> FunnelCase {
    var funnel = FunnelCase.random(seed: seed)
    var random = SeededGenerator(seed: seed &+ 7)
    funnel.name = "\(feature) seed \(seed)"
    func isDrawn(_ other: FunnelFeature, _ percent: Int = 25) -> Bool {
      feature == other || feature == .all && random.chance(percent)
    }
    if isDrawn(.any, 10) {
      funnel.specification.mode = .any
      funnel.specification.ties = .allow
    } else {
      if isDrawn(.strict, 20) { funnel.specification.mode = .strict }
      if isDrawn(.noRepeat, 20) { funnel.specification.mode = .noRepeat }
      if isDrawn(.optional) { funnel.drawOptional(&random) }
      if isDrawn(.repeats) { funnel.drawRepeats(&random) }
      if isDrawn(.gaps) { funnel.drawGaps(&random) }
      if isDrawn(.first, 15) { funnel.specification.entry = .first }
      if isDrawn(.every, 15) { funnel.specification.entry = .every }
      if isDrawn(.source) { funnel.specification.ties = .source }
    }
    if feature == .tolerance { funnel.drawTolerance(&random) }
    if isDrawn(.exclusions) { funnel.drawExclusions(&random) }
    if isDrawn(.mature, 15) { funnel.specification.isMatureOnly = true }
    let isHeld = isDrawn(.held, 15)
    if isHeld || isDrawn(.holding) {
      funnel.specification.isHolding = true
      for index in funnel.rows.indices {
        let value = Int32.random(in: 0..<3, using: &random)
        funnel.rows[index].held = random.chance(10) ? -1 : value
      }
    }
    if isHeld, funnel.specification.entry != .every {
      funnel.specification.attribution = .held
      for index in funnel.rows.indices { funnel.rows[index].group = funnel.rows[index].held }
    }
    return funnel
  }

  /// Draws what may go with TOLERANCE, and rows that match one step each.
  private mutating func drawTolerance(_ random: inout SeededGenerator) {
    specification.toleranceMicroseconds = Int64.random(in: 1...4, using: &random) * scale
    specification.ties = .allow
    for index in rows.indices { rows[index].mask &= 0 &- rows[index].mask }
    masksOfEvents = masksOfEvents.map { $0 & (0 &- $0) }
    if random.chance(30) { drawGaps(&random) }
    if random.chance(30) { specification.entry = .first }
    if random.chance(30) { drawExclusions(&random) }
    if random.chance(30) {
      specification.isHolding = true
      for index in rows.indices {
        rows[index].held = random.chance(10) ? -1 : Int32.random(in: 0..<2, using: &random)
      }
    }
  }

  private mutating func drawOptional(_ random: inout SeededGenerator) {
    for step in specification.rules.indices.dropFirst().dropLast() where random.chance(50) {
      specification.rules[step].isOptional = true
    }
  }

  private mutating func drawRepeats(_ random: inout SeededGenerator) {
    for step in specification.rules.indices where random.chance(30) {
      guard specification.linkCount < 6 else { return }
      specification.rules[step].repetitions = 2
    }
  }

  private mutating func drawGaps(_ random: inout SeededGenerator) {
    for step in specification.rules.indices.dropFirst() where random.chance(60) {
      let units = Int64.random(in: 0...4, using: &random)
      specification.rules[step].gapMicroseconds =
        units * scale + (random.chance(20) ? scale / 2 : 0)
    }
  }

  private mutating func drawExclusions(_ random: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      var exclusion = FunnelExclusionRule(excludesUnits: random.chance(20))
      if specification.mode != .any, specification.stepCount > 1, random.chance(50) {
        let from = Int.random(in: 1..<specification.stepCount, using: &random)
        exclusion.between =
          from...Int.random(in: (from + 1)...specification.stepCount, using: &random)
      }
      specification.exclusions.append(exclusion)
    }
    for index in rows.indices where random.chance(20) {
      rows[index].exclusions = UInt32.random(in: 0..<4, using: &random)
      rows[index].exclusions &= (1 << UInt32(specification.exclusions.count)) - 1
    }
  }
}
