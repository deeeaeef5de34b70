import BQLExecution
import Testing

@Suite struct FunnelModeTests {
  /// `FUNNEL_MODE_CASES=100000` in the environment runs more cases of each clause than the sample
  /// of every day.
  static let caseCount = UInt64(environmentNumber("FUNNEL_MODE_CASES") ?? 600)

  @Test(arguments: FunnelFeature.allCases)
  func chainsAreThoseOfTheOracle(feature: FunnelFeature) {
    for seed in 1...Self.caseCount {
      let funnel = FunnelCase.random(seed: seed, feature)
      let kernel = FunnelKernel(funnel.specification)
      let chains = funnel.inputs(usersPerMorsel: 2).flatMap { kernel.chains(of: $0) }
      let expected = FunnelOracle(funnel: funnel).chains
      #expect(chains == expected, "\(funnel.name)")
      guard chains == expected else { return }
    }
  }

  @Test(arguments: FunnelFeature.allCases)
  func answersAreThoseOfTheOracle(feature: FunnelFeature) {
    for seed in 1...Self.caseCount {
      let funnel = FunnelCase.random(seed: seed, feature)
      let result = answer(funnel, usersPerMorsel: 1 + Int(seed % 3))
      let expected = FunnelOracle(funnel: funnel).result
      #expect(result == expected, "\(funnel.name)")
      guard result == expected else { return }
    }
  }

  /// Units larger than the oracle takes are matched as by the plainest scan.
  @Test(arguments: FunnelFeature.allCases)
  func everyScanFindsTheChainsOfTheGeneralOne(feature: FunnelFeature) {
    for seed in 1...Self.caseCount {
      let funnel = FunnelCase.enlarged(seed: seed, feature)
      let fast = FunnelKernel(funnel.specification)
      var general = fast
      general.avoidsFastPath = true
      for input in funnel.inputs(usersPerMorsel: 2) {
        let chains = fast.chains(of: input)
        let expected = general.chains(of: input)
        #expect(chains == expected, "enlarged \(funnel.name)")
        guard chains == expected else { return }
      }
      let result = answer(funnel, usersPerMorsel: 2)
      let expected = answer(funnel, usersPerMorsel: 2, avoidsFastPath: true)
      #expect(result == expected, "enlarged \(funnel.name)")
      guard result == expected else { return }
    }
  }
}
