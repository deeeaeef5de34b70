import BQLColumnar

/// Names a set of features: what FEATURES computes and DESCRIBE FEATURES describes.
package enum FeatureSet: String, Hashable, Sendable, CaseIterable {
  case base
  case rfm
  case engagement
  case customerModel = "customer_model"

  /// The latent factors that the published customer model has beside the columns here.
  package static let missingFactorCount = 59

  /// The columns in their order.
  package var features: [Feature] {
    switch self {
    case .base: Self.baseColumns
    case .rfm: Self.rfmColumns
    case .engagement: Self.engagementColumns
    case .customerModel: Self.modelColumns
    }
  }

  private static let user = Feature(
    .user,
    "user_id",
    type: nil,
    "the user",
    unit: "-",
    reach: .none
  )

  private static let statistics = SessionStatistic.allCases.flatMap { statistic in
    SessionMeasure.allCases.map { feature($0, statistic) }
  }
  private static let ratios = FeatureRatio.allCases.map(feature)
  private static let periods = PeriodMeasure.allCases.flatMap { measure in
    PeriodTerm.allCases.map { feature(measure, $0) }
  }

  private static let baseColumns = [user] + statistics + ratios + periods

  private static let rfmColumns =
    [user] + [
      Feature(
        .customer(.recency),
        "recency",
        "time from the user's last purchase to AS OF (else to a day behind the log's last event)",
        unit: "days",
        nullRule: "NULL where the user has no purchase"
      ),
      Feature(
        .customer(.frequency),
        "frequency",
        type: .int,
        "orders: purchase rows of a session, each at most SET order_gap behind the one before",
        unit: "orders"
      ),
      Feature(
        .customer(.monetary),
        "monetary",
        "sum of VALUE over purchases, 0 without any",
        unit: "money"
      ),
    ]

  private static let engagementColumns: [Feature] = {
    let counts: [SessionMeasure] = [.clickCount, .viewCount, .cartCount, .purchaseCount]
    return baseColumns.filter { feature in
      switch feature.kind {
      case .user, .ratio: true
      case .statistic(let measure, .sum): counts.contains(measure)
      case .statistic(let measure, .mean):
        counts.contains(measure) || [.hasPurchase, .length, .interSessionTime].contains(measure)
      case .statistic(let measure, .min): measure == .sessionRecency
      case .statistic: false
      case .period(let measure, _): measure == .sessionCount
      case .row, .customer, .target, .snapshot: false
      }
    }
  }()

  private static let modelColumns: [Feature] = {
    let row = Feature(
      .row,
      "row_id",
      type: .int,
      "the number of the row, from 1",
      unit: "-",
      reach: .none
    )
    let step = Feature(
      .snapshot,
      "time_step",
      type: .int,
      "the snapshot: 0 is the newest, each is one HORIZON older than the one before",
      unit: "snapshots",
      reach: .none
    )
    var columns = [row] + baseColumns
    columns += [FeatureTarget.event, .revenue, .customerValue].map(feature)
    columns.append(step)
    columns += [FeatureTarget.customerValueBefore, .actualProfit].map(feature)
    return columns
  }()

  private static func feature(
    _ measure: SessionMeasure,
    _ statistic: SessionStatistic
  ) -> Feature {
    let name = "\(measure.rawValue)_\(statistic.rawValue)"
    let (definition, unit) = measure.meaning
    var rules = [statistic.nullRule].compactMap { $0 }
    if let rule = measure.nullRule { rules.append("sessions NULL \(rule) are left out") }
    // The rules of the customer model in their order: the first that names the column holds.
    let fill: FeatureFill
    if statistic == .stddev {
      fill = .zero
    } else if statistic == .cv || measure.isFilledByMaximum {
      fill = .maximum
    } else {
      fill = measure.isRevenue ? .zero : .none
    }
    return Feature(
      .statistic(measure, statistic),
      name,
      "\(statistic.phrase) of: \(definition)",
      unit: statistic == .cv ? "ratio" : unit,
      nullRule: rules.joined(separator: "; "),
      fill: fill
    )
  }

  private static func feature(_ ratio: FeatureRatio) -> Feature {
    let (measure, statistic) = ratio.numerator
    return Feature(
      .ratio(ratio),
      ratio.rawValue,
      "\(measure.rawValue)_\(statistic.rawValue) / session_recency_max",
      unit: "per day",
      nullRule: "NULL where session_recency_max is 0"
    )
  }

  private static func feature(_ measure: PeriodMeasure, _ term: PeriodTerm) -> Feature {
    let what =
      switch measure {
      case .sessionCount: "sessions"
      case .purchaseCount: "sessions with a purchase"
      case .purchaseRevenue: "sum of VALUE over the purchases of the sessions"
      case .customerValue: "mean over the periods so far of revenue x MARGIN"
      }
    let when: String
    let nullRule: String
    switch term {
    case .lag0: (when, nullRule) = ("last period of 4 weeks", "")
    case .lag1: (when, nullRule) = ("period 1 before the last", "NULL before the first period")
    case .lag2: (when, nullRule) = ("period 2 before the last", "NULL before the first period")
    case .lag3: (when, nullRule) = ("period 3 before the last", "NULL before the first period")
    case .mean3: (when, nullRule) = ("mean of the last 3 periods, or of all if fewer", "")
    }
    let isMoney = measure == .purchaseRevenue || measure == .customerValue
    return Feature(
      .period(measure, term),
      "\(measure.rawValue)_\(term.rawValue)",
      "\(what), \(when)",
      unit: isMoney ? "money" : "sessions",
      nullRule: nullRule,
      fill: .zero
    )
  }

  static func feature(_ target: FeatureTarget) -> Feature {
    let name = target.rawValue
    switch target {
    case .event:
      return Feature(
        .target(target),
        name,
        type: .int,
        "1 where the user has no purchase in the horizon (churned), 0 where one",
        unit: "0 or 1",
        reach: .horizon
      )
    case .revenue:
      return Feature(
        .target(target),
        name,
        "sum of VALUE over the purchases in the horizon",
        unit: "money",
        reach: .horizon
      )
    case .customerValue:
      return Feature(
        .target(target),
        name,
        "revenue up to E x MARGIN / weeks from the log's first event to E x weeks of the horizon",
        unit: "money",
        reach: .upToHorizonEnd
      )
    case .customerValueBefore:
      // The older snapshot's horizon ends at this one's cutoff.
      return Feature(
        .target(target),
        name,
        "target_customer_value of the user's row in the next older snapshot, 0 where there is none",
        unit: "money",
        fill: .zero
      )
    case .returned:
      return Feature(
        .target(target),
        name,
        type: .int,
        "1 where the user has an event in the horizon, 0 where none",
        unit: "0 or 1",
        reach: .horizon
      )
    case .actualProfit:
      return Feature(
        .target(target),
        name,
        "churned x KEEP x (target_customer_value - OFFER) - (1 - churned) x ACCEPT x OFFER",
        unit: "money",
        reach: .upToHorizonEnd
      )
    }
  }
}
