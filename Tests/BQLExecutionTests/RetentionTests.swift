import BQLColumnar
import BQLTestSupport
import Testing

@Suite struct RetentionTests {
  /// `RETENTION_CASES=100000` in the environment runs more cases than the sample of every day.
  static let caseCount = UInt64(environmentNumber("RETENTION_CASES") ?? 3_000)

  @Test func answersAreThoseOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var random = SeededGenerator(seed: seed)
      let oracle = RetentionOracle(&random)
      let answer = try oracle.log.answer(oracle.text)
      let kept = keptGroups(answer, oracle.clauses)
      let expected = oracle.rows(kept: kept)
      let isSame = sameRows(answer, expected, ordered: !oracle.clauses.isByBrand)
      #expect(isSame, "seed \(seed): \(oracle.text)\n\(answer)\n\(expected)")
      guard isSame else { return }
      if let kept, let top = oracle.clauses.top {
        #expect(kept.count == min(top, oracle.sizes.count), "seed \(seed)")
        let smallest = kept.compactMap { oracle.sizes[$0] }.min() ?? 0
        #expect(
          oracle.sizes.allSatisfy { kept.contains($0.key) || $0.value <= smallest },
          "seed \(seed)"
        )
      }
    }
  }

  @Test func threadsAndMorselsChangeNothing() throws {
    for seed in 1...200 as ClosedRange<UInt64> {
      var random = SeededGenerator(seed: seed)
      let oracle = RetentionOracle(&random)
      let answer = try oracle.log.answer(oracle.text)
      let other = try oracle.log.answer(oracle.text, threads: 3, morselRows: 1)
      #expect(answer == other, "seed \(seed): \(oracle.text)")
    }
  }

  @Test func onOrAfterNeverRisesWithinACohort() throws {
    for seed in 1...300 as ClosedRange<UInt64> {
      var random = SeededGenerator(seed: seed)
      let log = BehaviorLog.random(&random)
      let answer = try log.answer("RETENTION OF view RETURN ANY COUNT ON OR AFTER EVERY day FOR 20")
      for (before, row) in zip(answer, answer.dropFirst()) where before[0] == row[0] {
        guard case .int(let earlier) = before[3], case .int(let later) = row[3] else { continue }
        #expect(later <= earlier, "seed \(seed)")
      }
    }
  }

  @Test func anEmptyLogHasNoCohorts() throws {
    #expect(try BehaviorLog().answer("RETENTION OF purchase").isEmpty)
    #expect(try BehaviorLog().answer("RETENTION OF ANY BY brand TOP 2").isEmpty)
  }
}
