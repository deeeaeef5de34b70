import BQLGenerator
import Testing

/// Checks that a log looks like a shop's: mix, blanks, oddities, identities.
@Suite struct GeneratorMixTests {
  private let log: GeneratedLog

  init() throws { log = try GeneratedLog.sample.get() }

  @Test func eventMixIsThatOfAnElectronicsStore() {
    let perUser = Double(log.rows.count) / 2_000
    #expect((14...27).contains(perUser), "events a user: \(perUser)")
    #expect((0.87...0.92).contains(log.share { $0.kind == "view" }))
    #expect((0.045...0.075).contains(log.share { $0.kind == "cart" }))
    #expect((0.03...0.055).contains(log.share { $0.kind == "purchase" }))
    #expect((0.004...0.014).contains(log.share { $0.kind == "remove_from_cart" }))
  }

  @Test func codesAndBrandsAreBlankAsInRealLogs() {
    #expect((0.25...0.38).contains(log.share { $0.code.isEmpty }))
    #expect((0.09...0.20).contains(log.share { $0.brand.isEmpty }))
    // Blanks belong to the product.
    for rows in Dictionary(grouping: log.rows, by: \.product).values {
      let descriptions = Set(rows.map { "\($0.category),\($0.code),\($0.brand)" })
      #expect(descriptions.count == 1)
    }
  }

  @Test func pricesHaveTwoDecimalsAndAreSeldomZero() {
    #expect(
      log.rows.allSatisfy { row in
        let parts = row.price.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[1].utf8.count == 2 && Double(row.price) != nil
      }
    )
    let free = log.rows.filter { $0.price == "0.00" }
    #expect(!free.isEmpty)
    #expect(free.count < log.rows.count / 500)
    #expect(free.allSatisfy { $0.kind == "view" || $0.kind == "cart" })
  }

  @Test func duplicatesAndTiesOccur() {
    let duplicates = log.rows.count - Set(log.rows.map(\.line)).count
    let share = Double(duplicates) / Double(log.rows.count)
    #expect((0.000_4...0.002).contains(share), "duplicates: \(share)")
    let seconds = Set(log.rows.map { "\($0.user) \($0.time)" })
    #expect(seconds.count + duplicates < log.rows.count)
  }

  @Test func somePurchasesLackACartAndSomeCartsLackAView() {
    var carted: Set<String> = []
    var viewed: Set<String> = []
    var purchases = 0
    var withoutCart = 0
    var cartsWithoutView = 0
    for row in log.rows {
      let pair = "\(row.user) \(row.product)"
      switch row.kind {
      case "view": viewed.insert(pair)
      case "cart":
        carted.insert(pair)
        if !viewed.contains(pair) { cartsWithoutView += 1 }
      case "purchase":
        purchases += 1
        if !carted.contains(pair) { withoutCart += 1 }
      default: break
      }
    }
    #expect((0.2...0.5).contains(Double(withoutCart) / Double(purchases)))
    #expect(cartsWithoutView > 0)
  }

  @Test func ordersMayHaveSeveralItems() {
    let purchases = log.rows.filter { $0.kind == "purchase" }
    let items = Dictionary(grouping: purchases, by: \.session).values.map(\.count)
    let several = items.count { $0 > 1 }
    #expect((0.1...0.5).contains(Double(several) / Double(items.count)))
  }

  @Test func sessionsAreUuidsOfOneUser() {
    let hex = Set("0123456789abcdef".utf8)
    var owners: [String: String] = [:]
    for row in log.rows {
      let bytes = Array(row.session.utf8)
      #expect(bytes.count == 36)
      for (position, byte) in bytes.enumerated() {
        let isDash = [8, 13, 18, 23].contains(position)
        if isDash ? byte != UInt8(ascii: "-") : !hex.contains(byte) {
          Issue.record("not a UUID: \(row.session)")
        }
      }
      #expect(bytes[14] == UInt8(ascii: "4"))
      #expect("89ab".utf8.contains(bytes[19]))
      #expect(owners[row.session, default: row.user] == row.user)
      owners[row.session] = row.user
    }
  }

  @Test func idsHaveTheLengthsOfRealOnes() {
    #expect(log.rows.allSatisfy { $0.user.utf8.count == 9 && $0.category.utf8.count == 19 })
    #expect(Set(log.rows.map(\.user)).count == 2_000)
    let products = Set(log.rows.map(\.product)).count
    #expect((2_500...5_000).contains(products))
    #expect(Set(log.rows.compactMap { $0.code.split(separator: ".").first }).count == 13)
  }

  @Test func popularityAndActivityHaveHeavyTails() {
    func topTenthShare(_ key: (GeneratedLog.Row) -> String) -> Double {
      let counts = Dictionary(grouping: log.rows, by: key).values.map(\.count).sorted(by: >)
      return Double(counts.prefix(counts.count / 10).reduce(0, +)) / Double(log.rows.count)
    }
    #expect(topTenthShare(\.product) > 0.3)
    #expect(topTenthShare(\.user) > 0.35)
  }

  @Test func nightsAreQuietAndEveningsBusy() {
    func rows(hour: String) -> Int {
      log.rows.count { $0.time.dropFirst(11).hasPrefix(hour) }
    }
    #expect(rows(hour: "20") > 4 * rows(hour: "03"))
    #expect(rows(hour: "10") > 3 * rows(hour: "03"))
  }

  @Test func userNumbersAreDistinct() {
    let numbers = Set((0..<200_000).map { UserIdentity.number(ofCustomer: UInt32($0)) })
    #expect(numbers.count == 200_000)
    #expect(numbers.allSatisfy { (500_000_000..<634_217_728).contains($0) })
  }
}
