import BQLTestSupport
import BehaviorQuery
import Foundation

/// Holds a log in which some customers come back more often than others, so that there is something
/// to learn, and says by slow means what is to be predicted of each.
struct ModelShop {
  struct Row {
    var user: Int
    /// Seconds since the first of October 2019.
    var time: Int
    var event: String
    var session: Int
    /// Hundredths.
    var price: Int
  }

  static let day = 86_400
  static let start = 1_569_888_000
  private(set) var rows: [Row] = []

  /// - `days`: The log's length.
  init(seed: UInt64, users: Int = 320, days: Int = 84) {
    var random = SeededGenerator(seed: seed)
    var session = 0
    for user in 1...users {
      let gap = [3, 9, 30, 60].randomElement(using: &random) ?? 9
      var day = Int.random(in: 0..<gap, using: &random)
      let leaves = Int.random(in: days / 2...days * 3 / 2, using: &random)
      while day < min(days, leaves) {
        session += 1
        let begin = day * Self.day + Int.random(in: 0..<80_000, using: &random)
        let events = Int.random(in: 1...7, using: &random)
        var hasCart = false
        for step in 0..<events {
          let kind =
            hasCart && random.chance(60) ? "purchase" : random.chance(35) ? "cart" : "view"
          hasCart = hasCart || kind == "cart"
          rows.append(
            Row(
              user: user,
              time: begin + step * 40,
              event: kind,
              session: session,
              price: Int.random(in: 100...9_999, using: &random)
            )
          )
        }
        day += Int.random(in: 1...gap, using: &random)
      }
    }
    // The log's ends, so that cutoffs are where they are expected.
    rows.append(Row(user: 1, time: 0, event: "view", session: 0, price: 100))
    rows.append(Row(user: 1, time: days * Self.day, event: "view", session: -1, price: 100))
  }

  var csv: String {
    let lines = rows.map { row in
      "\(Self.start + row.time),\(row.event),\(row.user),s\(row.session),\(row.price / 100)."
        + "\(row.price % 100 / 10)\(row.price % 10)"
    }
    return "event_time,event_type,user_id,visit,price\n" + lines.joined(separator: "\n") + "\n"
  }

  var end: Int { rows.map(\.time).max() ?? 0 }

  /// The cutoffs, the newest first.
  func cutoffs(_ count: Int, horizon: Int) -> [Int] { (1...count).map { end - $0 * horizon } }

  /// Users with a purchase up to the cutoff.
  func customers(at cutoff: Int) -> Set<Int> {
    Set(rows.filter { $0.event == "purchase" && $0.time <= cutoff }.map(\.user))
  }

  /// Users with such an event behind the cutoff, up to the horizon's end.
  func active(_ event: String?, after cutoff: Int, horizon: Int) -> Set<Int> {
    Set(
      rows.filter { row in
        row.time > cutoff && row.time <= cutoff + horizon && (event ?? row.event) == row.event
      }.map(\.user)
    )
  }

  /// What a user spends behind the cutoff, up to the horizon's end, in hundredths.
  func revenue(of user: Int, after cutoff: Int, horizon: Int) -> Int {
    rows.filter { row in
      row.user == user && row.event == "purchase" && row.time > cutoff
        && row.time <= cutoff + horizon
    }.reduce(0) { $0 + $1.price }
  }

  /// A workspace with the log in it.
  func workspace(_ folder: TestFolder, threads: Int = 2) throws -> Workspace {
    let workspace = Workspace(options: WorkspaceOptions(threads: threads))
    let path = try folder.write(csv, to: "events.csv")
    _ = try workspace.run(
      "LOAD '\(path)' (USER user_id, TIME event_time, EVENT event_type, SESSION visit, VALUE price);"
    )
    return workspace
  }
}
