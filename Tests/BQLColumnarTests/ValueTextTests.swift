import BQLColumnar
import BQLTestSupport
import Testing

struct ValueTextTests {
  private static let t0: Int64 = 1_569_888_000_000_000

  @Test(arguments: [
    ("0", 0), ("-7", -7), ("+7", 7), (" 42 ", 42), ("9223372036854775807", Int64.max),
    ("-9223372036854775808", Int64.min), ("007", 7),
  ])
  func readsInts(_ text: String, _ expected: Int64) {
    #expect(ValueText.parse(text, as: .int) == .int(expected))
  }

  @Test(arguments: [
    "", "-", "1.0", "1e3", "9223372036854775808", "-9223372036854775809", "1 2", "0x1", "1_000",
  ])
  func refusesWhatIsNoInt(_ text: String) {
    #expect(ValueText.parse(text, as: .int) == nil)
  }

  @Test(arguments: [
    ("35.79", 3_579), ("35.7", 3_570), ("35", 3_500), ("-0.05", -5), (".5", 50), ("5.", 500),
    ("1e3", 100_000), ("1.005", 101), ("-1.005", -101), ("1.0049", 100), ("0.004", 0),
    ("1e-2", 1), ("5e-3", 1), ("4e-3", 0), ("0e99999", 0), ("1e-99999", 0),
    ("92233720368547758.07", Int64.max), ("-92233720368547758.08", Int64.min), ("12345e-2", 12_345),
  ])
  func readsDecimals(_ text: String, _ expected: Int64) {
    #expect(ValueText.parse(text, as: .decimal) == .decimal(expected))
  }

  @Test(arguments: [
    "", ".", "1e", "1e+", "1.2.3", "92233720368547758.08", "1e17", "abc", "1e99999",
  ])
  func refusesWhatIsNoDecimal(_ text: String) {
    #expect(ValueText.parse(text, as: .decimal) == nil)
  }

  @Test func exactDecimalsRefuseARest() {
    #expect(ValueText.parseDecimal("1.25".utf8Span.span, isExact: true) == 125)
    #expect(ValueText.parseDecimal("1.250".utf8Span.span, isExact: true) == 125)
    #expect(ValueText.parseDecimal("1.251".utf8Span.span, isExact: true) == nil)
  }

