import BQLColumnar
import BQLExecution
import BQLStorage
import Testing

@Suite struct FunnelLawTests {
  @Test func reachNeverRisesFromStepToStep() {
    for seed in 1...1_000 as ClosedRange<UInt64> {
      let funnel = FunnelCase.random(seed: seed)
      for group in answer(funnel, usersPerMorsel: 4).groups {
        for steps in group.windows {
          for (earlier, later) in zip(steps, steps.dropFirst()) {
            #expect(earlier.units >= later.units, "\(funnel.name)")
          }
        }
      }
    }
  }

  @Test func longerWindowsReachNoLess() {
    for seed in 1...1_000 as ClosedRange<UInt64> {
      var funnel = FunnelCase.random(seed: seed)
      funnel.specification.windows = [0, funnel.scale, 3 * funnel.scale, nil]
      let windows = answer(funnel, usersPerMorsel: 4).total.windows
      for (shorter, longer) in zip(windows, windows.dropFirst()) {
        for (less, more) in zip(shorter, longer) {
          #expect(less.units <= more.units, "\(funnel.name)")
        }
      }
    }
  }

  @Test func groupsOfFirstAddUpToTheTotal() {
    for seed in 1...1_000 as ClosedRange<UInt64> {
      var funnel = FunnelCase.random(seed: seed)
      funnel.specification.attribution = .first
      funnel.specification.withTotal = false
      let result = answer(funnel, usersPerMorsel: 4)
      for window in funnel.specification.windows.indices {
        for step in 0..<funnel.specification.stepCount {
          let sum = result.groups.reduce(0) { $0 + $1.windows[window][step].units }
          #expect(sum == result.total.windows[window][step].units, "\(funnel.name)")
        }
      }
    }
  }

  @Test func combiningIsAssociativeAndHasANeutralElement() {
    for seed in 1...500 as ClosedRange<UInt64> {
      let funnel = FunnelCase.random(seed: seed)
      guard funnel.specification.rankingPass == nil else { continue }
      let kernel = FunnelKernel(funnel.specification)
      let parts = funnel.inputs(usersPerMorsel: 1).map { input in
        var part = FunnelAccumulator(funnel.specification)
        kernel.update(&part, with: input)
        return part
      }
      var forward = FunnelAccumulator(funnel.specification)
      for part in parts { forward.combine(part) }
      var backward = FunnelAccumulator(funnel.specification)
      for part in parts.reversed() {
        var joined = part
        joined.combine(backward)
        backward = joined
      }
      #expect(forward.finish() == backward.finish(), "\(funnel.name)")
    }
  }

