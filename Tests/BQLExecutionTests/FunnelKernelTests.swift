import BQLExecution
import Testing

/// Runs a case as the operator does: a ranking pass where one is needed, accumulators of morsels
/// combined in morsel order.
func answer(
  _ funnel: FunnelCase,
  usersPerMorsel: Int,
  avoidsFastPath: Bool = false
) -> FunnelResult {
  func kernel(_ specification: FunnelSpecification) -> FunnelKernel {
    var kernel = FunnelKernel(specification)
    kernel.avoidsFastPath = avoidsFastPath
    return kernel
  }
  var inputs = funnel.inputs(usersPerMorsel: usersPerMorsel)
  var ranking: FunnelGroupRanking?
  if let pass = funnel.specification.rankingPass, let top = funnel.specification.top {
    let ranked = gather(kernel(pass), inputs).ranking(top: top)
    for index in inputs.indices {
      inputs[index].groups = inputs[index].groups?.mapped(by: ranked.map)
    }
    ranking = ranked
  }
  return gather(kernel(funnel.specification), inputs).finish(ranking: ranking)
}

private func gather(_ kernel: FunnelKernel, _ inputs: [FunnelInput]) -> FunnelAccumulator {
  var total = FunnelAccumulator(kernel.specification)
  for input in inputs {
    var part = FunnelAccumulator(kernel.specification)
    kernel.update(&part, with: input)
    total.combine(part)
  }
  return total
}

@Suite struct FunnelKernelTests {
  /// `FUNNEL_CASES=100000` in the environment runs more cases than the sample of every day.
  static let caseCount = UInt64(environmentNumber("FUNNEL_CASES") ?? 4_000)

  @Test func chainsAreThoseOfTheOracle() {
    for seed in 1...Self.caseCount {
      let funnel = FunnelCase.random(seed: seed)
      let kernel = FunnelKernel(funnel.specification)
      let chains = funnel.inputs(usersPerMorsel: 2).flatMap { kernel.chains(of: $0) }
      let expected = FunnelOracle(funnel: funnel).chains
      #expect(chains == expected, "\(funnel.name)")
      guard chains == expected else { return }
    }
  }

  /// Everyday funnels, with larger units than the oracle takes, go the same way in both scans.
  @Test func theFastScanFindsTheChainsOfTheGeneralOne() {
    var fastCount = 0
    for seed in 1...Self.caseCount {
      var funnel = FunnelCase.random(seed: seed)
      funnel.simplify(seed: seed)
      var general = FunnelKernel(funnel.specification)
      general.avoidsFastPath = true
      let fast = FunnelKernel(funnel.specification)
      for input in funnel.inputs(usersPerMorsel: 3) {
        if fast.takesFastPath(input) { fastCount += 1 }
        #expect(fast.chains(of: input) == general.chains(of: input), "\(funnel.name)")
      }
    }
    #expect(fastCount > Self.caseCount / 4)
  }

  @Test func answersAreThoseOfTheOracle() {
    for seed in 1...Self.caseCount {
      let funnel = FunnelCase.random(seed: seed)
      let result = answer(funnel, usersPerMorsel: 1 + Int(seed % 3))
      let expected = FunnelOracle(funnel: funnel).result
      #expect(result == expected, "\(funnel.name)")
      guard result == expected else { return }
    }
  }
}
