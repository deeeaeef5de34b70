import BQLColumnar
import BQLTestSupport
import Foundation

/// Computes the customer model from its definitions, one user, session and measure after the other.
struct FeaturesOracle {
  /// The values of a row by their columns' names; NULLs are absent.
  typealias Row = [String: Double]

  static let measures = """
    length start_year start_yearday start_month start_monthday start_week start_weekday \
    start_isweekend start_hour haspurchase click_count view_count cart_count purchase_count \
    time_to_click time_to_view time_to_cart time_to_purchase view_revenue cart_revenue \
    purchase_revenue time_to_click_revenue time_to_view_revenue time_to_cart_revenue \
    time_to_purchase_revenue session_number inter_session_time session_recency purchase_number \
    inter_purchase_time purchase_recency
    """.split(separator: " ").map(String.init)
  static let statistics = ["mean", "sum", "min", "max", "stddev", "cv"]
  static let ratios = ["session_count_ratio", "click_count_ratio", "transaction_count_ratio"]
  static let terms = ["month_lag0", "month_lag1", "month_lag2", "month_lag3", "month_ma3"]
  static let periodMeasures = [
    "session_count", "purchase_count", "purchase_revenue", "customer_value",
  ]
  static let base =
    statistics.flatMap { statistic in measures.map { "\($0)_\(statistic)" } } + ratios
    + periodMeasures.flatMap { measure in terms.map { "\(measure)_\($0)" } }

  var log: BehaviorLog
  var minimumPrice: Int64?
  var margin = 0.2
  var minimumPurchases = 0

  private static let week = 7 * BehaviorLog.day
  private static let calendar: Calendar = {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = TimeZone(identifier: "UTC") ?? calendar.timeZone
    return calendar
  }()

  /// The rows of each user that count, with the number of the session that each is in.
  private func users() -> [Int: [(row: BehaviorLog.Row, session: Int?)]] {
    var found: [Int: [(row: BehaviorLog.Row, session: Int?)]] = [:]
    var visit = 0
    var before: BehaviorLog.Row?
    for row in log.rows {
      // Visits are cut from all rows.
      if let before, before.user == row.user, row.time - before.time <= 1_800 * BehaviorLog.second {
      } else {
        visit += 1
      }
      before = row
      if let minimumPrice, row.price.map({ $0 < minimumPrice }) ?? true { continue }
      found[row.user, default: []].append((row, log.hasSessionRole ? row.session : visit))
    }
    return found
  }

  /// The sessions of a user's rows, by their starts.
  private func sessions(
    _ rows: [(row: BehaviorLog.Row, session: Int?)]
  ) -> [[BehaviorLog.Row]] {
    let named = rows.filter { $0.session != nil }
    return Dictionary(grouping: named) { $0.session ?? 0 }.values
      .map { $0.map(\.row) }
      .sorted { ($0[0].time, $0[0].index) < ($1[0].time, $1[0].index) }
  }

  private func isPurchase(_ row: BehaviorLog.Row) -> Bool { row.event == "purchase" }

  private func revenue(_ rows: [BehaviorLog.Row]) -> Double? {
    let prices = rows.compactMap(\.price)
    return prices.isEmpty ? nil : Double(prices.reduce(0, +)) / 100
  }

  private func quotient(_ dividend: Double?, _ divisor: Double?) -> Double? {
    guard let dividend, let divisor, divisor != 0 else { return nil }
    return dividend / divisor
  }

