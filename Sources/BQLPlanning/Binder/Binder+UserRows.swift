import BQLColumnar
import BQLStorage
import BQLSyntax

// The rows of users that TRAIN learns from and PREDICT predicts: features at cutoffs, targets behind.
extension Binder {
  private static let defaultHorizon = 4 * Microseconds.perWeek
  /// Snapshots without SNAPSHOTS, at most.
  private static let mostSnapshots = 6

  /// Binds one row a user and cutoff, with features up to it and the target behind it.
  mutating func bindUserRows(
    _ train: TrainStatement,
    _ target: String,
    at range: SourceRange
  ) -> TrainRows? {
    guard let (name, log) = bindLog(train.behavior.from, at: range) else { return nil }
    if target == "high_value" || target == "revenue", log.roles[.value] == nil {
      return fail(
        .missingRole,
        "\(target) needs money, and the log has no VALUE column",
        at: train.target.range,
        hints: ["LOAD 'file.csv' (VALUE column, …)"]
      )
    }
    guard let snapshots = bindCutoffs(train, log, at: range) else { return nil }
    return bindUserRows(train, (name, log), snapshots, at: range)
  }

  /// Binds one row a user for each snapshot; without a horizon's end there are no targets.
  mutating func bindUserRows(
    _ train: TrainStatement,
    _ owner: (name: String, log: EventLog),
    _ snapshots: [FeaturesPlan.Snapshot],
    horizon: Int64 = 0,
    at range: SourceRange
  ) -> TrainRows? {
    let log = owner.log
    guard var behavior = bindBehavior(train.behavior, owner.name, log, at: range),
      let inputs = bindInputs(train.features, log, snapshots, at: range)
    else { return nil }
    behavior.unit = log.roles[.session].map { .session(column: $0) } ?? bindVisit()
    // The log gets the attributes that WHERE names as columns behind its own.
    behavior.log = attributeSlots.attaching(to: log)
    var plan = Self.plan(behavior, snapshots, log)
    let base = FeatureSet.base.features
    plan.columns = base.filter { $0.kind == .user }
    func place(of feature: Feature) -> Int {
      if let place = plan.columns.firstIndex(of: feature) { return place }
      plan.columns.append(feature)
      return plan.columns.count - 1
    }
    func place(_ measure: SessionMeasure, _ statistic: SessionStatistic) -> Int? {
      base.first { $0.kind == .statistic(measure, statistic) }.map { place(of: $0) }
    }
    let features = inputs.features.map { place(of: $0) }
    // Who comes back may be anyone; the other targets are of customers.
    let isOfAnyone = name(of: train.target) == "return"
    let population = isOfAnyone ? nil : place(.purchaseCount, .sum)
    let recency = place(isOfAnyone ? .sessionRecency : .purchaseRecency, .min)
    let step = FeatureSet.customerModel.features.first { $0.kind == .snapshot }
    let reach = snapshots.first.flatMap { first in first.horizonEnd.map { $0 - first.cutoff } }
    var rows = TrainRows(
      plan: .behavior(.features(plan)),
      owner: .users(
        TrainRows.UserRows(
          logName: owner.name,
          cutoffs: snapshots.map(\.cutoff),
          horizon: reach ?? horizon,
          logStart: log.timeRange?.lowerBound ?? 0
        )
      ),
      features: features
    )
    rows.key = 0
    rows.recency = recency
    rows.time = step.map { place(of: $0) }
    if snapshots.first?.horizonEnd != nil {
      rows.label = place(of: FeatureSet.feature(label(of: train.target)))
      rows.revenue = place(of: FeatureSet.feature(.revenue))
    }
    if log.roles[.value] != nil { rows.spent = place(.purchaseRevenue, .sum) }
    rows.plan = .behavior(.features(plan))
    if let population {
      guard let customers = customers(rows.plan, population, at: range) else { return nil }
      rows.plan = customers
    }
    return attach(inputs.attributes, to: rows, at: range)
  }

  /// The features with gaps as they are, and with notes that are left to those who read the rows.
  private static func plan(
    _ behavior: BehaviorPlan,
    _ snapshots: [FeaturesPlan.Snapshot],
    _ log: EventLog
  ) -> FeaturesPlan {
    var plan = FeaturesPlan(
      behavior: behavior,
      set: .customerModel,
      snapshots: snapshots,
      recencyEnd: snapshots.first?.cutoff ?? 0,
      logStart: log.timeRange?.lowerBound ?? 0,
      isFilled: false
    )
    plan.tellsOfRows = false
    return plan
  }

