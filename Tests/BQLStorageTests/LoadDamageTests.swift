import BQLColumnar
import BQLStorage
import BQLTestSupport
import Glibc
import Testing

/// Loads files that were cut off or changed, and lines without end: an error or the rows that are
/// there, in little memory.
@Suite struct LoadDamageTests {
  private let files = LogFiles()
  private var folder: TemporaryFolder { files.folder }

  private static let text =
    "user_id,time,event\n"
    + (0..<300).map { "\($0 % 9),2019-10-01 00:00:\(10 + $0 % 50),view\n" }.joined()

  private func packed(with program: String) throws -> [UInt8] {
    let plain = folder.write(Self.text)
    try #require(SystemCommand.succeeds("\(program) -c '\(plain)' > '\(folder.path("packed"))'"))
    return try #require(folder.read("packed"))
  }

  /// The rows of an archive; nil where it is refused as damaged.
  private func rows(_ archive: [UInt8]) throws -> [[Value]]? {
    do throws(LoadError) {
      return LoadOracleTests.cells(try files.log(path: folder.write(archive, "archive")))
    } catch {
      switch error {
      case .damagedArchive: break
      // The first bytes say what it is.
      case .notData, .rolesUnknown, .notImplemented: break
      default: Issue.record("\(error)")
      }
      return nil
    }
  }

  private static let programs =
    ["gzip"] + (SystemCommand.succeeds("command -v zstd > /dev/null") ? ["zstd -q"] : [])

  // MARK: - Archives

