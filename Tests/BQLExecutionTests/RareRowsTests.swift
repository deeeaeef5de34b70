import BQLColumnar
import BQLExecution
import BQLStorage
import BQLTestSupport
import Testing

/// Holds the lists of rare rows, and what a funnel tells from them, to what all rows tell.
@Suite struct RareRowsTests {
  /// `FUNNEL_CASES=100000` in the environment runs more cases than the sample of every day.
  static let caseCount = UInt64(environmentNumber("FUNNEL_CASES") ?? 4_000)

  @Test func listsHoldTheRowsThatAWalkOverAllRowsFinds() {
    for seed in 1...Self.caseCount {
      let rare = RareCase(seed: seed)
      for input in rare.funnel.inputs(usersPerMorsel: 2) {
        #expect(rare.listed(rare.lists(input)) == rare.expected(input), "seed \(seed)")
      }
    }
  }

  @Test func answersAreThoseOfAllRows() {
    var answeredCount = 0
    for seed in 1...Self.caseCount {
      let rare = RareCase(seed: seed)
      guard let found = rare.answer(usersPerMorsel: 1 + Int(seed % 3)) else { continue }
      answeredCount += 1
      let expected = BQLExecutionTests.answer(rare.funnel, usersPerMorsel: 2, avoidsFastPath: true)
      #expect(found == expected, "seed \(seed)")
      guard found == expected else { return }
    }
    #expect(answeredCount > Self.caseCount / 3)
  }

  @Test func aLargeLogIsAnsweredAlike() throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let rare = RareCase(.large(userCount: 800, seed: seed), frequent: 0)
      let found = try #require(rare.answer(usersPerMorsel: 100))
      #expect(found == BQLExecutionTests.answer(rare.funnel, usersPerMorsel: 70))
      #expect(found == rare.answer(usersPerMorsel: 7))
    }
  }
}

/// A log with an event that counts as the frequent one, however many rows are of it.
struct RareCase {
  var funnel: FunnelCase
  let frequent: UInt8
  /// Rows without an event, by their place.
  private var eventless: Set<Int> = []

  init(_ funnel: FunnelCase, frequent: UInt8) {
    self.funnel = funnel
    self.frequent = frequent
  }

  /// Draws everyday funnels: mostly of the frequent event first, over logs in which most rows are
  /// of it, none, all, or some of no event at all.
  init(seed: UInt64) {
    var funnel = FunnelCase.random(seed: seed)
    funnel.simplify(seed: seed)
    var random = SeededGenerator(seed: seed &+ 7_001)
    funnel.shape = random.chance(50) ? .codes8 : .rows
    funnel.hasFilter = false
    funnel.specification.since = nil
    funnel.specification.until = nil
    funnel.specification.ties = .allow
    if funnel.specification.attribution != nil { funnel.specification.attribution = .first }
    funnel.specification.tellsTimes = random.chance(30)
    let first = funnel.masksOfEvents.firstIndex(of: 1) ?? 0
    let other = Int.random(in: 0...funnel.masksOfEvents.count, using: &random)
    frequent = UInt8(random.chance(70) ? first : other)
    if let purchase = funnel.purchase, purchase == frequent || random.chance(20) {
      funnel.purchase = nil
    }
    if funnel.hasUnits, random.chance(50) {
      // A user's units one after the other.
      funnel.rows.sort { ($0.user, $0.time) < ($1.user, $1.time) }
      for index in funnel.rows.indices { funnel.rows[index].unit = Int32(index / 4) }
    }
    let share = [0, 10, 60, 100].randomElement(using: &random) ?? 0
    let nulls = funnel.shape == .rows && random.chance(30) ? 20 : 0
    for index in funnel.rows.indices {
      if random.chance(share) { funnel.rows[index].event = frequent }
      let event = Int(funnel.rows[index].event)
      funnel.rows[index].mask =
        event < funnel.masksOfEvents.count ? funnel.masksOfEvents[event] : 0
      if funnel.hasUnits { funnel.rows[index].session = funnel.rows[index].unit }
      if random.chance(nulls) {
        eventless.insert(index)
        funnel.rows[index].event = RareRows.noEvent
        funnel.rows[index].mask = 0
      }
    }
    // Orders keep to sessions, as units do.
    if funnel.hasUnits { funnel.hasSessions = true }
    if !funnel.hasUnits, random.chance(60) {
      if random.chance(50) {
        funnel.specification.isHolding = true
        for index in funnel.rows.indices {
          funnel.rows[index].held = Int32.random(in: 0..<3, using: &random)
        }
      } else {
        funnel.specification.mode = .any
        funnel.specification.attribution = nil
        funnel.specification.tellsTimes = false
      }
    }
    self.funnel = funnel
  }

  /// What a row without an event holds is not defined.
  private var events: Buffer<UInt8> {
    Buffer(funnel.rows.map { $0.event == RareRows.noEvent ? 0 : $0.event })
  }

  private var validity: Bitmap? {
    var validity = Bitmap(repeating: true, count: funnel.rows.count)
    for row in eventless { validity[row] = false }
    return eventless.isEmpty ? nil : validity
  }