  /// Keeps those who have bought.
  private mutating func customers(
    _ plan: LogicalPlan,
    _ purchases: Int,
    at range: SourceRange
  ) -> LogicalPlan? {
    let column = BoundExpression(.column(purchases), .float, range: range)
    let none = BoundExpression(.literal(.float(0)), .float, range: range)
    return call(">", shown: ">", [column, none], at: range).map { .filter(plan, $0) }
  }

  private func name(of target: Expression) -> String? {
    guard case .column(nil, let name) = target.kind else { return nil }
    return name.name.lowercased()
  }

  private func label(of target: Expression) -> FeatureTarget {
    switch name(of: target) {
    case "high_value", "revenue": return .revenue
    case "return": return .returned
    default: return .event
    }
  }

  /// Puts attributes of users behind the features.
  private mutating func attach(
    _ attributes: [Identifier],
    to rows: TrainRows,
    at range: SourceRange
  ) -> TrainRows? {
    guard !attributes.isEmpty else { return rows }
    guard
      let user = catalog.userLog.flatMap({ log in log.log.roles[.user].map { log.log.schema[$0] } })
    else { return rows }
    var select = SelectStatement()
    select.from = TableReference(
      .table(Identifier(Catalog.usersTable, range: range)),
      range: range
    )
    let names = [Identifier(user.name, isQuoted: true, range: range)] + attributes
    select.items = names.map {
      SelectItem(
        .expression(Expression(.column(qualifier: nil, name: $0), range: $0.range)),
        range: $0.range
      )
    }
    guard let bound = bind(Query(.select(select), range: range)) else { return nil }
    var rows = rows
    let width = rows.plan.schema.count
    let left = BoundExpression(.column(0), user.type, range: range)
    let right = BoundExpression(.column(width), user.type, range: range)
    guard let equal = call("=", shown: "=", [left, right], at: range) else { return nil }
    rows.plan = .join(JoinPlan(rows.plan, .left, LogicalPlan(bound), on: equal, range: range))
    rows.features += attributes.indices.map { width + 1 + $0 }
    return rows
  }

  /// Finds the features that a model may see: columns of sets that end at the cutoff, and attributes
  /// that were computed from nothing behind the oldest cutoff.
  private mutating func bindInputs(
    _ source: FeatureSource?,
    _ log: EventLog,
    _ snapshots: [FeaturesPlan.Snapshot],
    at range: SourceRange
  ) -> (features: [Feature], attributes: [Identifier])? {
    let base = FeatureSet.base.features.filter(UserFeatureSets.isFeature)
    guard let source else { return (base, []) }
    switch source.kind {
    case .named(let name):
      switch name.name.lowercased() {
      case "features", "base", "customer_model": return (base, [])
      case "engagement":
        return (FeatureSet.engagement.features.filter(UserFeatureSets.isFeature), [])
      default:
        return fail(
          .unknownTable,
          "no set of features for a model is called '\(name.name)'",
          at: name.range,
          hints: ["base, engagement, or columns: FEATURES (session_count_month_lag0, country)"]
        )
      }
    case .columns(let items):
      var features: [Feature] = []
      var attributes: [Identifier] = []
      for item in items {
        guard let found = bindInput(item, log, snapshots) else { return nil }
        switch found {
        case .feature(let feature): features.append(feature)
        case .attribute(let name): attributes.append(name)
        }
      }
      return (features, attributes)
    }
  }

  private enum Input {
    case feature(Feature)
    case attribute(Identifier)
  }

