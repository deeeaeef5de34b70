import BQLColumnar
import BQLStorage
package import BQLSyntax

extension Binder {
  /// Binds a SEGMENT.
  package mutating func bindSegment(
    _ segment: SegmentStatement,
    at range: SourceRange
  ) -> SegmentPlan? {
    guard let division = bindDivision(segment, at: range) else { return nil }
    var clauses = FeatureClauses(
      verb: "SEGMENT",
      source: segment.source,
      from: segment.from,
      condition: segment.condition,
      asOf: segment.asOf,
      value: segment.value,
      range: range
    )
    switch segment.division {
    case .clusters:
      guard segment.source != nil else {
        return fail(
          .missingClause,
          "SEGMENT needs ON: what users are told apart by",
          at: range,
          hints: ["SEGMENT k=4 ON rfm", "ON (column, …) [FROM table]"]
        )
      }
    case .rules(let rules, let otherwise):
      clauses.extra = choice(rules, otherwise, at: range)
    case .power(_, let value):
      if value != nil, let other = segment.value {
        report(
          Diagnostic(.badClause, "OF says what a row is worth, and so does VALUE", at: other.range)
        )
        return nil
      }
      clauses.value = value ?? segment.value
    }
    guard let rows = bindFeatureQuery(clauses) else { return nil }
    if case .power = division, rows.worth == nil {
      return fail(
        .missingClause,
        "POWER needs what a row is worth",
        at: range,
        hints: ["SEGMENT POWER AT 80% OF column FROM table"]
      )
    }
    if case .quantiles = division, rows.features.count != 1 {
      return fail(
        .badClause,
        "quantiles cut one column, found \(rows.features.count)",
        at: segment.source?.range ?? range,
        hints: ["SEGMENT k=4 ON (monetary) USING quantiles"]
      )
    }
    guard let name = bindSegmentName(segment.name, rows, at: range) else { return nil }
    return plan(segment, division, rows, name)
  }

  private func plan(
    _ segment: SegmentStatement,
    _ division: SegmentPlan.Division,
    _ rows: FeatureQuery,
    _ name: String
  ) -> SegmentPlan {
    let period = Optimizer.optimize(rows.plan).readPeriod
    return SegmentPlan(
      rows: rows,
      division: division,
      scale: segment.scale.flatMap {
        SegmentPlan.Scale(rawValue: $0.value.rawValue.lowercased())
      },
      seed: UInt64(max(segment.seed?.value ?? 1, 0)),
      name: name,
      sources: reads,
      period: union(attributePeriods + [period].compactMap { $0 })
    )
  }

  /// Checks what the clauses say of each other.
  private mutating func bindDivision(
    _ segment: SegmentStatement,
    at range: SourceRange
  ) -> SegmentPlan.Division? {
    let method = segment.method?.value ?? .kmeans
    let starts = segment.starts?.value ?? 10
    var isClustered = false
    if case .clusters = segment.division { isClustered = method != .quantiles }
    let clusterClauses = [
      ("SCALE", segment.scale?.range), ("SEED", segment.seed?.range),
      ("STARTS", segment.starts?.range),
    ]
    for (clause, place) in clusterClauses where !isClustered {
      guard let place else { continue }
      return fail(.badClause, "\(clause) is for clusters: USING kmeans or gmm", at: place)
    }
    if let shape = segment.covariance, method != .gmm || !isClustered {
      return fail(.badClause, "COVARIANCE is for mixtures: USING gmm", at: shape.range)
    }
    if starts > 1_000, let place = segment.starts?.range {
      return fail(.badClause, "STARTS is at most 1000, found \(starts)", at: place)
    }
    switch segment.division {
    case .rules(let rules, let otherwise):
      return bindRules(segment, rules, otherwise)
    case .power(let percent, _):
      guard percent.value > 0, percent.value <= 100 else {
        return fail(.badClause, "the share is above 0% and up to 100%", at: percent.range)
      }
      return refusesMethod(segment) ? nil : .power(share: percent.value / 100)
    case .clusters(let count):
      return bindClusters(count, method, segment, starts: starts)
    }
  }

