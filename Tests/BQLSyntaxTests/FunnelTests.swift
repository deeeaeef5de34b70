import BQLSyntax
import Testing

@Suite struct FunnelTests {
  @Test func stepParts() throws {
    let text =
      "FUNNEL view[price > 100]{2}? AS big WITHIN 1h OF PREVIOUS, (a|\"b c\"), 'Add to cart'"
    let steps = try funnel(text).steps
    #expect(steps.count == 3)
    #expect(steps[0].alternatives.map(\.name.name) == ["view"])
    #expect(steps[0].alternatives[0].condition != nil)
    #expect(steps[0].repetitions?.value == 2)
    #expect(steps[0].optional == SourceRange(27, 28))
    #expect(steps[0].label?.name == "big")
    #expect(steps[0].withinPrevious?.value == Duration(microseconds: 3_600_000_000))
    #expect(steps[0].range == SourceRange(7, 57))
    #expect(steps[1].alternatives.map(\.name.name) == ["a", "b c"])
    #expect(steps[2].alternatives.map(\.name.name) == ["Add to cart"])
    #expect(steps[2].alternatives[0].name.isQuoted)
  }

  @Test func conditionBehindAlternativesHoldsForEach() throws {
    let steps = try funnel("FUNNEL (a[x]|b)[y], c").steps
    let twin = try funnel("FUNNEL (a[x AND y]|b[y]), c").steps
    #expect(shape(steps) == shape(twin))
  }

  @Test func withinBelongsToTheFunnelUnlessOfPrevious() throws {
    let funnel = try funnel("FUNNEL a, b WITHIN 10m OF PREVIOUS, c WITHIN 7 DAYS MODE ANY")
    #expect(funnel.steps.map { $0.withinPrevious != nil } == [false, true, false])
    #expect(funnel.windows.map(\.text) == ["7 DAYS"])
    #expect(funnel.windows.map(\.duration) == [Duration(microseconds: 604_800_000_000)])
  }

  @Test func windowsKeepTheirText() throws {
    let funnel = try funnel("FUNNEL a, b WITHIN (1h, 1w, 3 MONTHS)")
    #expect(funnel.windows.map(\.text) == ["1h", "1w", "3 MONTHS"])
    #expect(funnel.windows.map(\.duration.months) == [0, 0, 3])
  }

  @Test func clausesInAnyOrder() throws {
    let clauses = [
      "FROM log", "WHERE price > 1", "PER (brand, \"x y\")", "SINCE '2019-11-01'",
      "UNTIL '2019-12-01'", "BY brand, hour TOP 3", "WITHIN 7d", "HOLDING product_id",
      "MODE STRICT", "ENTRY FIRST", "TIES DENY", "TOLERANCE 2s", "EXCLUDING x BETWEEN a AND b",
      "EXCLUDING USERS WITH y[z]", "ATTRIBUTE STEP 2", "SHOW TREND week", "MATURE ONLY",
      "WITH TOTAL", "COMPARE s = 1 VS REST",
    ]
    let forward = try funnel("FUNNEL a, b " + clauses.joined(separator: " "))
    let backward = try funnel("FUNNEL a, b " + clauses.reversed().joined(separator: " "))
    #expect(forward.behavior.from?.kind != nil)
    guard case .columns(let columns) = forward.behavior.unit?.value else { throw NoSuchNode() }
    #expect(columns.map(\.name) == ["brand", "x y"])
    #expect(forward.behavior.by.count == 2 && forward.behavior.top?.value == 3)
    #expect(forward.holding.map(\.name) == ["product_id"])
    #expect(forward.mode?.value == .strict && forward.entry?.value == .first)
    #expect(forward.ties?.value == .deny)
    #expect(forward.tolerance?.value == Duration(microseconds: 2_000_000))
    #expect(forward.exclusions.map(\.excludesUsers) == [false, true])
    #expect(forward.exclusions[0].between.map(\.name) == ["a", "b"])
    #expect(forward.attribution?.value == .step(2))
    #expect(forward.matureOnly != nil && forward.withTotal != nil)
    #expect(forward.compare?.value.count == 2)
    var reordered = backward
    reordered.exclusions.reverse()
    #expect(shape(forward) == shape(reordered))
  }

  @Test func shows() throws {
    func show(_ text: String) throws -> String {
      shape(try #require(try funnel("FUNNEL a, b SHOW " + text).show).value)
    }
    #expect(try show("STEPS") == shape(FunnelShow.steps))
    #expect(try show("TIMES") == shape(FunnelShow.times))
    let step = Identifier("b", range: SourceRange(0, 0))
    #expect(try show("USERS AT b") == shape(FunnelShow.usersAt(step)))
    #expect(try show("DROPPED BEFORE b") == shape(FunnelShow.droppedBefore(step)))
    #expect(try show("DROPPED AFTER b") == shape(FunnelShow.droppedAfter(step)))
  }

  @Test func attributions() throws {
    for (text, value) in [
      ("FIRST", FunnelAttribution.first), ("EACH", .each), ("HELD", .held), ("LAST", .last),
    ] {
      #expect(try funnel("FUNNEL a, b ATTRIBUTE " + text).attribution?.value == value)
    }
  }

  @Test func verbsAndClausesAreEventsWhereAStepStands() throws {
    let steps = try funnel("FUNNEL show, mode, by, select WITHIN 7d BY brand").steps
    #expect(steps.map { $0.alternatives[0].name.name } == ["show", "mode", "by", "select"])
  }

  @Test func aQueryOrAJoinMayBeTheLog() throws {
    guard case .query = try funnel("FUNNEL a, b FROM (SELECT * FROM t) BY c").behavior.from?.kind
    else { throw NoSuchNode() }
    let named = try funnel("FUNNEL a, b FROM log AS l BY c")
    #expect(named.behavior.from?.alias?.name == "l")
  }
}
