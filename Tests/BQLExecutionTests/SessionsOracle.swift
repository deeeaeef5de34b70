import BQLColumnar
import BQLTestSupport

/// How a log is cut into sessions, as a test draws it.
struct SessionsCase {
  var text = ""
  /// In seconds; nil where the ids are used.
  var gap: Int64?
  var longest: Int64?

  init(_ log: BehaviorLog, _ random: inout SeededGenerator) {
    guard random.chance(60) || !log.hasSessionRole else {
      if random.chance(50) { text = " USING session" }
      return
    }
    if !log.hasSessionRole, random.chance(40) {
      gap = 1_800
      return
    }
    gap = [0, 1, 60, 1_800, 86_400, 5_000_000].randomElement(using: &random)
    text = " GAP \(gap ?? 0)s"
    if random.chance(40) {
      longest = [0, 61, 3_600, 90_000].randomElement(using: &random)
      text += " MAX \(longest ?? 0)s"
    }
  }

  /// The rows of each session, in the order of their first rows; rows without an id are in none.
  func sessions(_ rows: [BehaviorLog.Row]) -> [[BehaviorLog.Row]] {
    var found: [[BehaviorLog.Row]] = []
    for row in rows {
      let place: Int?
      if let gap {
        place = found.indices.last.flatMap { last in
          let own = found[last]
          guard own[0].user == row.user else { return nil }
          let isNear = row.time - own[own.count - 1].time <= gap * BehaviorLog.second
          let isEarly = longest.map { row.time - own[0].time <= $0 * BehaviorLog.second } ?? true
          return isNear && isEarly ? last : nil
        }
      } else {
        guard row.session != nil else { continue }
        place = found.firstIndex { $0[0].user == row.user && $0[0].session == row.session }
      }
      if let place {
        found[place].append(row)
      } else {
        found.append([row])
      }
    }
    return found
  }

  static let columns = [
    "user", "session", "start", "duration", "events", "views", "carts", "purchases", "value",
    "entry", "exit",
  ]

  /// A row for each session, with all columns; `isByBrand` makes entry and exit tell the brand.
  func rows(_ sessions: [[BehaviorLog.Row]], onBrand: Bool) -> [[Value]] {
    var numbers: [Int: Int64] = [:]
    return sessions.map { own in
      let (first, last) = (own[0], own[own.count - 1])
      numbers[first.user, default: 0] += 1
      func count(_ event: String) -> Value { .int(Int64(own.count { $0.event == event })) }
      func edge(_ row: BehaviorLog.Row) -> Value {
        onBrand ? row.brand.map { .text($0) } ?? .null : .text(row.event)
      }
      return [
        .int(Int64(first.user)),
        gap == nil ? .text("s\(first.session ?? 0)") : .int(numbers[first.user] ?? 0),
        .timestamp(first.time), own.count == 1 ? .null : .interval(last.time - first.time),
        .int(Int64(own.count)), count("view"), count("cart"), count("purchase"),
        .decimal(Self.money(own)), edge(first), edge(last),
      ]
    }
  }

  static func money(_ rows: [BehaviorLog.Row]) -> Int64 {
    rows.filter { $0.event == "purchase" }.compactMap(\.price).reduce(0, +)
  }

  /// The cells of a group's row.
  static func summary(_ sessions: [[BehaviorLog.Row]]) -> [Value] {
    let count = sessions.count
    let bounces = sessions.count { $0.count == 1 }
    let converted = sessions.count { own in own.contains { $0.event == "purchase" } }
    let durations = sessions.filter { $0.count > 1 }.map { $0[$0.count - 1].time - $0[0].time }
      .sorted()
    let money = sessions.map(money).reduce(0, +)
    func rate(_ part: Int) -> Value {
      count == 0 ? .null : .float(Double(part) / Double(count))
    }
    var median = Value.null
    var mean = Value.null
    if let last = durations.indices.last {
      let place = 0.5 * Double(last)
      let (low, high) = (durations[Int(place)], durations[min(Int(place) + 1, last)])
      let part = (Double(high - low) * (place - Double(Int(place)))).rounded(.toNearestOrEven)
      median = .interval(low + Int64(part))
      let (total, number) = (durations.reduce(0, +), Int64(durations.count))
      mean = .interval((2 * total + number) / (2 * number))
    }
    return [
      .int(Int64(count)), .int(Int64(Set(sessions.map { $0[0].user }).count)),
      .int(Int64(sessions.reduce(0) { $0 + $1.count })), .int(Int64(bounces)), rate(bounces),
      median, mean, .int(Int64(converted)), rate(converted), .decimal(money),
      count == 0 ? .null : .float(Double(money) / 100 / Double(count)),
    ]
  }
}
