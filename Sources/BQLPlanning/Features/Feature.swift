package import BQLColumnar

/// Says which events a feature depends on, by their time: what a model may learn from ends at the
/// cutoff.
package enum FeatureReach: String, Hashable, Sendable {
  /// No event's content: a name or a number of the row.
  case none = "-"
  /// Events at t <= C, the cutoff.
  case upToCutoff = "t <= C"
  /// Events at C < t <= E, the horizon's end: what is to be foretold.
  case horizon = "C < t <= E"
  /// All events at t <= E.
  case upToHorizonEnd = "t <= E"

  /// Whether it may be known at the cutoff, and so may stand among the inputs of a model.
  package var isKnownAtCutoff: Bool { self == .none || self == .upToCutoff }
}

/// Says what a feature without a value becomes where gaps are filled.
package enum FeatureFill: String, Hashable, Sendable {
  case none = "stays NULL"
  case zero = "0"
  /// The column's maximum over the snapshot; NULL where all of it is.
  case maximum = "the column's maximum"
}

/// Describes one column of a set of features: the one place that its name, type, definition and reach
/// come from.
package struct Feature: Hashable, Sendable {
  /// Says how the column is computed.
  package enum Kind: Hashable, Sendable {
    /// The number of the row, from 1.
    case row
    case user
    case statistic(SessionMeasure, SessionStatistic)
    case ratio(FeatureRatio)
    case period(PeriodMeasure, PeriodTerm)
    case customer(CustomerMeasure)
    case target(FeatureTarget)
    /// The number of the snapshot, 0 = the newest.
    case snapshot
  }

  package let kind: Kind
  package let name: String
  /// nil: that of the log's users.
  package let type: DataType?
  package let definition: String
  package let unit: String
  /// When it is NULL, before gaps are filled; empty where it never is.
  package let nullRule: String
  package let fill: FeatureFill
  package let reach: FeatureReach

  init(
    _ kind: Kind,
    _ name: String,
    type: DataType? = .float,
    _ definition: String,
    unit: String,
    nullRule: String = "",
    fill: FeatureFill = .none,
    reach: FeatureReach = .upToCutoff
  ) {
    self.kind = kind
    self.name = name
    self.type = type
    self.definition = definition
    self.unit = unit
    self.nullRule = nullRule
    self.fill = fill
    self.reach = reach
  }
}

/// Names what is told of a user's sessions against time.
package enum FeatureRatio: String, Hashable, Sendable, CaseIterable {
  case sessions = "session_count_ratio"
  case clicks = "click_count_ratio"
  case transactions = "transaction_count_ratio"

  /// The statistic that is divided by the greatest session recency.
  package var numerator: (SessionMeasure, SessionStatistic) {
    switch self {
    case .sessions: (.sessionNumber, .max)
    case .clicks: (.clickCount, .sum)
    case .transactions: (.purchaseCount, .sum)
    }
  }
}

/// Names what is counted in each period of four weeks.
package enum PeriodMeasure: String, Hashable, Sendable, CaseIterable {
  case sessionCount = "session_count"
  /// Sessions with a purchase.
  case purchaseCount = "purchase_count"
  case purchaseRevenue = "purchase_revenue"
  /// The running mean of the periods' profit.
  case customerValue = "customer_value"
}

/// Names a period, counted back from the last, or the mean of the last three.
package enum PeriodTerm: String, Hashable, Sendable, CaseIterable {
  case lag0 = "month_lag0"
  case lag1 = "month_lag1"
  case lag2 = "month_lag2"
  case lag3 = "month_lag3"
  case mean3 = "month_ma3"
}

/// Names what RFM tells of a customer.
package enum CustomerMeasure: String, Hashable, Sendable, CaseIterable {
  case recency
  case frequency
  case monetary
}

/// Names what a model is to foretell.
package enum FeatureTarget: String, Hashable, Sendable, CaseIterable {
  case event = "target_event"
  case revenue = "target_revenue"
  case customerValue = "target_customer_value"
  /// The snapshot before's `target_customer_value`.
  case customerValueBefore = "target_customer_value_lag1"
  case actualProfit = "target_actual_profit"
  /// Whether the user is there at all in the horizon; for TRAIN alone.
  case returned = "target_return"
}