  private mutating func bindInput(
    _ item: SelectItem,
    _ log: EventLog,
    _ snapshots: [FeaturesPlan.Snapshot]
  ) -> Input? {
    guard case .expression(let expression) = item.kind,
      case .column(let qualifier, let name) = expression.kind, item.alias == nil
    else {
      return fail(
        .badClause,
        "FEATURES of a log's users are names, found an expression",
        at: item.range,
        hints: ["give it a name first: LET users.x = …, and FEATURES (x)"]
      )
    }
    let all = FeatureSet.customerModel.features + [FeatureSet.feature(.returned)]
    let known = all.first { $0.name == name.name.lowercased() }
    if let known, qualifier == nil || qualifier?.name.lowercased() == UserFeatureSets.features {
      guard known.reach.isKnownAtCutoff else {
        return fail(
          .badClause,
          "'\(known.name)' is known only behind the cutoff (\(known.reach.rawValue)): a model that "
            + "sees it would be told the answer",
          at: item.range,
          hints: ["features end at the cutoff C: DESCRIBE FEATURES base lists them"]
        )
      }
      guard UserFeatureSets.isFeature(known) else {
        return fail(.badClause, "'\(known.name)' says nothing of the user", at: item.range)
      }
      return .feature(known)
    }
    guard let attribute = catalog.attribute(named: name.name) else {
      let names =
        FeatureSet.base.features.filter(UserFeatureSets.isFeature).map(\.name)
        + catalog.attributes.map(\.name)
      let near = NearestNames.nearest(to: name.name, in: names, limit: 3)
      return fail(
        .unknownColumn,
        "unknown feature '\(name.name)'",
        at: item.range,
        hints: near.map { "did you mean '\($0)'?" }
          + ["DESCRIBE FEATURES base lists the features, DESCRIBE users the attributes"]
      )
    }
    if let period = attribute.period, let oldest = snapshots.map(\.cutoff).min(),
      period.upperBound > oldest
    {
      let zone = settings.timeZone
      let shown = { (time: Int64) in ValueText.text(timestamp: time, in: zone) }
      return fail(
        .badClause,
        "'users.\(attribute.name)' was computed from rows up to \(shown(period.upperBound)), and the "
          + "model's oldest cutoff is \(shown(oldest)): it would see what came after",
        at: item.range,
        hints: ["compute it from rows before: LET users.\(attribute.name) = … UNTIL …"]
      )
    }
    return .attribute(name)
  }

  /// Finds the cutoffs, the newest first, with the horizons behind them.
  private mutating func bindCutoffs(
    _ train: TrainStatement,
    _ log: EventLog,
    at range: SourceRange
  ) -> [FeaturesPlan.Snapshot]? {
    var horizon = Self.defaultHorizon
    if let clause = train.horizon {
      guard let span = bindSpan(clause, clause: "HORIZON") else { return nil }
      guard span > 0 else {
        return fail(.badClause, "HORIZON is longer than nothing", at: clause.range)
      }
      horizon = span
    }
    guard let times = log.timeRange else {
      return fail(.badClause, "the log has no rows to learn from", at: range)
    }
    let span = times.upperBound - times.lowerBound
    // Of every cutoff one HORIZON lies behind it, and of history at least one before.
    let fitting = Int(span / horizon) - 1
    let count = train.snapshots?.value ?? min(fitting, Self.mostSnapshots)
    guard count >= 2, count <= fitting else {
      return failShort(train, count, horizon, span, at: range)
    }
    return (1...Int64(count)).map { step in
      let cutoff = times.upperBound - step * horizon
      return FeaturesPlan.Snapshot(
        step: Int(step),
        cutoff: cutoff,
        horizonEnd: cutoff + horizon
      )
    }
  }

  /// Says what span the cutoffs need, and what there is.
  private mutating func failShort(
    _ train: TrainStatement,
    _ count: Int,
    _ horizon: Int64,
    _ span: Int64,
    at range: SourceRange
  ) -> [FeaturesPlan.Snapshot]? {
    let asked = max(count, 2)
    let longest = span / Int64(asked + 1) / Microseconds.perDay
    let days = { (span: Int64) -> String in
      let tenths = span / (Microseconds.perDay / 10)
      return tenths % 10 == 0 ? "\(tenths / 10) days" : "\(tenths / 10).\(tenths % 10) days"
    }
    let what: String
    if let snapshots = train.snapshots, snapshots.value < 2 {
      what = "a model needs 2 cutoffs, one to learn from and one to be judged by"
    } else {
      let (needed, overflow) = horizon.multipliedReportingOverflow(by: Int64(asked) + 1)
      what =
        "\(asked) cutoffs with a HORIZON of \(days(horizon)) behind each and as long before need "
        + (overflow ? "more time than there is" : days(needed)) + ", and the log has \(days(span))"
    }
    return fail(
      .badClause,
      what,
      at: train.horizon?.range ?? train.snapshots?.range ?? range,
      hints: longest >= 1
        ? ["the longest HORIZON that fits is \(longest)d"]
        : ["the log is too short for any HORIZON of whole days: load more of it"]
    )
  }
}
