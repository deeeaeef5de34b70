import BQLColumnar
import BQLStorage
import BQLTestSupport
import Testing

/// Loads random files, with every quirk of CSV, and compares with a row-by-row reading of them.
@Suite struct LoadOracleTests {
  /// A small generator of random numbers (splitmix64), so that a seed names a file.
  private struct Random {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return Int((z ^ z >> 31) % UInt64(bound))
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[next(choices.count)] }
  }

  private static let header = [
    "event_time", "event_type", "product_id", "brand", "price", "user_id", "user_session",
  ]

  /// A text with a line that looks like a row: a cut there is found out only from what stands before.
  private static func rowInside(_ delimiter: String) -> String {
    let fields = ["2019-10-01 00:00:00 UTC", "view", "1", "aqua", "1.00", "500", "s1"]
    return "x\n" + fields.joined(separator: delimiter) + "\ny"
  }

  private struct File {
    var bytes: [UInt8]
    var delimiter: UInt8
  }

  private static func makeFile(_ random: inout Random) -> File {
    let delimiter = random.pick([",", ";", "\t", "|"])
    let end = random.pick(["\n", "\r\n"])
    let isPlain = random.next(3) == 0
    let hasUUIDs = random.next(2) == 0
    func quoted(_ text: String, _ random: inout Random) -> String {
      let mustQuote = text.contains { $0 == "\"" || $0 == "\n" || "\(delimiter)\r\n".contains($0) }
      if !mustQuote, isPlain || random.next(5) > 0 { return text }
      return "\""
        + text.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\""
    }
    var lines = [header.joined(separator: delimiter)]
    var badLeft = isPlain ? 0 : 6
    for _ in 0..<40 + random.next(60) {
      let day = 1 + random.next(9)
      var fields = [
        "2019-10-0\(day) 0\(random.next(3)):0\(random.next(3)):0\(random.next(2)) UTC",
        random.pick(["view", "view", "view", "cart", "purchase", " view"]),
        String(random.next(4) * 1_000_003 - 5),
        isPlain
          ? random.pick(["", "aqua", "lenovo"])
          : random.pick([
            "", "aqua", "a\(delimiter)b", "say \"hi\"", "two\nlines", "\"", "é\r\n",
            Self.rowInside(delimiter),
          ]),
        random.pick(["", "0", "1.5", "33.20", "-4.00", "1036.81"]),
        random.next(40) == 0 ? "" : String(500 + random.next(7)),
        hasUUIDs
          ? random.pick([
            "", "72d76fde-8bb3-4e00-8c23-a032dfed738c",
            "9333dfbd-b87a-4708-9857-633655\(10 + random.next(3))0fcc",
          ])
          : random.pick(["", "s1", "s2", "abcdefghij"]),
      ]
      var suffix = ""
      if badLeft > 0, random.next(12) == 0 {
        badLeft -= 1
        switch random.next(5) {
        case 0: fields.removeLast()
        case 1: fields.append("more")
        case 2: fields[4] = "n/a"
        case 3: fields[0] = "yesterday"
        default: suffix = "\"x\"y" + delimiter
        }
      }
      if random.next(15) == 0, !isPlain { lines.append("") }
      lines.append(suffix + fields.map { quoted($0, &random) }.joined(separator: delimiter))
    }
    var text = lines.joined(separator: end)
    if random.next(2) == 0 { text += end }
    let mark: [UInt8] = random.next(3) == 0 ? [0xEF, 0xBB, 0xBF] : []
    return File(bytes: mark + Array(text.utf8), delimiter: Array(delimiter.utf8)[0])
  }

  private struct Expected {
    var rows: [[Value]] = []
    var rejections: [String: (count: Int, line: Int)] = [:]
    var rowsRead = 0
  }

  private static func time(_ text: String) -> Int64? {
    let parts = text.split { "- :".contains($0) }
    guard parts.count == 7, parts[6] == "UTC" else { return nil }
    let numbers = parts.prefix(6).compactMap { Int($0) }
    guard numbers.count == 6 else { return nil }
    let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2])
    let seconds = date.daysSince1970 * 86_400 + numbers[3] * 3_600 + numbers[4] * 60 + numbers[5]
    return Int64(seconds) * 1_000_000
  }

  private static func cents(_ text: String) -> Int64? {
    Double(text).map { Int64(($0 * 100).rounded()) }
  }

  /// What the file must load as: users in order of first appearance, rows by time, then source.
  private static func expect(_ file: File) -> Expected {
    let reader = RowByRowReader(bytes: file.bytes, delimiter: file.delimiter)
    var expected = Expected()
    var users: [String] = []
    var kept: [(user: Int, time: Int64, source: Int, cells: [Value])] = []
    for row in reader.rows(columnCount: header.count).dropFirst() {
      expected.rowsRead += 1
      let f = row.fields
      var reason: String?
      switch row.fault {
      case .tooFew: reason = "the row has too few fields"
      case .tooMany: reason = "the row has too many fields"
      case .textAfterQuote: reason = "text follows a closing quote"
      case .unclosed: reason = "a quote is not closed"
      case nil:
        if time(f[0]) == nil {
          reason =
            f[0] == "" ? "event_time is empty" : "event_time is not a time in the column's format"
        } else if f[4] != "", cents(f[4]) == nil {
          reason = "price is not a number with at most two decimals"
        } else if f[5] == "" {
          reason = "user_id is empty"
        }
      }
      if let reason {
        let old = expected.rejections[reason]
        expected.rejections[reason] = ((old?.count ?? 0) + 1, old?.line ?? row.line)
        continue
      }
      if !users.contains(f[5]) { users.append(f[5]) }
      let text = { (field: String) -> Value in field == "" ? .null : .text(field) }
      let at = time(f[0]) ?? 0
      kept.append(
        (
          users.firstIndex(of: f[5]) ?? 0, at, kept.count,
          [
            .timestamp(at), text(f[1]), Int64(f[2]).map { .int($0) } ?? .null, text(f[3]),
            f[4] == "" ? .null : .decimal(cents(f[4]) ?? 0), .int(Int64(f[5]) ?? 0), text(f[6]),
          ]
        )
      )
    }
    kept.sort { ($0.user, $0.time, $0.source) < ($1.user, $1.time, $1.source) }
    expected.rows = kept.map(\.cells)
    return expected
  }

  static func cells(_ log: EventLog) -> [[Value]] {
    log.partitions.flatMap { partition in
      let columns = partition.columns.map { $0.decode(0..<partition.rowCount) }
      return (0..<partition.rowCount).map { row in columns.map { $0[row] } }
    }
  }

  @Test(arguments: 0..<120)
  func loadsAsRowByRow(seed: Int) throws {
    var random = Random(state: UInt64(seed))
    let file = Self.makeFile(&random)
    let folder = TemporaryFolder()
    let path = folder.write(file.bytes)
    let expected = Self.expect(file)
    for (blockByteCount, threads) in [
      (1 << 20, 1), (1, 2), (7, 1), (64, 2), (64, 5), (300, 2), (1_000, 5),
    ] {
      var request = LoadRequest(
        paths: [path],
        name: "events",
        kind: .log(roles: [], eventAliases: []),
        threads: threads
      )
      request.blockByteCount = blockByteCount
      let log = try Loader.prepare(request).loadLog()
      let label: Comment = "seed \(seed), blocks of \(blockByteCount), \(threads) threads"
      #expect(Self.cells(log) == expected.rows, label)
      #expect(log.report.rowsRead == expected.rowsRead, label)
      #expect(log.report.rowsLoaded == expected.rows.count, label)
      let rejections = log.report.rejections.map { "\($0.reason) \($0.rowCount) \($0.firstLine)" }
      let wanted = expected.rejections.map { "\($0.key) \($0.value.count) \($0.value.line)" }
      #expect(Set(rejections) == Set(wanted), label)
      let users = Set(expected.rows.map { $0[5] })
      #expect(log.report.userCount == users.count, label)
      let visits = Set(expected.rows.filter { $0[6] != .null }.map { [$0[5], $0[6]] })
      #expect(log.report.sessionCount == visits.count, label)
      #expect(log.report.duplicateRows == expected.rows.count - Set(expected.rows).count, label)
      let nulls = (0..<7).map { column in expected.rows.count { $0[column] == .null } }
      #expect(log.report.nullCounts.map(\.rowCount) == nulls, label)
    }
  }

  @Test(arguments: 0..<20)
  func removesExactDuplicates(seed: Int) throws {
    var random = Random(state: UInt64(1_000 + seed))
    let file = Self.makeFile(&random)
    let folder = TemporaryFolder()
    var request = LoadRequest(
      paths: [folder.write(file.bytes)],
      name: "events",
      kind: .log(roles: [], eventAliases: [])
    )
    request.dedupExact = true
    let log = try Loader.prepare(request).loadLog()
    var seen: Set<[Value]> = []
    #expect(
      Self.cells(log) == Self.expect(file).rows.filter { seen.insert($0).inserted },
      "seed \(1_000 + seed)"
    )
    #expect(log.report.rowsLoaded == seen.count)
  }
}
