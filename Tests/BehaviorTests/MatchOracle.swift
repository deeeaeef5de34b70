import BQLSyntax
import BQLTestSupport

/// A slow, obvious MATCH: writes a pattern out as every list of items that it allows, and tries each
/// at every row.
struct MatchOracle {
  typealias Row = RandomLog.Row

  /// Holds an element of a list: what a row must be, or that no row may stand here.
  enum Element {
    case row(events: [String], isExcept: Bool, limit: Int?)
    case nothing
  }

  indirect enum Pattern {
    case event(String)
    case except([String])
    case sequence([Pattern])
    case alternatives([Pattern])
    case repeated(Pattern, Int, Int?, String)
    case limited(Pattern, Int)

    var text: String {
      switch self {
      case .event(let name): name
      case .except(let names): "[^\(names.joined(separator: "|"))]"
      case .sequence(let parts): parts.map(\.text).joined(separator: " -> ")
      case .alternatives(let parts): "(\(parts.map(\.text).joined(separator: "|")))"
      case .repeated(let part, _, _, let sign):
        if case .sequence = part { "(\(part.text))\(sign)" } else { "\(part.text)\(sign)" }
      case .limited(let part, let seconds): "\(part.text) WITHIN \(seconds)s OF PREVIOUS"
      }
    }

    /// Whether the part may begin with an item that says what a row is not.
    var beginsWithExcept: Bool {
      switch self {
      case .event: return false
      case .except: return true
      case .sequence(let parts):
        for part in parts {
          if part.beginsWithExcept { return true }
          if !part.mayBeNothing { return false }
        }
        return false
      case .alternatives(let parts): return parts.contains(where: \.beginsWithExcept)
      case .repeated(let part, _, _, _), .limited(let part, _): return part.beginsWithExcept
      }
    }

    var mayBeNothing: Bool {
      switch self {
      case .event, .except: false
      case .sequence(let parts): parts.allSatisfy(\.mayBeNothing)
      case .alternatives(let parts): parts.contains(where: \.mayBeNothing)
      case .repeated(let part, let least, _, _): least == 0 || part.mayBeNothing
      case .limited(let part, _): part.mayBeNothing
      }
    }

    /// Every list of elements with at most `rows` rows.
    func lists(_ rows: Int) -> [[Element]] {
      switch self {
      case .event(let name):
        return rows < 1 ? [] : [[.row(events: [name], isExcept: false, limit: nil)]]
      case .except(let names):
        return rows < 1 ? [] : [[.row(events: names, isExcept: true, limit: nil)]]
      case .sequence(let parts):
        return parts.reduce([[]]) { lists, part in Self.joined(lists, part, rows) }
      case .alternatives(let parts): return parts.flatMap { $0.lists(rows) }
      case .limited(let part, let seconds):
        return part.lists(rows).map { Self.limited($0, seconds) }
      case .repeated(let part, let least, let most, _):
        var found: [[Element]] = []
        var lists: [[Element]] = [[]]
        for count in 0...min(most ?? (least + rows), least + rows) {
          if count >= least {
            found +=
              count == 0 && part.beginsWithExcept && !part.mayBeNothing
              ? [[.nothing]] : lists
          }
          lists = Self.joined(lists, part, rows)
        }
        return found
      }
    }

    private static func joined(_ lists: [[Element]], _ part: Pattern, _ rows: Int) -> [[Element]] {
      lists.flatMap { list in
        part.lists(rows - rowCount(list)).map { list + $0 }
      }
    }

    private static func limited(_ list: [Element], _ seconds: Int) -> [Element] {
      var list = list
      for (index, element) in list.enumerated() {
        if case .row(let events, let isExcept, let limit) = element {
          let own = min(limit ?? seconds, seconds)
          list[index] = .row(events: events, isExcept: isExcept, limit: own)
          break
        }
      }
      return list
    }
  }

  private static func rowCount(_ list: [Element]) -> Int {
    list.count { if case .row = $0 { true } else { false } }
  }

  let lists: [[Element]]
  let window: Int?

  init(_ pattern: Pattern, window: Int?, rows: Int) {
    lists = pattern.lists(rows)
    self.window = window
  }

