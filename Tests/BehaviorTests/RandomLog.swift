import BQLColumnar
import BQLTestSupport
import BehaviorQuery
import Foundation
import Testing

/// Holds a small log that a test draws, writes and asks about.
struct RandomLog {
  struct Row {
    var user: Int
    var time: Int
    var event: String
    var brand: String?
    var session: String?
    var product: Int
  }

  /// User by user in (time, source row) order.
  private(set) var users: [[Row]] = []
  let seed: UInt64

  static let events = ["view", "cart", "purchase", "other"]
  private static let start = 1_570_000_000

  /// Draws few rows a user, at few instants (`instants`) or each at one of its own (nil).
  init(seed: UInt64, userCount: Int, maximumRows: Int, instants: Int?, brands: Int = 3) {
    self.seed = seed
    var random = SeededGenerator(seed: seed)
    for user in 0..<userCount {
      let count = Int.random(in: 1...maximumRows, using: &random)
      var times = (0..<count).map { _ in
        Int.random(in: 0..<(instants ?? 400), using: &random) * (instants == nil ? 7 : 30)
      }
      if instants == nil { times = Array(Set(times)) }
      users.append(
        times.sorted().map { time in
          let brand = Int.random(in: 0...brands, using: &random)
          let session = Int.random(in: 0...3, using: &random)
          return Row(
            user: user + 1,
            time: Self.start + time,
            event: Self.events[min(Int.random(in: 0...4, using: &random), 3)],
            brand: brand == 0 ? nil : "b\(brand)",
            session: session == 0 ? nil : "s\(session)",
            product: Int.random(in: 1...4, using: &random)
          )
        }
      )
    }
  }

  /// Loads the log into a workspace, in an order of the file in which users take turns.
  func workspace(threads: Int = 2) throws -> Workspace {
    var random = SeededGenerator(seed: seed &+ 1)
    var lines = [
      "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
    ]
    var places = users.map { _ in 0 }
    var open = users.indices.filter { !users[$0].isEmpty }
    while let user = open.randomElement(using: &random) {
      let row = users[user][places[user]]
      lines.append(
        "\(Self.stamp(row.time)),\(row.event),\(row.product),1,,\(row.brand ?? ""),1.00,"
          + "\(row.user),\(row.session ?? "")"
      )
      places[user] += 1
      if places[user] == users[user].count { open.removeAll { $0 == user } }
    }
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("bql-behavior-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: url) }
    try (lines.joined(separator: "\n") + "\n").write(to: url, atomically: true, encoding: .utf8)
    let workspace = Workspace(options: WorkspaceOptions(threads: threads))
    _ = try workspace.run("LOAD '\(url.path)';")
    return workspace
  }

  static func stamp(_ seconds: Int) -> String {
    let date = CivilDate(daysSince1970: seconds / 86_400)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let second = seconds % 86_400
    return "\(date.year)-\(two(date.month))-\(two(date.day)) "
      + "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60)) UTC"
  }

  /// The rows of each unit: of users, or with `column` of each user and value that is not NULL.
  func units(by column: ((Row) -> String?)? = nil, where keeps: (Row) -> Bool = { _ in true })
    -> [[Row]]
  {
    users.flatMap { rows -> [[Row]] in
      let kept = rows.filter(keeps)
      guard let column else { return kept.isEmpty ? [] : [kept] }
      var order: [String] = []
      var found: [String: [Row]] = [:]
      for row in kept {
        guard let value = column(row) else { continue }
        if found[value] == nil { order.append(value) }
        found[value, default: []].append(row)
      }
      return order.map { found[$0] ?? [] }
    }
  }
}

/// Returns the rows of one question's answer.
func rows(_ question: String, _ workspace: Workspace) throws -> [[Value]] {
  try #require(try workspace.run(question + ";").last).relation.rows
}

/// Reads how many cases to draw from the environment.
func caseCount(_ name: String, _ usual: Int) -> Int {
  ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
}

extension Value {
  var text: String? { if case .text(let text) = self { text } else { nil } }

  var int: Int? { storedInt.map { Int($0) } }

  var float: Double? { if case .float(let float) = self { float } else { nil } }
}