  @Test(arguments: programs) func refusesEveryCutOfAnArchive(program: String) throws {
    let archive = try packed(with: program)
    for count in stride(from: 5, to: archive.count, by: archive.count / 90 + 1) {
      let path = folder.write(Array(archive[..<count]), "archive")
      #expect(throws: LoadError.damagedArchive(path: path, reason: "it ends too early")) {
        try files.log(path: path)
      }
    }
    let last = folder.write(Array(archive.dropLast()), "archive")
    #expect(throws: LoadError.self) { try files.log(path: last) }
    #expect(try rows(archive)?.count == 300)
  }

  @Test(arguments: programs) func readsNoArchiveThatWasChanged(program: String) throws {
    let archive = try packed(with: program)
    let expected = try #require(try rows(archive))
    var refused = 0
    for place in archive.indices {
      var changed = archive
      changed[place] ^= 1 << UInt8(place % 8)
      // Names and times in the head of an archive mean nothing.
      if let found = try rows(changed) {
        #expect(found == expected, "byte \(place)")
      } else {
        refused += 1
      }
    }
    #expect(refused > archive.count * 9 / 10)
  }

  // MARK: - The last row

  /// Each cut of a file's end loads the rows before it, and says what is left of the last one.
  @Test func namesATruncatedLastRow() throws {
    let whole = "user_id,time,event,session\n1,2019-10-01,view,s1\n2,2019-10-02,view,s2\n"
    let last = "3,2019-10-03,\"cart\",s3"
    for count in 1..<last.count {
      let log = try files.log(whole + String(last.prefix(count)))
      #expect(log.report.rowsRead == 3)
      // Nothing tells a shorter session from a whole one.
      let isWhole = last.prefix(count).hasSuffix(",s") || last.prefix(count).hasSuffix(",")
      guard count < last.count - 2 || !isWhole else {
        #expect(log.rowCount == 3)
        continue
      }
      #expect(log.rowCount == 2, "\(last.prefix(count))")
      #expect(log.report.rejections.map(\.firstLine) == [4])
      let isOpen = last.prefix(count).count { $0 == "\"" } == 1
      #expect(
        log.report.rejections.map(\.reason)
          == [isOpen ? "a quote is not closed" : "the row has too few fields"]
      )
    }
    #expect(try files.log(whole + last).rowCount == 3)
  }

  // MARK: - Lines without end

  /// Makes a file with a line of 100 MB among others.
  private func endless(_ start: String, _ end: String, packing: String = "cat") throws -> String {
    let path = folder.path("endless")
    try #require(
      SystemCommand.succeeds(
        "(printf '\(start)'; head -c 100000000 /dev/zero | tr '\\0' x; printf '\(end)') | \(packing)"
          + " > '\(path)'"
      )
    )
    return path
  }

  private static let head = "user_id,time,event,note\\n1,2019-10-01,view,x\\n2,2019-10-01,view,"
  private static let tail = "\\n3,2019-10-01,view,y\\n"

  @Test(
    arguments: ["cat", "gzip -1"] + (programs.count > 1 ? ["zstd -q"] : [])
  )
  func refusesALineWithoutEnd(packing: String) throws {
    let path = try endless(Self.head, Self.tail, packing: packing)
    let before = peakByteCount
    let error = #expect(throws: LoadError.self) { try files.log(path: path) }
    #expect(
      error?.message.contains("a line of more than 16 MB") == true,
      "\(String(describing: error))"
    )
    #expect(peakByteCount < before + (1 << 30))
  }

  /// A file that ends within the UUID of a visit, small or larger than what types are told from.
  @Test(arguments: [3, 25_000]) func leavesOutARowThatIsCutInItsLastField(rowCount: Int) throws {
    let header = "user_id,event_time,event_type,user_session\n"
    let rows = (0..<rowCount).map { row in
      let digits = String(row + 0x1000_0000, radix: 16)
      return "\(row % 9),2019-10-01 00:00:10,view,\(digits)-8bb3-4e00-8c23-a032dfed738c\n"
    }
    let text = header + rows.joined()
    let whole = LoadOracleTests.cells(try files.log(text))
    #expect(whole.count == rowCount)
    for cut in [1, 2, 5, 14, 30, 35] {
      let log = try files.log(String(text.dropLast(cut > 1 ? cut + 1 : 1)))
      if cut == 1 {
        // Without a line end nothing is missing.
        #expect(LoadOracleTests.cells(log) == whole)
        continue
      }
      #expect(log.rowCount == rowCount - 1, "cut \(cut)")
      #expect(log.report.rejections.map(\.rowCount) == [1], "cut \(cut)")
      #expect(
        log.report.rejections.first?.reason == "the file ends in the middle of the row",
        "cut \(cut)"
      )
      #expect(Set(LoadOracleTests.cells(log).map { "\($0)" }).isSubset(of: whole.map { "\($0)" }))
    }
    // A number in the last row alone is one.
    let counted = try files.log(
      "user_id,event_time,event_type,n\n1,2019-10-01,view,\n2,2019-10-01,view,7"
    )
    #expect(counted.schema[3].type == .int)
    // Texts that are no UUIDs are texts, cut or not.
    let named = try files.log(text + "1,2019-10-01 00:00:10,view,visit 7")
    #expect(named.rowCount == rowCount + 1)
    #expect(named.report.rejections.isEmpty)
  }

  @Test func refusesAHeaderWithoutEnd() throws {
    let before = peakByteCount
    for path in [try endless("", "\\n1,2\\n"), try endless("", "", packing: "gzip -1")] {
      let error = #expect(throws: LoadError.self) { try files.log(path: path) }
      #expect(
        error?.message.contains("without line ends in its first 4 MB") == true,
        "\(String(describing: error))"
      )
    }
    #expect(peakByteCount < before + (1 << 30))
  }

  @Test func leavesOutAQuotedFieldWithoutEnd() throws {
    let before = peakByteCount
    let path = try endless(Self.head + "\"", "\"" + Self.tail)
    do throws(LoadError) {
      let log = try files.log(path: path)
      #expect(log.rowCount == 2)
      #expect(log.report.rejections.map(\.firstLine) == [3])
    } catch {
      #expect(error.message.contains("MB"), "\(error)")
    }
    #expect(peakByteCount < before + (1 << 30))
  }

  /// The most memory that the process has had.
  private var peakByteCount: Int {
    var usage = rusage()
    // The call fills the struct that it is given.
    unsafe _ = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}
