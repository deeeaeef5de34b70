import BQLGenerator
import Testing

/// Checks what holds for the bytes: determinism, order, prefixes, options.
@Suite struct GeneratorStreamTests {
  private static let small = GeneratorOptions(users: 200, fromDay: 18_170, toDay: 18_230, seed: 5)

  @Test func sameSeedGivesSameBytes() throws {
    let first = try GeneratedLog.bytes(Self.small)
    let second = try GeneratedLog.bytes(Self.small)
    #expect(first == second)
    #expect(first.count > 100_000)
    var other = Self.small
    other.seed = 6
    let third = try GeneratedLog.bytes(other)
    #expect(third != first)
  }

  @Test(arguments: [1, 5_000, 70_001])
  func blockSizeChangesNothing(blockBytes: Int) throws {
    let whole = try GeneratedLog.bytes(Self.small)
    let pieces = try GeneratedLog.bytes(Self.small, blockBytes: blockBytes)
    #expect(pieces == whole)
  }

  @Test func blocksHoldWholeRowsAndKeepTheirSize() throws {
    var generator = try ShopGenerator(options: Self.small, blockBytes: 8_192)
    var block: [UInt8] = []
    var lineFeeds = 0
    while generator.nextBlock(into: &block) {
      #expect(block.count <= 8_192)
      #expect(block.last == UInt8(ascii: "\n"))
      lineFeeds += block.count(where: { $0 == UInt8(ascii: "\n") })
    }
    #expect(block.isEmpty)
    #expect(lineFeeds == generator.rowsWritten + 1)
    let hasMore = generator.nextBlock(into: &block)
    #expect(!hasMore)
  }

  @Test func rowsComeInTimeOrderWithinThePeriod() throws {
    let log = try GeneratedLog.sample.get()
    #expect(
      log.header
        == "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,"
        + "user_session"
    )
    let times = log.rows.map(\.time)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(times.first?.hasPrefix("2019-10-01 ") == true)
    #expect(times.last?.hasPrefix("2020-04-30 ") == true)
    #expect(times.allSatisfy { $0.utf8.count == 23 && $0.hasSuffix(" UTC") })
    // Users are interleaved: a row's user seldom is the last row's.
    let changes = zip(log.rows, log.rows.dropFirst()).count { $0.user != $1.user }
    #expect(Double(changes) > 0.2 * Double(log.rows.count))
  }

  @Test func fixedArrivalsMakeAShorterLogAPrefix() throws {
    var short = Self.small
    short.arrivalDays = 40
    var long = short
    long.toDay += 35
    let shortBytes = try GeneratedLog.bytes(short)
    let longBytes = try GeneratedLog.bytes(long)
    #expect(longBytes.starts(with: shortBytes))
    #expect(longBytes.count > shortBytes.count + shortBytes.count / 10)
  }

  @Test func moreUsersLeaveTheFirstOnesAsTheyWere() throws {
    var larger = Self.small
    larger.users = 450
    let few = try GeneratedLog(Self.small)
    let many = try GeneratedLog(larger)
    let fewByUser = Dictionary(grouping: few.rows.map { ($0.user, $0.line) }, by: \.0)
    let manyByUser = Dictionary(grouping: many.rows.map { ($0.user, $0.line) }, by: \.0)
    #expect(fewByUser.count == 200)
    #expect(manyByUser.count == 450)
    let changed = fewByUser.count { user, rows in
      rows.map(\.1) != manyByUser[user]?.map(\.1)
    }
    #expect(changed == 0)
  }

  @Test func eventsGrowWithThePeriod() throws {
    var long = Self.small
    long.toDay = long.fromDay + 240
    let shortCount = try GeneratedLog.bytes(Self.small).count
    let longCount = try GeneratedLog.bytes(long).count
    // Less than fourfold: users leave, and each has its first visit in either log.
    #expect(longCount > 3 * shortCount / 2)
  }

  @Test func truthCanBeTakenWithoutTheLog() throws {
    let log = try GeneratedLog(Self.small)
    var generator = try ShopGenerator(options: Self.small)
    var block: [UInt8] = []
    var bytes: [UInt8] = []
    while generator.nextTruthBlock(into: &block) { bytes += block }
    let dropouts = GeneratedLog.lines(bytes).dropFirst().map { GeneratedLog.cells($0) }
    #expect(dropouts.count == 200)
    for cells in dropouts { #expect(log.truth[cells[0]]?["dropout_time"] == cells[11]) }
  }

  @Test func oneUserAndOneDayAreEnough() throws {
    let options = GeneratorOptions(users: 1, fromDay: -1, toDay: 0, seed: 3)
    let log = try GeneratedLog(options)
    #expect(!log.rows.isEmpty)
    #expect(log.rows.allSatisfy { $0.time.hasPrefix("1969-12-31 ") })
  }

  @Test func impossibleOptionsAreRefused() {
    let cases: [(GeneratorOptions, GeneratorError)] = [
      (GeneratorOptions(users: 0), .tooFewUsers(0)),
      (GeneratorOptions(users: -7), .tooFewUsers(-7)),
      (GeneratorOptions(users: 50_000_001), .tooManyUsers(50_000_001)),
      (GeneratorOptions(fromDay: 10, toDay: 10), .emptyPeriod(fromDay: 10, toDay: 10)),
      (GeneratorOptions(fromDay: 0, toDay: 20_001), .periodTooLong(days: 20_001)),
      (GeneratorOptions(fromDay: Int.min, toDay: 10), .dayOutOfRange(Int.min)),
      (
        GeneratorOptions(fromDay: 0, toDay: 30, arrivalDays: 31),
        .arrivalDaysOutOfRange(31, periodDays: 30)
      ),
    ]
    for (options, expected) in cases {
      #expect(throws: expected) { try ShopGenerator(options: options) }
    }
    #expect(
      GeneratorError.emptyPeriod(fromDay: 18_383, toDay: 18_170).description
        == "the end of the period must be after its start, found 2020-05-01 to 2019-10-01"
    )
  }
}