  func lists(_ input: FunnelInput) -> RareRows {
    RareRows(
      input.morsel,
      input.userOffsets,
      events: events,
      validity: validity,
      times: input.times,
      units: input.units,
      frequent: frequent
    )
  }

  /// Answers from rare rows; nil where they do not tell.
  func answer(usersPerMorsel: Int) -> FunnelResult? {
    guard
      let scan = FunnelRareScan(
        funnel.specification,
        masks: funnel.masksOfEvents,
        frequent: frequent,
        purchase: funnel.purchase.map(Int.init),
        orderGapMicroseconds: 60_000_000
      ), !funnel.hasUnits || funnel.specification.stepCount > 1
    else { return nil }
    // Of units whose rows mix, those without a frequent row are not listed.
    if funnel.hasUnits, !scan.startsAreFrequent { return nil }
    var total = FunnelAccumulator(funnel.specification)
    for input in funnel.inputs(usersPerMorsel: usersPerMorsel) {
      guard
        let block = RareRowBlock(
          input.morsel,
          lists(input),
          times: input.times,
          money: input.values,
          sessions: funnel.hasUnits ? nil : input.purchases?.sessions
        )
      else { return nil }
      var part = FunnelAccumulator(funnel.specification)
      guard update(&part, scan, block, input) else { return nil }
      part.close()
      total.combine(part)
    }
    return total.finish()
  }
}

extension RareCase {
  /// Adds the chains of a block; false where its rows do not tell them.
  private func update(
    _ part: inout FunnelAccumulator,
    _ scan: FunnelRareScan,
    _ block: RareRowBlock,
    _ input: FunnelInput
  ) -> Bool {
    let worth = scan.worth(of: block)
    if funnel.specification.mode == .any {
      let sides = RareSides(
        block,
        input.userOffsets,
        events: events,
        validity: validity,
        times: input.times,
        money: input.values
      )
      guard let sides else { return false }
      scan.update(&part, with: block, sides, worth: worth)
      return true
    }
    let codes = block.lists.starts.map {
      funnel.rows[input.morsel.rows.lowerBound + Int($0)].group
    }
    let map = [-1] + (0..<Int32(8)).map { $0 }
    let groups = funnel.specification.attribution == nil ? nil : (codes: codes, map: map)
    guard funnel.specification.isHolding else {
      scan.update(&part, with: block, worth: worth, groups: groups)
      return true
    }
    let held = funnel.rows[input.morsel.rows].map(\.held)
    let lists = RareRows(
      block.lists,
      input.morsel,
      events: events,
      validity: validity,
      held: held.span
    )
    let heldBlock = RareRowBlock(
      input.morsel,
      lists,
      times: input.times,
      money: input.values,
      sessions: nil
    )
    guard let heldBlock else { return false }
    let ofRows = worth.picked(at: lists.origins)
    scan.update(&part, with: heldBlock, worth: ofRows, groups: groups)
    return true
  }

  /// What is listed of a unit.
  struct Listed: Hashable {
    var start: Int?
    var rare: [Rare] = []
  }

  struct Rare: Hashable {
    var row: Int
    var code: UInt8
    var prior: Int?
  }

  /// Returns the lists by the first row that they have of each unit.
  func listed(_ lists: RareRows) -> Set<Listed> {
    var found: Set<Listed> = []
    var withRare: Set<Int> = []
    var first = 0
    for unit in lists.units {
      var listed = Listed()
      if unit.start >= 0 {
        listed.start = Int(lists.starts[Int(unit.start)])
        withRare.insert(Int(unit.start))
      }
      for index in first..<Int(unit.end) {
        let prior = Int(lists.priors[index])
        listed.rare.append(
          Rare(
            row: Int(lists.rows[index]),
            code: lists.codes[index],
            prior: prior < 0 ? nil : prior
          )
        )
      }
      first = Int(unit.end)
      found.insert(listed)
    }
    for (index, start) in lists.starts.enumerated() where !withRare.contains(index) {
      found.insert(Listed(start: Int(start)))
    }
    return funnel.hasUnits ? found.filter { $0.start != nil } : found
  }

  /// As ``listed(_:)``, row by row.
  func expected(_ input: FunnelInput) -> Set<Listed> {
    var units: [[Int32]: [Int]] = [:]
    for row in input.morsel.rows {
      let own = funnel.rows[row]
      if funnel.hasUnits, own.unit < 0 { continue }
      units[[Int32(own.user), funnel.hasUnits ? own.unit : 0], default: []].append(row)
    }
    let firstRow = input.morsel.rows.lowerBound
    var found: Set<Listed> = []
    for rows in units.values {
      let frequents = rows.filter { funnel.rows[$0].event == frequent }
      let rare = rows.filter { !frequents.contains($0) && !eventless.contains($0) }
      let listed = Listed(
        start: frequents.first.map { $0 - firstRow },
        rare: rare.map { row in
          let prior = frequents.last { funnel.rows[$0].time <= funnel.rows[row].time }
          return Rare(
            row: row - firstRow,
            code: funnel.rows[row].event,
            prior: prior.map { $0 - firstRow }
          )
        }
      )
      if listed.start == nil, listed.rare.isEmpty || funnel.hasUnits { continue }
      found.insert(listed)
    }
    return found
  }
}
