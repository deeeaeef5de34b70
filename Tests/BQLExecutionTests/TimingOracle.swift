import BQLColumnar
import BQLExecution
import BQLTestSupport

/// Answers TIMING from the definitions: every start with every end.
struct TimingOracle {
  struct Wait {
    var user: Int
    var brand: String?
    var start: BehaviorLog.Row
    var end: BehaviorLog.Row?
    /// Microseconds.
    var time: Int64
  }

  /// An order: its rows, ascending.
  typealias Order = [BehaviorLog.Row]

  let log: BehaviorLog
  let start: String
  let end: String
  var isHoldingBrand = false
  let clauses: RandomClauses

  private func matches(_ row: BehaviorLog.Row, _ event: String) -> Bool {
    event == "ANY" || event.split(separator: "|").contains { $0 == row.event }
  }

  /// The orders of a unit's rows.
  func orders(_ unit: [BehaviorLog.Row]) -> [Order] {
    var found: [Order] = []
    let purchases = unit.filter { $0.event == "purchase" }
    for session in [nil, 0, 1] as [Int?] {
      var order: Order = []
      for row in purchases where row.session == session || !log.hasSessionRole {
        if let last = order.last, row.time - last.time > 60 * BehaviorLog.second {
          found.append(order)
          order = []
        }
        order.append(row)
      }
      if !order.isEmpty { found.append(order) }
      if !log.hasSessionRole { break }
    }
    return found.sorted { $0[0].index < $1[0].index }
  }

  var waits: [Wait] {
    let kept = log.rows.filter { clauses.passes($0) && (!isHoldingBrand || $0.brand != nil) }
    return clauses.units(kept).compactMap { unit in
      let starts = unit.filter { matches($0, start) && clauses.isIn($0) }
      guard let first = starts.first else { return nil }
      let orders = start == "purchase" && end == "purchase" ? orders(unit) : []
      func order(_ row: BehaviorLog.Row) -> Int? {
        orders.firstIndex { $0.contains { $0.index == row.index } }
      }
      let found = unit.first { row in
        guard matches(row, end), row.time >= first.time else { return false }
        if !isHoldingBrand {
          return row.index != first.index && (orders.isEmpty || order(row) != order(first))
        }
        // Another row of the value, until this instant; of the value's first order none.
        let own = starts.filter { $0.brand == row.brand && $0.time <= row.time }
        guard own.contains(where: { $0.index != row.index }) else { return false }
        return orders.isEmpty || order(row) != order(own[0])
      }
      return Wait(
        user: first.user,
        brand: first.brand,
        start: first,
        end: found,
        time: (found?.time ?? log.lastTime) - first.time
      )
    }
  }

  /// The product-limit curve by its definition.
  static func curve(_ waits: [Wait]) -> [(time: Int64, atRisk: Int, events: Int, left: Double)] {
    var left = 1.0
    return Set(waits.filter { $0.end != nil }.map(\.time)).sorted().map { time in
      let atRisk = waits.count { $0.time >= time }
      let events = waits.count { $0.end != nil && $0.time == time }
      left *= 1 - Double(events) / Double(atRisk)
      return (time, atRisk, events, left)
    }
  }

  static func summary(_ waits: [Wait]) -> [Value] {
    let curve = curve(waits)
    func time(_ share: Double) -> Value {
      curve.first { $0.left <= 1 - share + 1e-9 }.map { .interval($0.time) } ?? .null
    }
    let last = waits.map(\.time).max()
    return [
      .int(Int64(waits.count)), .int(Int64(waits.count { $0.end != nil })), time(0.25), time(0.5),
      time(0.75), last.map { .interval($0) } ?? .null,
      waits.isEmpty ? .null : .float(curve.last?.left ?? 1),
    ]
  }

  /// What the users bought behind the landmark, by whether they had converted until then.
  func landmark(_ waits: [Wait], after: Int64, follow: Int64) -> [[Value]] {
    [true, false].map { isEarly in
      let group = waits.filter { wait in
        let landmark = wait.start.time + after
        let isKnown = wait.end.map { $0.time <= landmark } ?? false
        return landmark + follow <= log.lastTime && isKnown == isEarly
      }
      let bought = group.map { wait in
        userOrders(wait.user).filter { order in
          let time = order[0].time - wait.start.time - after
          return time > 0 && time <= follow
        }
      }
      let orders = bought.flatMap { $0 }
      let money = orders.flatMap { $0 }.compactMap(\.price).reduce(0, +)
      func mean(_ count: Int) -> Value {
        count == 0 ? .null : .float(Double(money) / 100 / Double(count))
      }
      let buyers = bought.count { !$0.isEmpty }
      return [
        .bool(isEarly), .int(Int64(group.count)), .int(Int64(buyers)),
        group.isEmpty ? .null : .float(Double(buyers) / Double(group.count)),
        .int(Int64(orders.count)), .decimal(money), mean(group.count), mean(orders.count),
      ]
    }
  }

  /// The order value and the repeat rate of each band of waits.
  func bands(_ waits: [Wait], follow: Int64) -> [[Value]] {
    let all = self.waits.filter { $0.end != nil }.map(\.time).sorted()
    guard let last = all.indices.last else { return [] }
    let limits = [0.25, 0.5, 0.75].map { share -> Int64 in
      let place = share * Double(last)
      let (low, high) = (all[Int(place)], all[min(Int(place) + 1, last)])
      let part = Double(high - low) * (place - Double(Int(place)))
      return low + Int64(part.rounded(.toNearestOrEven))
    }
    return (0...3).compactMap { band -> [Value]? in
      let own = waits.filter { wait in
        wait.end != nil && (limits.firstIndex { wait.time <= $0 } ?? 3) == band
      }
      guard !own.isEmpty else { return nil }
      var (money, priced, followed, repeated) = (Int64(0), 0, 0, 0)
      for wait in own {
        guard let end = wait.end else { continue }
        let orders = userOrders(wait.user)
        let order = orders.firstIndex { $0.contains { $0.index == end.index } }
        let prices = order.map { orders[$0].compactMap(\.price) } ?? []
        money += prices.reduce(0, +)
        priced += prices.isEmpty ? 0 : 1
        guard end.time + follow <= log.lastTime else { continue }
        followed += 1
        let isRepeated = orders.indices.contains { index in
          index != order && orders[index][0].index > end.index
            && orders[index][0].time <= end.time + follow
        }
        repeated += isRepeated ? 1 : 0
      }
      return [
        .int(Int64(band + 1)), .interval(own.map(\.time).min() ?? 0),
        .interval(own.map(\.time).max() ?? 0), .int(Int64(own.count)),
        priced == 0 ? .null : .float(Double(money) / 100 / Double(priced)),
        .int(Int64(followed)), .int(Int64(repeated)),
        followed == 0 ? .null : .float(Double(repeated) / Double(followed)),
      ]
    }
  }

  private func userOrders(_ user: Int) -> [Order] {
    orders(log.rows.filter { $0.user == user && clauses.passes($0) })
  }
}

/// Compares rows of cells, numbers to nine digits.
func alike(_ a: [[Value]], _ b: [[Value]]) -> Bool {
  guard a.count == b.count else { return false }
  return zip(a, b).allSatisfy { left, right in
    left.count == right.count
      && zip(left, right).allSatisfy { first, second in
        if case .float(let x) = first, case .float(let y) = second {
          return abs(x - y) <= 1e-9 * max(1, abs(x))
        }
        return first == second
      }
  }
}
