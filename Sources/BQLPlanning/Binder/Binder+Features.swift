import BQLColumnar
import BQLFunctions
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds a FEATURES against its log.
  mutating func bindFeatures(
    _ features: FeaturesStatement,
    at range: SourceRange
  ) -> FeaturesPlan? {
    guard let (name, log) = bindLog(features.behavior.from, at: range) else { return nil }
    let set = bindFeatureSet(features.using)
    let behavior = bindBehavior(features.behavior, name, log, at: range)
    let asOf = bindInstant(features.asOf, clause: "AS OF")
    let campaign = bindCampaign(features)
    guard let set, var behavior, let asOf, let campaign, checkFeatures(features, of: set),
      let snapshots = bindSnapshots(features, set, log, asOf: asOf.value, at: range)
    else { return nil }
    // RFM counts orders, which need no sessions.
    if set != .rfm || features.minimumPurchases != nil {
      let column = log.roles[.session]
      behavior.unit = column.map { .session(column: $0) } ?? bindVisit()
    }
    noteMissing(log)
    if set == .customerModel {
      note(
        "the \(FeatureSet.missingFactorCount) latent factors of the published customer model are "
          + "not implemented yet: these are its other \(set.features.count) columns"
      )
    }
    let lastTime = log.timeRange?.upperBound ?? 0
    return FeaturesPlan(
      behavior: behavior,
      set: set,
      snapshots: snapshots,
      recencyEnd: asOf.value ?? lastTime.addingReportingOverflow(Microseconds.perDay).partialValue,
      logStart: log.timeRange?.lowerBound ?? 0,
      campaign: campaign,
      minimumPurchases: features.minimumPurchases?.value ?? 0,
      isFilled: features.gaps?.value != .unfilled
    )
  }

  /// Binds DESCRIBE FEATURES: the data dictionary of a set.
  mutating func bindFeatureDictionary(_ name: Identifier) -> Relation? {
    guard let set = bindFeatureSet(name) else { return nil }
    if set == .customerModel {
      note(
        "the \(FeatureSet.missingFactorCount) latent factors of the published customer model, "
          + "view_latent_factor0 … 40 and purchase_latent_factor0 … 17, are not implemented yet"
      )
    }
    note("C is a snapshot's cutoff, E the end of its horizon")
    return set.dictionary
  }

  private mutating func bindFeatureSet(_ name: Identifier?) -> FeatureSet? {
    guard let name else { return .base }
    if let set = FeatureSet(rawValue: name.name.lowercased()) { return set }
    let names = FeatureSet.allCases.map(\.rawValue)
    return fail(
      .badClause,
      "unknown set of features '\(name.name)'",
      at: name.range,
      hints: suggestions(for: name.name, among: names, kind: "sets")
    )
  }

  /// Checks that the clauses belong to the set.
  private mutating func checkFeatures(_ features: FeaturesStatement, of set: FeatureSet) -> Bool {
    var isSound = true
    func refuse(_ clause: String, _ why: String, at range: SourceRange?, in binder: inout Binder) {
      guard let range else { return }
      isSound = false
      binder.report(
        Diagnostic(.badClause, "\(clause) \(why)", at: range, hints: ["USING customer_model"])
      )
    }
    if set != .customerModel {
      refuse(
        "SNAPSHOTS",
        "gives rows of several times, which customer_model alone tells apart",
        at: features.snapshots?.range,
        in: &self
      )
      refuse(
        "HORIZON",
        "is where targets lie, which customer_model alone has",
        at: features.horizon?.range,
        in: &self
      )
      let paying = "says what an offer brings, a target that customer_model alone has"
      refuse("OFFER", paying, at: features.offer?.range, in: &self)
      refuse("KEEP", paying, at: features.keep?.range, in: &self)
      refuse("ACCEPT", paying, at: features.accept?.range, in: &self)
    }
    if set == .rfm || set == .engagement {
      refuse(
        "MARGIN",
        "makes profit of revenue, and \(set.rawValue) has none",
        at: features.margin?.range,
        in: &self
      )
    }
    return isSound
  }

  private mutating func bindCampaign(_ features: FeaturesStatement) -> FeaturesPlan.Campaign? {
    var campaign = FeaturesPlan.Campaign()
    var isSound = true
    func share(_ chance: OfferChance, _ clause: String, in binder: inout Binder) -> Double? {
      switch chance {
      case .share(let share):
        return binder.bindNumber(share, clause, in: 0...1, "a share from 0 to 1")
      case .beta(let a, let b):
        let limits = Double.leastNormalMagnitude...1e12
        guard let a = binder.bindNumber(a, "BETA", in: limits, "a number above 0"),
          let b = binder.bindNumber(b, "BETA", in: limits, "a number above 0")
        else { return nil }
        return a / (a + b)
      }
    }
    func take(_ number: Double?, _ set: (Double) -> Void) {
      if let number { set(number) } else { isSound = false }
    }
    if let margin = features.margin {
      let number = bindNumber(margin, "MARGIN", in: 0...1, "a share from 0 to 1")
      take(number) { campaign.margin = $0 }
    }
    if let offer = features.offer {
      let number = bindNumber(offer, "OFFER", in: 0...1e12, "an amount of at least 0")
      take(number) { campaign.offer = $0 }
    }
    if let keep = features.keep {
      take(share(keep, "KEEP", in: &self)) { campaign.keep = $0 }
    }
    if let accept = features.accept {
      take(share(accept, "ACCEPT", in: &self)) { campaign.accept = $0 }
    }
    return isSound ? campaign : nil
  }

  /// Resolves a number that does not depend on rows.
  mutating func bindNumber(
    _ expression: Expression,
    _ clause: String,
    in limits: ClosedRange<Double>,
    _ what: String
  ) -> Double? {
    let context = ExpressionContext(scope: Scope(columns: []), clause: clause, grouping: nil)
    guard let bound = bind(expression, context) else { return nil }
    guard bound.type.isNumeric,
      case .float(let number)? = coerce(bound, to: .float)?.folded.literal,
      limits.contains(number)
    else {
      return fail(.badClause, "\(clause) takes \(what)", at: expression.range)
    }
    return number
  }

  /// Says which of the counted events, and whether money, the log does not have.
  private mutating func noteMissing(_ log: EventLog) {
    if log.roles[.event] == nil {
      note("the log has no EVENT column: every row is a purchase")
    } else {
      let missing = ["view", "cart", "purchase"].filter { name in
        !log.events.contains { $0.name == name }
      }
      if !missing.isEmpty {
        let names = missing.map { "'\($0)'" }.joined(separator: ", ")
        note("the log has no event \(names): counts of it are 0")
      }
    }
    if log.roles[.value] == nil { note("the log has no VALUE column: there is no revenue") }
  }
}
