import BQLColumnar
import BQLStorage
import Glibc
import Testing

/// Holds time zones against Python's zoneinfo, and the reader against damaged files.
struct TimeZoneTests {
  static let second = Microseconds.perSecond

  /// The values of a table of ``TimeZoneValues``, each with its zone.
  static func values(_ table: String) -> [(zone: String, second: Int64, value: Int64)] {
    var found: [(zone: String, second: Int64, value: Int64)] = []
    var zone = ""
    for word in table.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: ":").compactMap { Int64($0) }
      if parts.count == 2 { found.append((zone, parts[0], parts[1])) } else { zone = String(word) }
    }
    return found
  }

  @Test func offsetsAreThoseOfZoneinfo() throws {
    let values = Self.values(TimeZoneValues.offsets)
    #expect(values.count > 100)
    for (name, second, offset) in values {
      let zone = try TimeZoneDirectory.zone(named: name)
      #expect(zone.offset(at: second * Self.second) == offset * Self.second, "\(name) \(second)")
    }
  }

  /// Of a time that clocks leave out, the offset before the change counts; of one that they show
  /// twice, the later instant.
  @Test func wallClockTimesMeanTheInstantsOfZoneinfo() throws {
    let values = Self.values(TimeZoneValues.instants)
    #expect(values.count > 300)
    for (name, local, instant) in values {
      let zone = try TimeZoneDirectory.zone(named: name)
      let found = zone.instant(ofLocal: local * Self.second)
      #expect(found == instant * Self.second, "\(name) \(local)")
    }
  }

  @Test func columnsAreConvertedAsSingleTimesAre() throws {
    let zone = try TimeZoneDirectory.zone(named: "Australia/Lord_Howe")
    let instants =
      Self.values(TimeZoneValues.offsets).map { $0.second * Self.second } + [.min, .max]
    #expect(zone.locals(instants) == instants.map(zone.local))
    #expect(zone.instants(ofLocals: instants) == instants.map(zone.instant(ofLocal:)))
    var cursor = zone.cursor()
    for instant in instants { #expect(cursor.offset(at: instant) == zone.offset(at: instant)) }
  }

  @Test func namesAreFoundInAnyCase() throws {
    #expect(try TimeZoneDirectory.zone(named: "europe/BERLIN").name == "Europe/Berlin")
    #expect(try TimeZoneDirectory.zone(named: "utc") == .utc)
    #expect(try TimeZoneDirectory.zone(named: "Etc/UTC").isUTC)
  }

  @Test(arguments: ["../x", "/etc/passwd", "Europe//Berlin", "", "Europe/../UTC", "a\u{0}b", "."])
  func pathsAreNoNames(_ name: String) {
    #expect(throws: TimeZoneError.notAName(name)) { try TimeZoneDirectory.zone(named: name) }
  }

  @Test func unknownNamesComeWithTheKnownOnes() {
    do {
      _ = try TimeZoneDirectory.zone(named: "Europe/Berln")
      Issue.record("there is no such zone")
    } catch {
      guard case .unknown(let name, let known) = error else {
        Issue.record("another error: \(error)")
        return
      }
      #expect(name == "Europe/Berln")
      #expect(known.contains("Europe/Berlin"))
      #expect(!known.contains { $0.hasPrefix("posix/") || $0.hasPrefix("right/") })
    }
  }

  // MARK: - Files

  /// Makes a TZif file: `times` with the numbers of their offsets.
  static func file(
    version: UInt8,
    times: [(Int64, UInt8)],
    offsets: [Int32],
    footer: String? = nil
  ) -> [UInt8] {
    func bytes(_ value: Int64, _ size: Int) -> [UInt8] {
      (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * Int64($0))) }
    }
    func block(_ version: UInt8, _ size: Int, _ times: [(Int64, UInt8)]) -> [UInt8] {
      var out = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
      for count in [0, 0, 0, times.count, offsets.count, 4] { out += bytes(Int64(count), 4) }
      for time in times { out += bytes(time.0, size) }
      out += times.map(\.1)
      for offset in offsets { out += bytes(Int64(offset), 4) + [0, 0] }
      return out + Array("ABC".utf8) + [0]
    }
    let first = block(version, 4, times.filter { Int32(exactly: $0.0) != nil })
    guard version > 0 else { return first }
    return first + block(version, 8, times) + [10] + Array((footer ?? "").utf8) + [10]
  }

  @Test func filesOfTheFirstVersionHave32BitTimes() throws {
    let bytes = Self.file(version: 0, times: [(0, 1)], offsets: [3_600, 7_200])
    let zone = try TZifFile.read(bytes, named: "Test")
    #expect(zone.offset(at: -1) == 3_600 * Self.second)
    #expect(zone.offset(at: 0) == 7_200 * Self.second)
    #expect(zone.offset(at: .max) == 7_200 * Self.second)
  }

  @Test(arguments: [50, 51, 52] as [UInt8])
  func laterVersionsHave64BitTimesAndARule(_ version: UInt8) throws {
    let bytes = Self.file(
      version: version,
      times: [(-9_000_000_000, 1), (9_000_000_000, 0)],
      offsets: [3_600, 7_200],
      footer: "AAA-1BBB,M3.5.0,M10.5.0/3"
    )
    let zone = try TZifFile.read(bytes, named: "Test")
    #expect(zone.offset(at: -9_000_000_001 * Self.second) == 3_600 * Self.second)
    #expect(zone.offset(at: 0) == 7_200 * Self.second)
    // 2900-07-01, behind the last change: the rule's summer.
    #expect(zone.offset(at: 29_363_990_400 * Self.second) == 7_200 * Self.second)
    #expect(zone.abbreviation(at: 29_363_990_400 * Self.second) == "BBB")
    // 2900-01-01.
    #expect(zone.offset(at: 29_348_352_000 * Self.second) == 3_600 * Self.second)
  }

  @Test(
    arguments: [
      ("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", true), ("EST5EDT,J60,J300/1:30:15", true),
      ("AAA3EDT4,0/0,J365/23", true), ("IST-5:30", true), ("IST", false), ("A1", false),
      ("EST5EDT", false), ("EST5EDT,M13.1.0,M10.1.0", false), ("EST5EDT,M3.6.0,M10.1.0", false),
      ("EST5EDT,M3.1.7,M10.1.0", false), ("EST5EDT,J0,J10", false), ("EST5EDT,366,J10", false),
      ("EST5EDT,M3.1.0,M10.1.0/168", false), ("EST99", false), ("<EST5", false),
      ("EST5EDT,M3.1.0,M10.1.0,", false), ("EST5:61", false),
    ]
  )
  func rulesAreReadOrRefused(_ rule: (text: String, isRule: Bool)) {
    let bytes = Self.file(version: 50, times: [(0, 0)], offsets: [3_600], footer: rule.text)
    let zone = try? TZifFile.read(bytes, named: "Test")
    #expect((zone != nil) == rule.isRule, "\(rule.text)")
  }

  @Test func damageIsAnErrorAndNeverATrap() throws {
    let footer = "AAA-1BBB,M3.5.0,M10.5.0/3"
    let times: [(Int64, UInt8)] = [(-10, 1), (0, 0), (10, 1)]
    let whole = Self.file(version: 50, times: times, offsets: [3_600, 7_200], footer: footer)
    _ = try TZifFile.read(whole, named: "Test")
    for length in 0..<whole.count {
      #expect(throws: TimeZoneError.self) {
        try TZifFile.read(Array(whole[..<length]), named: "Test")
      }
    }
    // Any byte may be anything: a zone comes of it, or an error.
    for index in whole.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var bytes = whole
        bytes[index] = value
        guard let zone = try? TZifFile.read(bytes, named: "Test") else { continue }
        for instant in [Int64.min, -1, 0, .max] {
          _ = zone.instant(ofLocal: zone.local(instant))
        }
      }
    }
    #expect(throws: TimeZoneError.self) {
      try TZifFile.read(
        Self.file(version: 0, times: [(5, 0), (5, 0)], offsets: [0]),
        named: "Test"
      )
    }
    #expect(throws: TimeZoneError.self) {
      try TZifFile.read(Self.file(version: 0, times: [(5, 3)], offsets: [0]), named: "Test")
    }
    #expect(throws: TimeZoneError.self) {
      try TZifFile.read(Self.file(version: 0, times: [], offsets: [100_000]), named: "Test")
    }
  }

  /// Every zone that the system has can be read.
  @Test func allZonesOfTheSystemAreRead() throws {
    guard case .unknown(_, let known)? = Self.error(of: "No/Such") else {
      Issue.record("the system has no time zones")
      return
    }
    #expect(known.count > 300)
    for name in known {
      let zone = try TimeZoneDirectory.zone(named: name)
      #expect(abs(zone.offset(at: 1_577_836_800 * Self.second)) <= 15 * 3_600 * Self.second)
    }
  }

  private static func error(of name: String) -> TimeZoneError? {
    do {
      _ = try TimeZoneDirectory.zone(named: name)
      return nil
    } catch {
      return error
    }
  }
}
