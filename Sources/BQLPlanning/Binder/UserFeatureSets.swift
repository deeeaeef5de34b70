import BQLColumnar
import BQLSyntax

/// Knows the sets of features that users have, and which of them SEGMENT or CORRELATE names.
struct UserFeatureSets {
  static let rfm = "rfm"
  /// What `ON rfm` means; the other columns of RFM follow from these.
  static let rfmFeatures = ["recency", "frequency", "monetary"]
  static let features = "features"
  static let names = [rfm, features] + FeatureSet.allCases.map(\.rawValue).filter { $0 != rfm }

  /// Whether anything of RFM is named, so that users who never bought are a group apart.
  let namesRFM: Bool
  /// RFM, whose money is what users are worth; nil where nothing of it is asked for.
  private(set) var rfmQuery: Query?
  /// FEATURES; nil where none of its columns is named.
  let featuresQuery: Query?

  init(_ clauses: FeatureClauses, from: TableReference?) {
    var behavior = BehaviorClauses()
    behavior.from = from
    behavior.condition = clauses.condition
    var rfm = RFMStatement()
    rfm.behavior = behavior
    rfm.asOf = clauses.asOf

    let named = clauses.expressions.flatMap(\.namedColumns)
    let tables = Set(named.compactMap { $0.qualifier?.name.lowercased() })
    let columns = Set(named.filter { $0.qualifier == nil }.map { $0.name.name.lowercased() })
    let ofRFM = RFMPlan.Column.allCases.map(\.rawValue).filter { $0 != "user" }
    var isRFM = tables.contains(Self.rfm) || !columns.isDisjoint(with: ofRFM)
    var set: String?
    switch clauses.source?.kind {
    case .named(let name)?: set = Self.set(named: name.name)
    // Rules stand alone: who bought nothing may follow them as well.
    case .none: isRFM = isRFM || clauses.extra == nil
    case .columns: break
    }
    if set == Self.rfm { (set, isRFM) = (nil, true) }
    if set == nil {
      // The smallest set that has what is named.
      let others = columns.subtracting(ofRFM)
      let isNamed = tables.contains(Self.features)
      for candidate in [FeatureSet.base, .customerModel] where set == nil {
        let own = Set(candidate.features.filter(Self.isFeature).map(\.name))
        let targets = Set(candidate.features.map(\.name))
        let found = candidate == .base ? own : targets
        if !others.isDisjoint(with: found) || isNamed { set = candidate.rawValue }
      }
    } else if !columns.isDisjoint(with: Self.targets) {
      set = FeatureSet.customerModel.rawValue
    }
    namesRFM = isRFM
    rfmQuery = isRFM || clauses.needsWorth ? Query(.rfm(rfm), range: clauses.range) : nil
    featuresQuery = set.map { set in
      var features = FeaturesStatement()
      features.behavior = behavior
      features.asOf = clauses.asOf
      features.using = Identifier(set, range: clauses.range)
      return Query(.features(features), range: clauses.range)
    }
  }

  /// Makes RFM look no further than to an instant, it included.
  mutating func limitRFM(to instant: Int64, in zone: TimeZone) {
    guard let query = rfmQuery, case .rfm(var rfm) = query.kind else { return }
    let next = instant.addingReportingOverflow(1).partialValue
    let text = ValueText.text(timestamp: next, in: zone)
    rfm.asOf = Expression(.literal(.timestamp(text)), range: query.range)
    rfmQuery = Query(.rfm(rfm), range: query.range)
  }

  /// What only the customer model has.
  static let targets = FeatureSet.customerModel.features.filter { feature in
    if case .target = feature.kind { true } else { false }
  }.map(\.name)

  /// The set that a name means, `features` being `base`; nil for none.
  static func set(named name: String) -> String? {
    let name = name.lowercased()
    if name == features { return FeatureSet.base.rawValue }
    return FeatureSet(rawValue: name)?.rawValue
  }

  /// The queries to join, each with its alias and the column that names the user.
  var joined: [(query: Query, alias: String, key: String)] {
    (rfmQuery.map { [($0, Self.rfm, "user")] } ?? [])
      + (featuresQuery.map { [($0, Self.features, "user_id")] } ?? [])
  }

  /// Whether a column of FEATURES tells of a user, rather than naming it or its future.
  static func isFeature(_ feature: Feature) -> Bool {
    switch feature.kind {
    case .statistic, .ratio, .period, .customer: true
    case .user, .row, .target, .snapshot: false
    }
  }
}
