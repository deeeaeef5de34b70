import BQLColumnar
import BQLModels
import BQLStorage
import BQLSyntax

// The rows that a model is to predict.
extension Binder {
  /// Binds the rows that a model is to predict: by its own TRAIN, where it has one.
  ///
  /// What is wrong with that TRAIN by now, such as an attribute that was dropped, is told of the place
  /// that asks the model.
  mutating func bindPredicted(
    _ clauses: PredictClauses,
    _ model: ModelEntry,
    at range: SourceRange
  ) -> TrainRows? {
    let before = diagnostics.count
    if model.statement != nil { quoted = QuotedStatement(model.definition, behind: source) }
    defer { quoted = nil }
    let start = quoted?.start ?? Int.max
    let rows = bindPredictedRows(clauses, model, at: range)
    revise(from: before) { found in
      if found.range.start < start { return found }
      return Diagnostic(
        found.code,
        "'\(model.name)' cannot be asked: \(found.message)",
        at: range,
        label: found.label,
        hints: ["train it again: \(model.definition)"] + found.hints,
        severity: found.severity
      )
    }
    guard let rows, checkFeatures(of: model, rows, at: range) else { return nil }
    if let source = catalog.outdatedSource(of: model) {
      note(
        "'\(model.name)' was trained on an older state of '\(source)'; the rows are as they are now"
      )
    }
    return rows
  }

  /// Refuses rows whose features are of other types than those that the model has learnt from.
  private mutating func checkFeatures(
    of model: ModelEntry,
    _ rows: TrainRows,
    at range: SourceRange
  ) -> Bool {
    let features = model.model.features
    guard rows.features.count == features.count else {
      report(
        Diagnostic(
          .badClause,
          "'\(model.name)' goes by \(features.count) features, and there are "
            + "\(rows.features.count)",
          at: range,
          hints: ["train it again: \(model.definition)"]
        )
      )
      return false
    }
    for (place, feature) in zip(rows.features, features) {
      let type = rows.plan.schema[place].type
      let isText = model.owner != nil && feature.kind == .category
      if (type == .text) == isText { continue }
      report(
        Diagnostic(
          .typeMismatch,
          "'\(model.name)' goes by '\(feature.name)' as a \(isText ? "text" : "number"), and it is "
            + "\(type.rawValue) now",
          at: range,
          hints: [
            model.statement == nil
              ? "give the column that type: SELECT … AS \(feature.name)"
              : "train it again: \(model.definition)"
          ]
        )
      )
      return false
    }
    return true
  }

  private mutating func bindPredictedRows(
    _ clauses: PredictClauses,
    _ model: ModelEntry,
    at range: SourceRange
  ) -> TrainRows? {
    guard var train = quoted?.statement ?? model.statement else {
      guard case .table(let table)? = clauses.from?.kind, case .relation? = catalog[table.name]
      else {
        return fail(
          .missingClause,
          "'\(model.name)' was loaded from a file: say which table it predicts",
          at: clauses.from?.range ?? range,
          hints: ["PREDICT \(model.name) FROM table"]
        )
      }
      return bindPredictedTable(TrainStatement(target: Self.nothing), table, clauses, model, range)
    }
    if let from = clauses.from { train.behavior.from = from }
    if let condition = clauses.condition { train.behavior.condition = condition }
    switch model.owner {
    case .table:
      guard case .table(let table)? = train.behavior.from?.kind else {
        return fail(.badClause, "FROM names a plain table", at: clauses.from?.range ?? range)
      }
      guard lookUp(table) != nil else { return nil }
      if let asOf = clauses.asOf {
        return fail(.badClause, "AS OF is for models of a log's users", at: asOf.range)
      }
      return bindPredictedTable(train, table, clauses, model, range)
    case .sessions:
      if let asOf = clauses.asOf {
        return fail(.badClause, "AS OF is for models of a log's users", at: asOf.range)
      }
      guard var rows = bindSessionRows(train, isLabelled: false, at: range) else { return nil }
      rows.label = nil
      return rows
    case .users(let users):
      return bindPredictedUsers(train, clauses, users.horizon, at: range)
    case .none: return nil
    }
  }

  private static let nothing = Expression(.literal(.null), range: SourceRange(0, 0))

  /// Binds users with their features up to now, or to AS OF.
  private mutating func bindPredictedUsers(
    _ train: TrainStatement,
    _ clauses: PredictClauses,
    _ horizon: Int64,
    at range: SourceRange
  ) -> TrainRows? {
    guard let owner = bindLog(train.behavior.from, at: range),
      let asOf = bindInstant(clauses.asOf, clause: "AS OF"),
      let times = owner.log.timeRange
    else {
      if !hasErrors { return fail(.badClause, "the log has no rows to predict", at: range) }
      return nil
    }
    // AS OF t reads the rows before t, as everywhere; a cutoff is the last instant read.
    let cutoff = asOf.value.map { $0 - 1 } ?? times.upperBound
    note("features up to \(ValueText.text(timestamp: cutoff, in: settings.timeZone))")
    return bindUserRows(
      train,
      owner,
      [FeaturesPlan.Snapshot(step: 0, cutoff: cutoff)],
      horizon: horizon,
      at: range
    )
  }

  /// Binds the model's features by name.
  private mutating func bindPredictedTable(
    _ train: TrainStatement,
    _ table: Identifier,
    _ clauses: PredictClauses,
    _ model: ModelEntry,
    _ range: SourceRange
  ) -> TrainRows? {
    var train = train
    train.behavior.condition = clauses.condition
    if train.features == nil || model.statement == nil {
      guard case .relation(let relation, _)? = catalog[table.name] else {
        return fail(.badClause, "FROM names a plain table", at: table.range)
      }
      let missing = model.model.features.map(\.name).filter {
        relation.schema.index(named: $0) == nil
      }
      guard missing.isEmpty else {
        let shown = missing.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        return fail(
          .unknownColumn,
          "'\(table.name)' lacks \(shown)\(missing.count > 5 ? " and more" : ""), which "
            + "'\(model.name)' goes by",
          at: table.range
        )
      }
      train.features = FeatureSource(
        .columns(model.model.features.map { Self.item($0.name, of: nil, at: table.range) }),
        range: table.range
      )
    }
    return bindTableRows(train, table, label: nil, time: nil, at: range)
  }
}