  /// What a session is measured by, but for what other sessions tell.
  private func measures(_ session: [BehaviorLog.Row]) -> Row {
    let start = session[0].time
    let length = Double(session[session.count - 1].time - start) / 60e6
    let date = Date(timeIntervalSince1970: Double(start) / 1e6)
    let parts = Self.calendar.dateComponents(
      [.year, .month, .day, .weekOfYear, .weekday, .hour],
      from: date
    )
    var row: Row = ["length": length]
    row["start_year"] = parts.year.map(Double.init)
    row["start_yearday"] = Self.calendar.ordinality(of: .day, in: .year, for: date)
      .map(Double.init)
    row["start_month"] = parts.month.map(Double.init)
    row["start_monthday"] = parts.day.map(Double.init)
    row["start_week"] = parts.weekOfYear.map(Double.init)
    row["start_weekday"] = parts.weekday.map(Double.init)
    row["start_isweekend"] = parts.weekday == 1 || parts.weekday == 7 ? 1 : 0
    row["start_hour"] = parts.hour.map(Double.init)
    row["click_count"] = Double(session.count)
    row["time_to_click"] = length / Double(session.count)
    row["time_to_click_revenue"] = quotient(length, revenue(session))
    for kind in ["view", "cart", "purchase"] {
      let own = session.filter { $0.event == kind }
      row["\(kind)_count"] = Double(own.count)
      row["\(kind)_revenue"] = revenue(own)
      row["time_to_\(kind)"] = quotient(length, Double(own.count))
      row["time_to_\(kind)_revenue"] = quotient(length, revenue(own))
    }
    row["haspurchase"] = session.contains(where: isPurchase) ? 1 : 0
    return row
  }

  /// The features of each user at a cutoff, NULL where they are undefined.
  func unfilled(at cutoff: Int64) -> [Int: Row] {
    let users = users()
    let window = users.mapValues { rows in sessions(rows.filter { $0.row.time <= cutoff }) }
      .filter { !$0.value.isEmpty }
    let starts = window.values.flatMap { $0 }.map { $0[0].time }
    guard let latest = starts.max(), let first = starts.min() else { return [:] }
    let end = latest + BehaviorLog.second
    var found: [Int: Row] = [:]
    for (user, own) in window {
      let all = sessions(users[user] ?? [])
      guard all.filter({ $0.contains(where: isPurchase) }).count >= minimumPurchases else {
        continue
      }
      found[user] = features(own, latest, periods(own, first: first, end: end))
    }
    return found
  }

  private func features(_ sessions: [[BehaviorLog.Row]], _ latest: Int64, _ periods: Row) -> Row {
    func days(_ span: Int64) -> Double { Double(span) / Double(BehaviorLog.day) }
    var measured: [Row] = []
    var previous: Int64?
    var previousPurchase: Int64?
    var purchases = 0.0
    for (number, session) in sessions.enumerated() {
      let start = session[0].time
      var row = measures(session)
      row["session_number"] = Double(number + 1)
      row["inter_session_time"] = previous.map { days(start - $0) }
      row["session_recency"] = days(latest - start)
      if session.contains(where: isPurchase) {
        purchases += 1
        row["purchase_number"] = purchases
        row["inter_purchase_time"] = previousPurchase.map { days(start - $0) }
        row["purchase_recency"] = days(latest - start)
        previousPurchase = start
      }
      previous = start
      measured.append(row)
    }
    var found = periods
    for measure in Self.measures {
      let values = measured.compactMap { $0[measure] }
      guard let least = values.min(), let greatest = values.max() else { continue }
      let sum = values.reduce(0, +)
      let mean = sum / Double(values.count)
      found["\(measure)_mean"] = mean
      found["\(measure)_sum"] = sum
      found["\(measure)_min"] = least
      found["\(measure)_max"] = greatest
      guard values.count > 1 else { continue }
      let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
      let deviation = (squares / Double(values.count - 1)).squareRoot()
      found["\(measure)_stddev"] = deviation
      found["\(measure)_cv"] = quotient(deviation, mean)
    }
    let oldest = found["session_recency_max"]
    found["session_count_ratio"] = quotient(found["session_number_max"], oldest)
    found["click_count_ratio"] = quotient(found["click_count_sum"], oldest)
    found["transaction_count_ratio"] = quotient(found["purchase_count_sum"], oldest)
    return found
  }

