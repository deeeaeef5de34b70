import BQLExecution
import BQLTestSupport
import Testing

private func quantile(_ values: [Int64], in range: Range<Int>, at p: Double) -> Int64? {
  Quantile.linear(values.span.extracting(range), at: [p])[0]
}

@Suite struct QuantileTests {
  @Test func interpolatesLinearly() {
    var values: [Int64] = [4, 1, 3, 2]
    #expect(quantile(values, in: 0..<4, at: 0) == 1)
    #expect(quantile(values, in: 0..<4, at: 1) == 4)
    values = [40, 10, 30, 20]
    #expect(quantile(values, in: 0..<4, at: 0.5) == 25)
    #expect(quantile(values, in: 0..<4, at: 0.9) == 37)
  }

  @Test func roundsHalvesToTheEvenNumber() {
    var values: [Int64] = [1, 2]
    #expect(quantile(values, in: 0..<2, at: 0.5) == 1)
    values = [1, 4]
    #expect(quantile(values, in: 0..<2, at: 0.5) == 3)
  }

  @Test func readsItsRangeAlone() {
    let values: [Int64] = [100, 3, 1, 2, -100]
    #expect(quantile(values, in: 1..<4, at: 0.5) == 2)
    #expect(quantile(values, in: 2..<2, at: 0.5) == nil)
  }

  @Test(arguments: UInt64(1)...60)
  func isThatOfTheSortedNumbers(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...(seed % 4 == 0 ? 20_000 : 600), using: &random)
    // Few distinct numbers in some cases, many in others; ascending in some.
    let top = Int64.random(in: 0...(seed % 2 == 0 ? 50 : 1 << 60), using: &random)
    var values = (0..<count).map { _ in Int64.random(in: -top...top, using: &random) }
    if seed % 8 == 0 { values[0] = 1 << 40 }
    let sorted = values.sorted()
    if seed % 3 == 0 { values = sorted }
    let ps = [0, 0.1, 0.25, 0.5, 0.9, 0.99, 1]
    let all = Quantile.linear(values.span, at: ps)
    for (index, p) in ps.enumerated() {
      let h = p * Double(count - 1)
      let low = Int(h.rounded(.down))
      let high = min(low + 1, count - 1)
      let offset = (h - Double(low)) * (Double(sorted[high]) - Double(sorted[low]))
      let expected = sorted[low] + Int64(offset.rounded(.toNearestOrEven))
      #expect(quantile(values, in: 0..<count, at: p) == expected, "p \(p)")
      #expect(all[index] == expected, "p \(p)")
    }
    let narrow = values.map { UInt32(truncatingIfNeeded: $0) }
    let wide = narrow.map { Int64($0) * 1_000 }
    let ofNarrow = Quantile.linear(narrow.span, at: ps, unit: 1_000)
    #expect(ofNarrow == Quantile.linear(wide.span, at: ps))
  }
}

@Suite struct WilsonIntervalTests {
  /// References: SciPy 1.17.1, `binomtest(k, n).proportion_ci(0.95, "wilson")`; ours may differ
  /// by rounding alone.
  @Test(arguments: [
    (0, 10, 0.0, 0.277_532_799_862_889),
    (1, 10, 0.017_876_213_095_072_9, 0.404_150_026_795_238_5),
    (5, 10, 0.236_593_090_512_564, 0.763_406_909_487_436),
    (10, 10, 0.722_467_200_137_110_9, 1.0),
    (34, 1755, 0.013_896_468_234_139_5, 0.026_949_429_763_320_68),
  ])
  func isThatOfTheReference(successes: Int, trials: Int, low: Double, high: Double) throws {
    let interval = try #require(WilsonInterval(successes: successes, trials: trials))
    #expect(abs(interval.low - low) < 1e-14)
    #expect(abs(interval.high - high) < 1e-14)
  }

  @Test func isNothingWithoutTrials() {
    #expect(WilsonInterval(successes: 0, trials: 0) == nil)
  }
}

@Suite struct DurationListTests {
  @Test func widensWhenANumberNeedsIt() {
    var list = DurationList()
    list.append(5, scale: 1_000_000)
    list.append(UInt64(UInt32.max) + 1, scale: 1_000_000)
    list.append(7, scale: 1)
    #expect(list.microseconds == [5_000_000, 4_294_967_296_000_000, 7])
  }

  @Test func keepsTheUnitsOfWhatItJoins() {
    var seconds = DurationList()
    seconds.append(5, scale: 1_000_000)
    var microseconds = DurationList()
    microseconds.append(6, scale: 1)
    var joined = DurationList()
    joined.append(contentsOf: seconds)
    joined.append(contentsOf: seconds)
    joined.append(contentsOf: microseconds)
    #expect(joined.microseconds == [5_000_000, 5_000_000, 6])
  }

  /// Lists of several lengths, in the order in which they were joined.
  @Test(arguments: [[0, 5_000, 0, 3, 5_000], [3, 5_000, 3, 3, 1], [5_000, 5_000], [2, 3]])
  func joinsLongListsAndShort(counts: [Int]) {
    var joined = DurationList()
    var expected: [Int64] = []
    for count in counts {
      var list = DurationList()
      for number in 0..<count {
        list.append(UInt64(number * 7_919 % 1_009), scale: 1_000)
        expected.append(Int64(number * 7_919 % 1_009) * 1_000)
      }
      joined.append(contentsOf: list)
      joined.append(11, scale: 1_000)
      expected.append(11_000)
    }
    #expect(joined.count == expected.count)
    #expect(joined.microseconds == expected)
    #expect(joined.quantiles(at: [0, 0.5, 1]) == Quantile.linear(expected.span, at: [0, 0.5, 1]))
    joined.append(UInt64(UInt32.max) + 1, scale: 1_000)
    #expect(joined.microseconds == expected + [4_294_967_296_000])
  }

  @Test func holdsTheLongestDuration() {
    var list = DurationList()
    list.append(.max, scale: 1_000_000)
    #expect(list.microseconds == [.max])
  }
}