  @Test func floatsReadBackFromTheirText() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<20_000 {
      let float = Double(bitPattern: random.next())
      guard float.isFinite else { continue }
      let text = ValueText.text(.float(float))
      #expect(ValueText.parse(text, as: .float) == .float(float), "\(text)")
    }
  }

  @Test func shortFloatsReadAsTheStandardLibraryReadsThem() {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<20_000 {
      let digits = random.next() % 10_000_000_000_000_000
      let place = random.next() % 18
      var text = String(digits)
      let zeros = max(0, Int(place) + 1 - text.count)
      text = String(repeating: "0", count: zeros) + text
      text.insert(".", at: text.index(text.endIndex, offsetBy: -Int(place)))
      #expect(ValueText.parse(text, as: .float) == Double(text).map { .float($0) }, "\(text)")
    }
  }

  @Test(arguments: [
    (1.0, "1.0"), (-0.5, "-0.5"), (1e20, "1e+20"), (1e-5, "1e-05"), (0.1, "0.1"),
    (.infinity, "Infinity"), (-.infinity, "-Infinity"), (.nan, "NaN"),
  ])
  func printsFloats(_ float: Double, _ expected: String) {
    #expect(ValueText.text(.float(float)) == expected)
  }

  @Test(arguments: ["", "e5", "1e", "0x10", "1,5", "--1", "1e999", "infinit", "na"])
  func refusesWhatIsNoFloat(_ text: String) {
    #expect(ValueText.parse(text, as: .float) == nil)
  }

  @Test(arguments: [(0, "0.00"), (3_579, "35.79"), (-5, "-0.05"), (1_200, "12.00")])
  func printsDecimals(_ hundredths: Int64, _ expected: String) {
    #expect(ValueText.text(.decimal(hundredths)) == expected)
  }

  @Test(arguments: [Int64.min, -1, 0, 9, 10, Int64.max])
  func integersReadBackFromTheirText(_ int: Int64) {
    for value in [Value.int(int), .decimal(int)] {
      let type: DataType = value.type ?? .int
      #expect(ValueText.parse(ValueText.text(value), as: type) == value)
    }
  }

  @Test(arguments: [
    ("true", true), ("T", true), ("YES", true), ("1", true), ("off", false), ("f", false),
  ])
  func readsBools(_ text: String, _ expected: Bool) {
    #expect(ValueText.parse(text, as: .bool) == .bool(expected))
    #expect(ValueText.parse("maybe", as: .bool) == nil)
  }

  @Test(arguments: [
    ("2019-10-01", 0), ("2019-10-01 00:00:00", 0), ("2019-10-01T00:00:00Z", 0),
    ("2019-10-01 00:00:00 UTC", 0), ("2019-10-01 00:01", 60_000_000),
    ("2019-10-01 02:00:00+02", 0), ("2019-10-01 02:30:00+02:30", 0),
    ("2019-09-30T19:00:00-0500", 0), ("2019-10-01 00:00:00.5", 500_000),
    ("2019-10-01 00:00:00.0000005", 1), ("2019-10-01 00:00:00.123456 UTC", 123_456),
  ])
  func readsTimestamps(_ text: String, _ offset: Int64) {
    #expect(ValueText.parse(text, as: .timestamp) == .timestamp(Self.t0 + offset))
  }

  @Test(arguments: [
    "2019-13-01", "2019-02-29", "2019-10-00", "0000-01-01", "10000-01-01", "2019-1-1",
    "2019-10-01 24:00:00", "2019-10-01 00:60:00", "2019-10-01 00:00:60", "2019-10-01 ",
    "2019-10-01 00:00:00.", "2019-10-01 00:00:00 CET", "2019-10-01x", "0001-01-01 00:00:00+01",
    "9999-12-31 23:59:59-01", "2019-10-01 00:00:00+16", "01:12.0", "",
  ])
  func refusesWhatIsNoTimestamp(_ text: String) {
    // A date with a space behind it is a date.
    let isPadded = text == "2019-10-01 "
    #expect((ValueText.parse(text, as: .timestamp) == nil) != isPadded)
  }

  @Test func timesReadBackFromTheirText() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<5_000 {
      let time = Int64.random(in: TimeLimits.timestamps, using: &random)
      let text = ValueText.text(.timestamp(time))
      #expect(ValueText.parse(text, as: .timestamp) == .timestamp(time), "\(text)")
      let day = Int64.random(in: TimeLimits.days, using: &random)
      #expect(ValueText.parse(ValueText.text(.date(day)), as: .date) == .date(day))
    }
    for time in [TimeLimits.timestamps.lowerBound, -1, 0, TimeLimits.timestamps.upperBound] {
      #expect(ValueText.parse(ValueText.text(.timestamp(time)), as: .timestamp) == .timestamp(time))
    }
  }

  @Test func printsTimes() {
    #expect(ValueText.text(.timestamp(Self.t0)) == "2019-10-01 00:00:00")
    #expect(ValueText.text(.timestamp(Self.t0 + 250_000)) == "2019-10-01 00:00:00.25")
    #expect(ValueText.text(.timestamp(-1)) == "1969-12-31 23:59:59.999999")
    #expect(ValueText.text(.date(-719_162)) == "0001-01-01")
    // Not reachable by any function, yet no trap.
    #expect(!ValueText.text(.date(.max)).isEmpty)
    #expect(!ValueText.text(.timestamp(.min)).isEmpty)
  }

  @Test(arguments: [
    (183_600, "2d 3h"), (3_900, "1h 5m"), (0, "0s"), (86_400, "1d"), (86_399, "1d"),
    (3_599, "59m 59s"), (61, "1m 1s"), (90_000, "1d 1h"), (-183_600, "-2d 3h"), (60, "1m"),
    (88_199, "1d"), (88_200, "1d 1h"),
  ])
  func printsIntervalsForPeople(_ seconds: Int64, _ expected: String) {
    #expect(ValueText.text(.interval(seconds * 1_000_000), intervals: .human) == expected)
  }

  @Test func printsFractionsOfSeconds() {
    #expect(ValueText.text(.interval(26_500_000), intervals: .human) == "26.5s")
    #expect(ValueText.text(.interval(26_500_000), intervals: .seconds) == "26.5")
    #expect(ValueText.text(.interval(95_400_000_000), intervals: .seconds) == "95400")
    #expect(ValueText.text(.interval(-1), intervals: .seconds) == "-0.000001")
    #expect(ValueText.text(.interval(183_845_500_000), intervals: .exact) == "2d 3h 4m 5.5s")
    #expect(ValueText.text(.interval(.min), intervals: .human) == "-106751991d 4h")
    #expect(ValueText.text(.interval(3_599_500_000), intervals: .human) == "1h")
  }

  @Test func intervalsReadBackFromTheirExactTexts() {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<5_000 {
      let shift = random.next() % 62
      let interval = Int64(bitPattern: random.next()) >> Int64(shift)
      guard interval > .min else { continue }
      for style in [ValueText.IntervalStyle.exact, .seconds] {
        let text = ValueText.text(.interval(interval), intervals: style)
        #expect(ValueText.parse(text, as: .interval) == .interval(interval), "\(text)")
      }
    }
  }

  @Test(arguments: [
    ("7 days", 604_800), ("1.5h", 5_400), ("2d 3h", 183_600), ("-2d 3h", -183_600),
    ("01:30:00", 5_400), ("1 day 02:00", 93_600), ("2 weeks", 1_209_600), ("90", 90),
    ("-00:30", -1_800), ("1h-30m", 1_800), ("2D3H", 183_600),
  ])
  func readsIntervals(_ text: String, _ seconds: Int64) {
    #expect(ValueText.parse(text, as: .interval) == .interval(seconds * 1_000_000))
  }

  @Test(arguments: [
    "", "-", "3 months", "1 year", "d", "1d 5", "5 1d", "1.2.3h", "01:60", "1:", "99999999999d",
    ".", "1h h",
  ])
  func refusesWhatIsNoInterval(_ text: String) {
    #expect(ValueText.parse(text, as: .interval) == nil)
  }
}
