import BQLTestSupport
import BehaviorQuery
import Foundation

/// Holds a small log as a test draws it: what is written to a file and loaded.
struct RandomShop {
  struct Row {
    var user: String
    /// Seconds since 1970.
    var time: Int
    var event: String
    var session: String
    var brand: String?
    /// Hundredths.
    var price: Int?
    /// The same in all rows of a user; nil for some users.
    var home: String?
  }

  var rows: [Row] = []
  let areUsersTexts: Bool

  /// Every user of the log.
  var users: [String] { Set(rows.map(\.user)).sorted() }

  init(_ random: inout SeededGenerator) {
    areUsersTexts = random.chance(40)
    for number in 1...Int.random(in: 1...9, using: &random) {
      let user = areUsersTexts ? "u\(number)" : "\(number * 7)"
      let home = random.chance(20) ? nil : ["north", "south", "east"].randomElement(using: &random)
      for _ in 0..<Int.random(in: 1...9, using: &random) {
        rows.append(
          Row(
            user: user,
            time: 1_569_888_000 + Int.random(in: 0...30, using: &random) * 21_600,
            event: ["view", "cart", "purchase"].randomElement(using: &random) ?? "view",
            session: "s\(Int.random(in: 0...1, using: &random))",
            brand: random.chance(20) ? nil : ["a", "b", "c"].randomElement(using: &random),
            price: random.chance(20) ? nil : Int.random(in: 0...9_999, using: &random),
            home: home
          )
        )
      }
    }
    rows.shuffle(using: &random)
  }

  /// The log as CSV.
  var csv: String {
    let lines = rows.map { row in
      let price = row.price.map { "\($0 / 100).\($0 % 100 < 10 ? "0" : "")\($0 % 100)" } ?? ""
      return "\(row.time),\(row.event),\(row.user),\(row.session),\(row.brand ?? ""),\(price),"
        + (row.home ?? "")
    }
    return "event_time,event_type,user_id,visit,brand,price,home\n" + lines.joined(separator: "\n")
      + "\n"
  }

  /// A table of one row a user, and rows of strangers.
  var homes: String {
    var lines: [String] = []
    for user in users.reversed() {
      let home = rows.first { $0.user == user }?.home
      lines.append("\(user),\(home ?? "")")
    }
    return "user_id,place\n"
      + (lines + ["\(areUsersTexts ? "x" : "1000"),west"])
      .joined(separator: "\n") + "\n"
  }
}

/// Makes a folder that is removed with its owner.
final class TestFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  /// Writes a file and returns its path.
  func write(_ text: String, to name: String) throws -> String {
    let file = path + "/" + name
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