  @Test func morselsChangeNothing() {
    for seed in 1...500 as ClosedRange<UInt64> {
      let funnel = FunnelCase.random(seed: seed)
      let whole = answer(funnel, usersPerMorsel: 4)
      for users in 1...3 { #expect(answer(funnel, usersPerMorsel: users) == whole, "seed \(seed)") }
    }
  }

  @Test(arguments: [1, 2, 5])
  func threadsChangeNothing(threadCount: Int) async {
    var funnel = FunnelCase.large(userCount: 700, seed: 11)
    for attribution in [nil, .first, .each, .last] as [FunnelAttributionRule?] {
      funnel.specification.attribution = attribution
      funnel.specification.top = attribution == .each ? nil : 4
      let specification = funnel.specification
      let inputs = funnel.inputs(usersPerMorsel: 7)
      let parts = await withTaskGroup(of: [(Int, FunnelAccumulator)].self) { group in
        for thread in 0..<threadCount {
          group.addTask {
            stride(from: thread, to: inputs.count, by: threadCount).map { morsel in
              var part = FunnelAccumulator(specification)
              FunnelKernel(specification).update(&part, with: inputs[morsel])
              return (morsel, part)
            }
          }
        }
        var parts: [(Int, FunnelAccumulator)] = []
        for await done in group { parts += done }
        return parts.sorted { $0.0 < $1.0 }.map(\.1)
      }
      var total = FunnelAccumulator(specification)
      for part in parts { total.combine(part) }
      #expect(total.finish() == answer(funnel, usersPerMorsel: 700))
    }
  }
}

/// Rows by the hundred thousand: a matching that is quadratic in the rows of a user or of an
/// instant would take minutes.
@Suite(.timeLimit(.minutes(1))) struct FunnelScaleTests {
  @Test func aUserOfAMillionRows() {
    var funnel = FunnelCase(specification: FunnelSpecification(stepCount: 3, windows: [10, nil]))
    funnel.userCount = 1
    funnel.scale = 1
    funnel.rows = (0..<1_000_000).map { index in
      FunnelCase.Row(user: 0, time: Int64(index), event: 0, mask: index % 2 == 0 ? 0b101 : 0b011)
    }
    let total = answer(funnel, usersPerMorsel: 1).total
    #expect(total.windows.map { $0.map(\.units) } == [[1, 1, 1], [1, 1, 1]])
  }

  /// All rows match all steps: the chain ends at the earliest row, and walks back through the
  /// last ones.
  @Test func anInstantOfAHundredThousandRows() {
    var funnel = FunnelCase(specification: FunnelSpecification(stepCount: 8, windows: [0]))
    funnel.userCount = 1
    funnel.rows = (0..<100_000).map { _ in
      FunnelCase.Row(user: 0, time: 5, event: 0, mask: 0xFF)
    }
    let chains = FunnelKernel(funnel.specification).chains(of: funnel.inputs(usersPerMorsel: 1)[0])
    #expect(chains.map(\.rows) == [[99_993, 99_994, 99_995, 99_996, 99_997, 99_998, 99_999, 0]])
  }

  /// Step 32's rows match nothing else; every other row matches two neighbouring steps.
  @Test func anInstantOfManyStepsAndRows() {
    var funnel = FunnelCase(specification: FunnelSpecification(stepCount: 32, windows: [nil]))
    funnel.userCount = 1
    funnel.rows = (0..<100_000).map { index in
      let step = UInt32(index % 32)
      return FunnelCase.Row(
        user: 0,
        time: 5,
        event: 0,
        mask: step == 31 ? 1 << 31 : 1 << step | 1 << (step / 2)
      )
    }
    let chains = FunnelKernel(funnel.specification).chains(of: funnel.inputs(usersPerMorsel: 1)[0])
    #expect(chains.map(\.depth) == [32])
    #expect(chains.first?.rows.last == 31)
    #expect(Set(chains.first?.rows ?? []).count == 32)
  }

  @Test func aUserWithManyGroups() {
    var funnel = FunnelCase(
      specification: FunnelSpecification(stepCount: 3, attribution: .each, top: 5)
    )
    funnel.userCount = 1
    funnel.hasValues = true
    funnel.purchase = 2
    funnel.rows = (0..<300_000).map { index in
      let event = UInt8(index % 10 == 9 ? 2 : index % 10 == 8 ? 1 : 0)
      return FunnelCase.Row(
        user: 0,
        time: Int64(index),
        event: event,
        mask: 1 << UInt32(event),
        group: Int32(index % 60_000),
        value: 1
      )
    }
    let result = answer(funnel, usersPerMorsel: 1)
    #expect(result.groups.count == 6)
    #expect(result.groups.allSatisfy { $0.windows[0].allSatisfy { $0.units == 1 } })
  }

  @Test func aUserWithManySessions() {
    var funnel = FunnelCase(specification: FunnelSpecification(stepCount: 2))
    funnel.userCount = 1
    funnel.hasUnits = true
    funnel.hasValues = true
    funnel.hasSessions = true
    funnel.purchase = 1
    funnel.rows = (0..<200_000).map { index in
      let event = UInt8(index / 100_000)
      return FunnelCase.Row(
        user: 0,
        time: Int64(index / 200_000),
        event: event,
        mask: 1 << UInt32(event),
        unit: Int32(index * 7 % 100_000),
        session: Int32(index * 7 % 100_000),
        value: 100
      )
    }
    let total = answer(funnel, usersPerMorsel: 1).total
    #expect(total.windows[0].map(\.units) == [100_000, 100_000])
    #expect(total.windows[0][1].value == 100_000)
  }
}
