import BQLColumnar
import BQLSyntax
import BehaviorQuery
import Foundation
import Testing

/// The folder of the real logs, which the project does not ship.
private let realData = ProcessInfo.processInfo.environment["BQL_REAL_DATA"]

/// Asks the real logs what is known of them.
@Suite(.enabled(if: realData != nil, "BQL_REAL_DATA names no folder"))
struct RealDataTests {
  private func workspace(_ file: String) throws -> Workspace {
    let workspace = Workspace()
    _ = try workspace.run("LOAD '\(realData ?? "")/\(file)';")
    return workspace
  }

  /// The cells of the columns named, row by row.
  private func cells(
    _ workspace: Workspace,
    _ question: String,
    _ columns: [String]
  ) throws -> [[Value]] {
    let relation = try #require(try workspace.run(question).last).relation
    let places = try columns.map { try #require(relation.schema.index(named: $0)) }
    return relation.rows.map { row in places.map { row[$0] } }
  }

  @Test func theFirstHoursOfOctober2019() throws {
    let workspace = try workspace("rees46_multicat_oct_5k/2019-Oct.csv")
    let events = try cells(
      workspace,
      "SELECT event, count(*) AS n FROM events GROUP BY event ORDER BY n DESC, event;",
      ["event", "n"]
    )
    #expect(
      events == [
        [.text("view"), .int(4_915)], [.text("purchase"), .int(54)], [.text("cart"), .int(50)],
      ]
    )
    let distinct = try cells(
      workspace,
      "SELECT count(DISTINCT user) AS u, count(DISTINCT session) AS s FROM events;",
      ["u", "s"]
    )
    #expect(distinct == [[.int(1_755), .int(1_906)]])
    let revenue = try cells(
      workspace,
      "SELECT sum(value) AS revenue FROM events WHERE event = 'purchase';",
      ["revenue"]
    )
    #expect(revenue == [[.decimal(1_478_659)]])
  }

  @Test func theFunnelOfTheFirstHours() throws {
    let workspace = try workspace("rees46_multicat_oct_5k/2019-Oct.csv")
    let users = try cells(
      workspace,
      "FUNNEL view, cart, purchase;",
      ["users", "median_time"]
    )
    #expect(
      users == [
        [.int(1_755), .null], [.int(34), .interval(26_500_000)],
        [.int(10), .interval(47_000_000)],
      ]
    )
    let sessions = try cells(
      workspace,
      "FUNNEL view, cart, purchase PER session;",
      ["sessions"]
    )
    #expect(sessions == [[.int(1_906)], [.int(35)], [.int(11)]])
    let soon = try cells(workspace, "FUNNEL view, cart, purchase WITHIN 10m;", ["users"])
    #expect(soon == [[.int(1_755)], [.int(34)], [.int(10)]])
  }

  /// CDNOW has no EVENT column: every row is a purchase, of one customer on one day.
  @Test func customersWithoutEvents() throws {
    let workspace = try workspace("cdnow/BTYD_cdnowElog.csv")
    let counts = try cells(
      workspace,
      "SELECT count(*) AS n, count(DISTINCT user) AS users, min(event) AS event FROM events;",
      ["n", "users", "event"]
    )
    #expect(counts == [[.int(6_919), .int(2_357), .text("purchase")]])
  }

  @Test(arguments: [
    ("excel_time_mm_ss_bom.csv", "Excel"),
    ("git_lfs_pointer_2019-Nov.csv", "Git LFS pointer"),
    ("kaggle_login_page_saved_as_2019-Oct.csv", "web page"),
  ])
  func whatIsNoDataIsRefusedByItsName(file: String, word: String) throws {
    do throws(BQLError) {
      _ = try Workspace().run("LOAD '\(realData ?? "")/negative_fixtures/\(file)';")
      Issue.record("\(file) was loaded")
    } catch {
      #expect(error.kind == .data)
      let message = try #require(error.diagnostics.first).message
      #expect(message.contains(word), "\(message)")
    }
  }
}