  /// The period features: period *i* is `end - 4 weeks × (i + 1) ..< end - 4 weeks × i`.
  private func periods(_ sessions: [[BehaviorLog.Row]], first: Int64, end: Int64) -> Row {
    var count = 1
    while first < end - 4 * Self.week * Int64(count) { count += 1 }
    func inPeriod(_ back: Int) -> [[BehaviorLog.Row]] {
      let bounds = [back + 1, back].map { end - 4 * Self.week * Int64($0) }
      return sessions.filter { $0[0].time >= bounds[0] && $0[0].time < bounds[1] }
    }
    func bought(_ back: Int) -> Double {
      inPeriod(back).compactMap { revenue($0.filter(isPurchase)) }.reduce(0, +)
    }
    var found: Row = [:]
    for (index, measure) in Self.periodMeasures.enumerated() {
      var values: [Double] = []
      for back in 0..<min(count, 4) {
        switch index {
        case 0: values.append(Double(inPeriod(back).count))
        case 1: values.append(Double(inPeriod(back).count { $0.contains(where: isPurchase) }))
        case 2: values.append(bought(back))
        default:
          let profits = (back..<count).map { bought($0) * margin }
          values.append(profits.reduce(0, +) / Double(profits.count))
        }
        found["\(measure)_month_lag\(back)"] = values[back]
      }
      let last = values.prefix(3)
      found["\(measure)_month_ma3"] = last.reduce(0, +) / Double(last.count)
    }
    return found
  }

  /// Fills gaps by the rules in their order.
  static func filled(_ rows: [Int: Row]) -> [Int: Row] {
    var filled = rows
    for name in base {
      let isLag = ["_lag0", "_lag1", "_lag2", "_lag3", "_ma3", "_stddev"].contains(
        where: name.hasSuffix
      )
      let isMaximal =
        name.hasPrefix("inter_") || name.hasPrefix("time_to_") || name.hasSuffix("_cv")
      let isRevenue = ["view", "cart", "purchase"].contains { kind in
        ["sum", "mean", "min", "max"].contains { name == "\(kind)_revenue_\($0)" }
      }
      let value: Double?
      if isLag {
        value = 0
      } else if isMaximal {
        value = rows.values.compactMap { $0[name] }.max()
      } else {
        value = isRevenue ? 0 : nil
      }
      for user in rows.keys where rows[user]?[name] == nil { filled[user]?[name] = value }
    }
    return filled
  }

  /// Recency, frequency and monetary of each user with a row up to the cutoff.
  func rfm(at cutoff: Int64, recencyEnd: Int64) -> [Int: Row] {
    var found: [Int: Row] = [:]
    for (user, all) in users() {
      let rows = all.map(\.row).filter { $0.time <= cutoff }
      guard !rows.isEmpty else { continue }
      var row: Row = [:]
      let bought = rows.filter(isPurchase)
      let groups = log.hasSessionRole ? [nil, 0, 1] : [nil] as [Int?]
      row["frequency"] = groups.reduce(0) { count, group in
        let times = bought.filter { !log.hasSessionRole || $0.session == group }.map(\.time)
        let gaps = zip(times, times.dropFirst()).filter { $1 - $0 > 60 * BehaviorLog.second }
        return count + (times.isEmpty ? 0 : 1 + Double(gaps.count))
      }
      row["monetary"] = revenue(bought) ?? 0
      row["recency"] = bought.last.map {
        Double(recencyEnd - $0.time) / Double(BehaviorLog.day)
      }
      found[user] = row
    }
    return found
  }

  /// The targets of each of `users` between a cutoff and the horizon's end.
  func targets(of users: some Sequence<Int>, _ cutoff: Int64, _ end: Int64) -> [Int: Row] {
    let rows = self.users()
    var found: [Int: Row] = [:]
    for user in users {
      let bought = (rows[user] ?? []).map(\.row).filter { isPurchase($0) && $0.time <= end }
      let ahead = bought.filter { $0.time > cutoff }
      let weeks = Double(end - log.firstTime) / Double(Self.week)
      let value =
        (revenue(bought) ?? 0) * margin / weeks * (Double(end - cutoff) / Double(Self.week))
      let keep = 2.042 / 204.158
      let accept = 6.12 / 9.27
      found[user] = [
        "target_event": ahead.isEmpty ? 1 : 0, "target_revenue": revenue(ahead) ?? 0,
        "target_customer_value": value,
        "target_actual_profit": ahead.isEmpty ? keep * (value - 20) : -accept * 20,
      ]
    }
    return found
  }
}
