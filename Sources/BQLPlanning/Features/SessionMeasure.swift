/// Names what is measured of each session, in the order of the customer model's columns.
package enum SessionMeasure: String, Hashable, Sendable, CaseIterable {
  case length
  case startYear = "start_year"
  case startYearday = "start_yearday"
  case startMonth = "start_month"
  case startMonthday = "start_monthday"
  case startWeek = "start_week"
  case startWeekday = "start_weekday"
  case startIsWeekend = "start_isweekend"
  case startHour = "start_hour"
  case hasPurchase = "haspurchase"
  case clickCount = "click_count"
  case viewCount = "view_count"
  case cartCount = "cart_count"
  case purchaseCount = "purchase_count"
  case timeToClick = "time_to_click"
  case timeToView = "time_to_view"
  case timeToCart = "time_to_cart"
  case timeToPurchase = "time_to_purchase"
  case viewRevenue = "view_revenue"
  case cartRevenue = "cart_revenue"
  case purchaseRevenue = "purchase_revenue"
  case timeToClickRevenue = "time_to_click_revenue"
  case timeToViewRevenue = "time_to_view_revenue"
  case timeToCartRevenue = "time_to_cart_revenue"
  case timeToPurchaseRevenue = "time_to_purchase_revenue"
  case sessionNumber = "session_number"
  case interSessionTime = "inter_session_time"
  case sessionRecency = "session_recency"
  case purchaseNumber = "purchase_number"
  case interPurchaseTime = "inter_purchase_time"
  case purchaseRecency = "purchase_recency"

  /// Where the measure stands among all, from 0.
  package var place: Int { Self.places[self] ?? 0 }

  private static let places = Dictionary(
    uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) }
  )

  /// What the measure is, and its unit.
  var meaning: (definition: String, unit: String) {
    switch self {
    case .length: ("last event - first event", "minutes")
    case .startYear: ("calendar year of the session's first event", "year")
    case .startYearday: ("day of the year of the session's first event, from 1", "day")
    case .startMonth: ("month of the session's first event, 1 to 12", "month")
    case .startMonthday: ("day of the month of the session's first event", "day")
    case .startWeek: ("ISO 8601 week of the session's first event", "week")
    case .startWeekday: ("weekday of the session's first event, 1 = Sunday to 7", "day")
    case .startIsWeekend: ("1 where the first event is on Saturday or Sunday, else 0", "0 or 1")
    case .startHour: ("hour of the session's first event, 0 to 23", "hour")
    case .hasPurchase: ("1 where the session holds a purchase, else 0", "0 or 1")
    case .clickCount: ("events of any kind", "events")
    case .viewCount: ("views", "events")
    case .cartCount: ("events 'cart'", "events")
    case .purchaseCount: ("purchase rows", "events")
    case .timeToClick: ("length / click_count", "minutes")
    case .timeToView: ("length / view_count", "minutes")
    case .timeToCart: ("length / cart_count", "minutes")
    case .timeToPurchase: ("length / purchase_count", "minutes")
    case .viewRevenue: ("sum of VALUE over views", "money")
    case .cartRevenue: ("sum of VALUE over events 'cart'", "money")
    case .purchaseRevenue: ("sum of VALUE over purchases", "money")
    case .timeToClickRevenue: ("length / sum of VALUE over all events", "minutes per money")
    case .timeToViewRevenue: ("length / view_revenue", "minutes per money")
    case .timeToCartRevenue: ("length / cart_revenue", "minutes per money")
    case .timeToPurchaseRevenue: ("length / purchase_revenue", "minutes per money")
    case .sessionNumber: ("number of the session among the user's, by start, from 1", "sessions")
    case .interSessionTime: ("time since the start of the user's session before", "days")
    case .sessionRecency: ("time to the latest session start of all users", "days")
    case .purchaseNumber: ("number among the user's sessions with a purchase, from 1", "sessions")
    case .interPurchaseTime:
      ("time since the start of the user's session with a purchase before", "days")
    case .purchaseRecency:
      ("of a session with a purchase, time to the latest session start of all users", "days")
    }
  }

  /// When a session has no value of the measure; nil where it always has one.
  var nullRule: String? {
    switch self {
    case .timeToView, .timeToCart, .timeToPurchase: "where there is no such event"
    case .viewRevenue, .cartRevenue, .purchaseRevenue: "where no such event has a VALUE"
    case .timeToClickRevenue, .timeToViewRevenue, .timeToCartRevenue, .timeToPurchaseRevenue:
      "where that sum is 0 or NULL"
    case .interSessionTime: "in the user's first session"
    case .purchaseNumber, .purchaseRecency: "in sessions without a purchase"
    case .interPurchaseTime: "in sessions without a purchase and in the first with one"
    case .length, .startYear, .startYearday, .startMonth, .startMonthday, .startWeek,
      .startWeekday, .startIsWeekend, .startHour, .hasPurchase, .clickCount, .viewCount,
      .cartCount, .purchaseCount, .timeToClick, .sessionNumber, .sessionRecency:
      nil
    }
  }

  /// Whether gaps take the column's maximum: `inter_*`, `time_to_*`.
  var isFilledByMaximum: Bool {
    rawValue.hasPrefix("inter_") || rawValue.hasPrefix("time_to_")
  }

  /// Whether gaps of sum, mean, min and max take 0.
  var isRevenue: Bool { [.viewRevenue, .cartRevenue, .purchaseRevenue].contains(self) }
}

/// Names what is told of a measure over the sessions of a user, in the order of the columns.
package enum SessionStatistic: String, Hashable, Sendable, CaseIterable {
  case mean
  case sum
  case min
  case max
  /// Of a sample: divided by n - 1.
  case stddev
  case cv

  /// Where the statistic stands among all, from 0.
  package var place: Int {
    switch self {
    case .mean: 0
    case .sum: 1
    case .min: 2
    case .max: 3
    case .stddev: 4
    case .cv: 5
    }
  }

  var phrase: String {
    switch self {
    case .mean: "mean over the user's sessions"
    case .sum: "sum over the user's sessions"
    case .min: "least of the user's sessions"
    case .max: "greatest of the user's sessions"
    case .stddev: "standard deviation (n - 1) over the user's sessions"
    case .cv: "stddev / mean over the user's sessions"
    }
  }

  /// When it has no value although sessions have.
  var nullRule: String? {
    switch self {
    case .mean, .sum, .min, .max: nil
    case .stddev: "NULL below two values"
    case .cv: "NULL below two values and where the mean is 0"
    }
  }
}