  private mutating func bindClusters(
    _ count: Choice<BQLSyntax.ClusterCount>,
    _ method: SegmentMethod,
    _ segment: SegmentStatement,
    starts: Int
  ) -> SegmentPlan.Division? {
    let bound: SegmentPlan.ClusterCount
    let largest: Int
    switch count.value {
    case .fixed(let number): (bound, largest) = (.fixed(number), number)
    case .auto(let range):
      (bound, largest) = (.auto(range), range.upperBound)
      if range.lowerBound < 2 {
        return fail(.badClause, "AUTO tries 2 segments and more", at: count.range)
      }
      if method == .quantiles {
        return fail(
          .badClause,
          "quantiles need a number: k=4",
          at: count.range,
          hints: ["AUTO chooses among clusters: USING kmeans or gmm"]
        )
      }
    }
    guard largest <= 1_000 else {
      return fail(.badClause, "at most 1000 segments, found \(largest)", at: count.range)
    }
    switch method {
    case .kmeans: return .kmeans(bound, starts: starts)
    case .gmm:
      return .mixture(bound, isFull: segment.covariance?.value != .diagonal, starts: starts)
    case .quantiles: return .quantiles(largest)
    }
  }

  private mutating func bindRules(
    _ segment: SegmentStatement,
    _ rules: [SegmentRule],
    _ otherwise: Identifier?
  ) -> SegmentPlan.Division? {
    if refusesMethod(segment) { return nil }
    let names = rules.map(\.name) + [otherwise].compactMap { $0 }
    if let taken = names.first(where: { $0.name.uppercased() == SegmentPlan.nobody }) {
      return fail(
        .nameTaken,
        "'\(taken.name)' is the group of users who bought nothing",
        at: taken.range,
        hints: ["give the rule another name"]
      )
    }
    for (index, name) in names.enumerated()
    where names[..<index].contains(where: { $0.name == name.name }) {
      return fail(.nameTaken, "two rules are called '\(name.name)'", at: name.range)
    }
    return .rules(names.map(\.name))
  }

  private mutating func refusesMethod(_ segment: SegmentStatement) -> Bool {
    guard let method = segment.method else { return false }
    report(Diagnostic(.badClause, "USING goes with k = …", at: method.range))
    return true
  }

  /// The name of the first rule that holds.
  private func choice(
    _ rules: [SegmentRule],
    _ otherwise: Identifier?,
    at range: SourceRange
  ) -> Expression {
    func text(_ name: Identifier) -> Expression {
      Expression(.literal(.text(name.name)), range: name.range)
    }
    let branches = rules.map { CaseBranch(condition: $0.condition, result: text($0.name)) }
    return Expression(
      .conditional(operand: nil, branches: branches, otherwise: otherwise.map(text)),
      range: range
    )
  }

  /// Checks the name of the attribute or column that is defined.
  private mutating func bindSegmentName(
    _ name: Identifier?,
    _ rows: FeatureQuery,
    at range: SourceRange
  ) -> String? {
    let name = name ?? Identifier("segment", range: range)
    switch rows.owner {
    case .users(let logName, let log):
      return checkNames([name], of: log, logName) ? name.name : nil
    case .table(let table):
      let isOwn = catalog.segments(ofTable: table).contains {
        $0.name.lowercased() == name.name.lowercased()
      }
      guard isOwn || catalog[table]?.schema.index(named: name.name) == nil else {
        return fail(
          .nameTaken,
          "'\(name.name)' is a column of '\(table)' already",
          at: name.range,
          hints: ["give the segments another name: SEGMENT … AS cluster"]
        )
      }
      return name.name
    }
  }

  /// Binds `SHOW SEGMENT name [part]`.
  mutating func bindShowSegment(_ show: ShowSegmentStatement) -> Relation? {
    guard let segment = catalog.segment(named: show.segment.name) else {
      return fail(
        .unknownTable,
        "unknown segment '\(show.segment.name)'",
        at: show.segment.range,
        hints: catalog.segments.isEmpty
          ? ["SEGMENT k=4 ON rfm defines one"]
          : suggestions(
            for: show.segment.name,
            among: catalog.segments.map(\.name),
            kind: "segments"
          )
      )
    }
    let part = show.part?.value ?? .profile
    guard let relation = segment.relations[part] else {
      let hint =
        part == .selection ? "k=AUTO(2..10) tries several numbers" : "clusters have centres"
      return fail(
        .badClause,
        "'\(segment.name)' has no \(part.rawValue.lowercased())",
        at: show.part?.range ?? show.segment.range,
        hints: [hint]
      )
    }
    for text in segment.notes { note(text) }
    if segment.table == nil, catalog.attribute(named: segment.name)?.values == nil {
      note(
        "'users.\(segment.name)' is gone, or its log was loaded anew: this is what was found before"
      )
    }
    return relation
  }
}
