import BQLColumnar
import BQLSyntax

/// Knows the sets of features that a user has, and which of them clauses name.
struct UserFeatureSets {
  static let rfm = "rfm"
  static let rfmFeatures = ["recency", "frequency", "monetary"]
  /// What else RFM gives, which may be named.
  private static let rfmScores = ["r", "f", "m", "rfm_group"]
  /// The sets that FEATURES computes; `features` means `base`.
  private static let computed = ["base", "engagement", "customer_model"]
  static let names = [rfm, "features"] + computed

  /// Whether anything of RFM is a feature, so that users who never bought are a group apart.
  private(set) var readsRFM = false
  /// Whether RFM is joined at all: its money is what users are worth.
  private(set) var rfmQuery: Query?
  /// The query of FEATURES; nil where none of its columns is named.
  private(set) var features: Query?

  init(_ clauses: FeatureClauses, from: TableReference?, at range: SourceRange) {
    var behavior = BehaviorClauses()
    behavior.from = from
    behavior.condition = clauses.condition
    var rfm = RFMStatement()
    rfm.behavior = behavior
    rfm.asOf = clauses.asOf
    rfmQuery = Query(.rfm(rfm), range: range)
    let named = clauses.expressions.flatMap(\.namedColumns)
    let tables = Set(named.compactMap { $0.qualifier?.name.lowercased() })
    let columns = Set(named.filter { $0.qualifier == nil }.map { $0.name.name.lowercased() })
    let scores = Self.rfmFeatures + Self.rfmScores
    readsRFM = tables.contains(Self.rfm) || !columns.isDisjoint(with: scores)
    var set: String?
    switch clauses.source?.kind {
    case .named(let name)?:
      set = self.set(named: name.name)
      if set == Self.rfm { (set, readsRFM) = (nil, true) }
    case .none: readsRFM = true
    case .columns: break
    }
    _ = set
  }

  /// The set that a name means; nil for none.
  func set(named name: String) -> String? {
    let name = name.lowercased()
    if name == "features" { return "base" }
    return name == Self.rfm || Self.computed.contains(name) ? name : nil
  }

  /// The queries to join, each with its alias and the column that names the user.
  func joined(rfmKey: String, featuresKey: String) -> [(Query, String, String)] {
    var found: [(Query, String, String)] = []
    if let rfmQuery { found.append((rfmQuery, Self.rfm, rfmKey)) }
    if let features { found.append((features, "features", featuresKey)) }
    return found
  }

  /// Whether a column of FEATURES tells of a user, rather than naming it or its future.
  static func isFeature(_ field: Field) -> Bool {
    let name = field.name
    return field.type.isFeature && !name.hasPrefix("target_")
      && !["row_id", "user_id", "user", "time_step"].contains(name)
  }
}
