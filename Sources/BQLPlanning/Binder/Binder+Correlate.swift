import BQLColumnar
import BQLSyntax

extension Binder {
  /// Binds a CORRELATE: the features, then the target, a row a user or a row of the table.
  mutating func bindCorrelate(
    _ correlate: CorrelateStatement,
    at range: SourceRange
  ) -> CorrelatePlan? {
    let clauses = FeatureClauses(
      verb: "CORRELATE",
      source: correlate.source,
      from: correlate.from,
      condition: correlate.condition,
      asOf: correlate.asOf,
      extra: correlate.target,
      range: range,
      needsWorth: false
    )
    guard let rows = bindFeatureQuery(clauses), let target = rows.extra else { return nil }
    let method =
      CorrelatePlan.Method(rawValue: (correlate.method?.value.rawValue ?? "PEARSON").lowercased())
      ?? .pearson
    let schema = rows.plan.schema
    guard schema[target].type.isFeature || method == .mutual && schema[target].type == .text else {
      return fail(
        .typeMismatch,
        "the target is a number or true and false, found \(schema[target].type.rawValue)",
        at: correlate.target.range,
        hints: schema[target].type == .text
          ? ["METHOD mutual takes texts, too", "a condition is 1 or 0: WITH (plan = 'gold')"] : []
      )
    }
    // A set or a table may hold the target itself.
    var features = rows.features
    if rows.isSet, case .column(_, let name) = correlate.target.kind {
      features = features.filter { schema[$0].name.lowercased() != name.name.lowercased() }
    }
    if rows.isSet, case .table = rows.owner {
      features = leavingOutTargets(features, correlate, schema)
    }
    let usable = features.filter { place in
      schema[place].type.isFeature || method == .mutual && schema[place].type == .text
    }
    let others = features.filter { !usable.contains($0) }.map { schema[$0].name }
    if !others.isEmpty {
      note(
        "columns that are no numbers left out: \(others.joined(separator: ", ")); METHOD mutual "
          + "takes texts, too"
      )
    }
    guard !usable.isEmpty else {
      return fail(.missingClause, "CORRELATE found no columns to look at", at: range)
    }
    func item(_ place: Int) -> NamedExpression {
      let column = BoundExpression(.column(place), schema[place].type, range: range)
      return NamedExpression(schema[place].name, column)
    }
    var plan = rows.plan
    // Who never bought has no RFM at all, which is no missing value.
    for condition in [rows.isKept, rows.isSet ? rows.hasBought : nil] {
      guard let condition else { continue }
      plan = .filter(plan, BoundExpression(.column(condition), .bool, range: range))
    }
    return CorrelatePlan(
      input: .project(plan, usable.map(item) + [item(target)]),
      method: method
    )
  }

  /// Leaves the other targets out where one of a table of customers is asked about: they are known no
  /// sooner, and tell of it by their definition.
  private mutating func leavingOutTargets(
    _ features: [Int],
    _ correlate: CorrelateStatement,
    _ schema: Schema
  ) -> [Int] {
    guard case .column(_, let name) = correlate.target.kind,
      UserFeatureSets.targets.contains(name.name.lowercased())
    else { return features }
    let others = features.filter { UserFeatureSets.targets.contains(schema[$0].name.lowercased()) }
    guard !others.isEmpty else { return features }
    let names = others.map { schema[$0].name }.joined(separator: ", ")
    note("left out, as they are of the horizon too: \(names)")
    return features.filter { !others.contains($0) }
  }
}