  /// The matches of rows in this order: first row's and last row's places.
  func matches(_ rows: [Row]) -> [(start: Int, end: Int)] {
    var found: [(start: Int, end: Int)] = []
    var from = 0
    while from < rows.count {
      // The earliest end; of the matches that end there, the latest first row.
      var best: (start: Int, end: Int)?
      for start in from..<rows.count {
        for list in lists {
          guard let end = end(list[...], rows, start, nil, start) else { continue }
          if best.map({ end < $0.end || (end == $0.end && start > $0.start) }) ?? true {
            best = (start, end)
          }
        }
      }
      guard let best else { break }
      found.append(best)
      from = best.end + 1
    }
    return found
  }

  /// The earliest row at which the list ends whose first element is taken at `start`.
  private func end(
    _ list: ArraySlice<Element>,
    _ rows: [Row],
    _ start: Int,
    _ before: (row: Int, named: Int, isExcept: Bool)?,
    _ row: Int
  ) -> Int? {
    var rest = list
    var isDirect = before == nil
    while case .nothing? = rest.first {
      isDirect = true
      rest = rest.dropFirst()
    }
    guard case .row(let events, let isExcept, let limit)? = rest.first else {
      guard let before else { return nil }
      if let window, rows[before.row].time - rows[start].time > window { return nil }
      return before.row
    }
    if let before, before.isExcept || isExcept { isDirect = true }
    var best: Int?
    for place in row..<max(row, isDirect ? min(row + 1, rows.count) : rows.count)
    where events.contains(rows[place].event) != isExcept {
      if let limit, let before, rows[place].time - rows[before.named].time > limit { continue }
      let named = isExcept ? before?.named ?? place : place
      let next = end(rest.dropFirst(), rows, start, (place, named, isExcept), place + 1)
      if let next { best = min(best ?? next, next) }
    }
    return best
  }

  /// Whether some order of the rows of each instant has a match.
  func matchesInSomeOrder(_ rows: [Row]) -> Bool {
    var orders: [[Row]] = [[]]
    var index = 0
    while index < rows.count {
      let instant = rows[index...].prefix { $0.time == rows[index].time }
      let own = Self.orders(Array(instant))
      orders = orders.flatMap { order in own.map { order + $0 } }
      index += instant.count
    }
    return orders.contains { !matches($0).isEmpty }
  }

  /// Every order of rows, without those that differ only in rows of one event.
  private static func orders(_ rows: [Row]) -> [[Row]] {
    guard !rows.isEmpty else { return [[]] }
    var seen: Set<String> = []
    return rows.indices.flatMap { index -> [[Row]] in
      guard seen.insert(rows[index].event).inserted else { return [] }
      var rest = rows
      let row = rest.remove(at: index)
      return orders(rest).map { [row] + $0 }
    }
  }
}

extension MatchOracle.Pattern {
  /// Draws a pattern of a few items; the first has no limit.
  static func random(_ random: inout SeededGenerator) -> MatchOracle.Pattern {
    let count = Int.random(in: 1...4, using: &random)
    let parts = (0..<count).map { place in
      item(&random, depth: 1, mayHaveLimit: place > 0)
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private static func item(
    _ random: inout SeededGenerator,
    depth: Int,
    mayHaveLimit: Bool
  ) -> MatchOracle.Pattern {
    let names = ["view", "cart", "purchase"]
    let name = names[Int.random(in: 0..<3, using: &random)]
    var item: MatchOracle.Pattern
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1: item = .except([name])
    case 2: item = .except(["view", "cart"])
    case 3 where depth > 0:
      item = .alternatives(
        (0..<2).map { _ in
          let first = Self.item(&random, depth: 0, mayHaveLimit: false)
          guard random.chance(40) else { return first }
          return .sequence([first, Self.item(&random, depth: 0, mayHaveLimit: mayHaveLimit)])
        }
      )
    default: item = .event(name)
    }
    var isLimited = false
    if mayHaveLimit, random.chance(25) { isLimited = true }
    let signs: [(Int, Int?, String)] = [
      (0, nil, "*"), (1, nil, "+"), (0, 1, "?"), (2, 2, "{2}"), (1, 2, "{1,2}"), (2, nil, "{2,}"),
    ]
    if isLimited { item = .limited(item, Int.random(in: 0...4, using: &random) * 60) }
    if random.chance(35), !isLimited {
      let sign = signs[Int.random(in: 0..<signs.count, using: &random)]
      item = .repeated(item, sign.0, sign.1, sign.2)
    }
    return item
  }
}
