import BQLColumnar
import BQLModels
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds EVALUATE, EXPLAIN MODEL, PREDICT or CAMPAIGN.
  ///
  /// What is wrong with the model rather than with a clause is told of its name.
  mutating func bindModel(_ question: ModelQuery) -> ModelQuestion? {
    guard let model = lookUpModel(question.model) else { return nil }
    let range = question.model.range
    switch question.kind {
    case .evaluate(let clauses): return bindEvaluate(clauses, model, at: range)
    case .explain(let clauses): return bindExplain(clauses, model, at: range)
    case .predict(let clauses):
      guard let rows = bindPredicted(clauses, model, at: range) else { return nil }
      return ModelQuestion(kind: .predict, model: model, input: rows.plan, rows: rows)
    case .campaign(let clauses): return bindCampaign(clauses, model, at: range)
    }
  }

  /// Finds a model by its name.
  mutating func lookUpModel(_ name: Identifier) -> ModelEntry? {
    if let model = catalog.model(named: name.name) { return model }
    return fail(
      .unknownTable,
      "unknown model '\(name.name)'",
      at: name.range,
      hints: catalog.models.isEmpty
        ? ["TRAIN churn makes one"]
        : suggestions(for: name.name, among: catalog.models.map(\.name), kind: "models")
    )
  }

  private mutating func needHoldout(
    _ model: ModelEntry,
    _ verb: String,
    at range: SourceRange
  ) -> ModelHoldout? {
    if let source = catalog.outdatedSource(of: model) {
      return fail(
        .staleAttribute,
        "'\(model.name)' was trained on an older state of '\(source)', and so are the rows that "
          + "\(verb) would look at",
        at: range,
        label: "'\(source)' was loaded, defined or dropped since",
        hints: ["train it again: \(model.definition);"]
      )
    }
    if let holdout = model.holdout { return holdout }
    return fail(
      .badClause,
      "'\(model.name)' was loaded from a file, which has no rows that \(verb) could look at",
      at: range,
      hints: ["PREDICT \(model.name) works; TRAIN makes a model that can be judged"]
    )
  }

  private mutating func bindEvaluate(
    _ clauses: EvaluateClauses,
    _ model: ModelEntry,
    at range: SourceRange
  ) -> ModelQuestion? {
    guard let holdout = needHoldout(model, "EVALUATE", at: range) else { return nil }
    let part = Evaluation.Part(
      rawValue: clauses.part?.value.rawValue.lowercased() ?? "measures"
    )
    if let place = clauses.part, part != .measures, !model.model.isClassifier {
      return fail(
        .badClause,
        "\(place.value.rawValue) is of probabilities, and '\(model.name)' predicts a number",
        at: place.range
      )
    }
    if let percent = clauses.percent {
      guard percent.value > 0, percent.value <= 100 else {
        return fail(.badClause, "the share is above 0% and up to 100%", at: percent.range)
      }
      guard model.model.isClassifier, part == .measures else {
        return fail(.badClause, "TOP is for the measures of a probability", at: percent.range)
      }
    }
    var input = LogicalPlan.values(Relation(schema: Schema([]), rows: []))
    var dimensions: [Field] = []
    if !clauses.by.isEmpty {
      guard case .users(let users)? = model.owner, holdout.keys != nil else {
        return fail(
          .badClause,
          "BY takes attributes of users, and '\(model.name)' was not trained on users of a log",
          at: clauses.by[0].range
        )
      }
      guard let groups = bindGroups(clauses.by, users.logName, at: range) else { return nil }
      input = groups
      dimensions = Array(groups.schema.fields.dropFirst())
    }
    return ModelQuestion(
      kind: .evaluate(
        Evaluation(
          part: part ?? .measures,
          top: clauses.percent.map { $0.value / 100 },
          dimensions: dimensions
        )
      ),
      model: model,
      input: input
    )
  }

  /// Binds the users with the dimensions of BY.
  private mutating func bindGroups(
    _ by: [Expression],
    _ logName: String,
    at range: SourceRange
  ) -> LogicalPlan? {
    guard case .log(let log)? = catalog[logName], let user = log.roles[.user] else {
      return fail(.unknownTable, "the log '\(logName)' is gone", at: range)
    }
    var select = SelectStatement()
    select.from = TableReference(
      .table(Identifier(Catalog.usersTable, range: range)),
      range: range
    )
    select.items = [Self.item(log.schema[user].name, of: nil, at: range)]
    select.items += by.map { SelectItem(.expression($0), range: $0.range) }
    return bind(Query(.select(select), range: range)).map(LogicalPlan.init)
  }

  private mutating func bindExplain(
    _ clauses: ExplainModelClauses,
    _ model: ModelEntry,
    at range: SourceRange
  ) -> ModelQuestion? {
    guard let user = clauses.user else {
      guard needHoldout(model, "EXPLAIN MODEL", at: range) != nil else { return nil }
      let part =
        Explanation.Part(rawValue: clauses.part?.value.rawValue.lowercased() ?? "importance")
        ?? .importance
      let shown = part == .dependence ? 3 : 15
      return ModelQuestion(
        kind: .explain(Explanation(part: part, top: clauses.top?.value ?? shown)),
        model: model,
        input: .values(Relation(schema: Schema([]), rows: []))
      )
    }
    if let part = clauses.part {
      return fail(
        .badClause,
        "FOR USER tells what speaks for and against one user: it has no SHOW",
        at: part.range
      )
    }
    guard var rows = bindPredicted(PredictClauses(), model, at: range) else { return nil }
    guard let key = rows.key else {
      return fail(
        .badClause,
        "the rows that '\(model.name)' predicts have no key that FOR USER could name",
        at: user.range,
        hints: ["LOAD … AS TABLE name KEY column gives a table's rows one"]
      )
    }
    let type = rows.plan.schema[key].type
    let context = ExpressionContext(scope: Scope(columns: []), clause: "FOR USER", grouping: nil)
    guard let value = bind(user, context) else { return nil }
    guard let wanted = coerce(value, to: type) else {
      return fail(
        .typeMismatch,
        "'\(rows.plan.schema[key].name)' is \(type.rawValue), and \(text(of: user.range)) is not",
        at: user.range
      )
    }
    let column = BoundExpression(.column(key), type, range: user.range)
    guard let same = call("=", shown: "=", [column, wanted], at: user.range) else { return nil }
    rows.plan = .filter(rows.plan, same)
    return ModelQuestion(
      kind: .explainRow(top: clauses.top?.value ?? 5, shown: text(of: user.range)),
      model: model,
      input: rows.plan,
      rows: rows
    )
  }

  private mutating func bindCampaign(
    _ clauses: CampaignClauses,
    _ model: ModelEntry,
    at range: SourceRange
  ) -> ModelQuestion? {
    guard let cost = clauses.offer else {
      return fail(
        .missingClause,
        "CAMPAIGN needs OFFER: what the offer costs",
        at: range,
        hints: ["CAMPAIGN \(model.name) OFFER 20"]
      )
    }
    guard model.model.isClassifier, case .users? = model.owner, model.targetName == "churn" else {
      return fail(
        .badClause,
        "a campaign keeps customers who would leave: it needs a model of churn",
        at: range,
        hints: ["TRAIN churn; CAMPAIGN churn OFFER 20"]
      )
    }
    var offer = CampaignOffer(cost: 0)
    guard let amount = bindNumber(cost, "OFFER", in: 0...1e12, "an amount of at least 0"),
      let keep = bindChance(clauses.keep, "KEEP", .keep),
      let accept = bindChance(clauses.accept, "ACCEPT", .accept)
    else { return nil }
    (offer.cost, offer.keep, offer.accept) = (amount, keep, accept)
    var predicted = PredictClauses()
    predicted.asOf = clauses.asOf
    guard var rows = bindPredicted(predicted, model, at: range) else { return nil }
    if let value = clauses.value {
      guard let worth = bindWorth(value, rows, at: range) else { return nil }
      rows = worth
    } else if rows.spent == nil {
      return fail(
        .missingRole,
        "nothing tells what customers are worth: the log has no VALUE column",
        at: range,
        hints: ["VALUE says it: CAMPAIGN \(model.name) OFFER 20 VALUE users.worth"]
      )
    }
    let part =
      CampaignOrder.Part(rawValue: clauses.part?.value.rawValue.lowercased() ?? "users") ?? .users
    var model = model
    if part == .summary, model.holdout != nil, catalog.outdatedSource(of: model) != nil {
      note("no figures of the test rows: they are of that older state")
      model.holdout = nil
    }
    return ModelQuestion(
      kind: .campaign(CampaignOrder(part: part, offer: offer)),
      model: model,
      input: rows.plan,
      rows: rows
    )
  }

  private mutating func bindChance(
    _ chance: OfferChance?,
    _ clause: String,
    _ usual: CampaignChance
  ) -> CampaignChance? {
    switch chance {
    case nil: return usual
    case .share(let share):
      return bindNumber(share, clause, in: 0...1, "a share from 0 to 1").map { .fixed($0) }
    case .beta(let a, let b):
      let limits = Double.leastNormalMagnitude...1e12
      guard let a = bindNumber(a, "BETA", in: limits, "a number above 0"),
        let b = bindNumber(b, "BETA", in: limits, "a number above 0")
      else { return nil }
      return .beta(a, b)
    }
  }

  /// Puts what users are worth, an expression over their attributes, behind the rows.
  private mutating func bindWorth(
    _ value: Expression,
    _ rows: TrainRows,
    at range: SourceRange
  ) -> TrainRows? {
    guard case .users(let users) = rows.owner,
      let groups = bindGroups([value], users.logName, at: range), let key = rows.key
    else { return nil }
    guard groups.schema[1].type.isNumeric else {
      return fail(
        .typeMismatch,
        "VALUE is a number, found \(groups.schema[1].type.rawValue)",
        at: value.range
      )
    }
    let width = rows.plan.schema.count
    let left = BoundExpression(.column(key), rows.plan.schema[key].type, range: range)
    let right = BoundExpression(.column(width), groups.schema[0].type, range: range)
    guard let equal = call("=", shown: "=", [left, right], at: range) else { return nil }
    var rows = rows
    rows.plan = .join(JoinPlan(rows.plan, .left, groups, on: equal, range: range))
    rows.worth = width + 1
    return rows
  }

  /// What SHOW MODELS returns.
  var modelTable: Relation {
    let schema = Schema(
      ["model", "target", "learner", "split"].map { Field($0, .text) }
        + ["features", "train_rows", "test_rows", "seed"].map { Field($0, .int) }
        + ["monotone", "fingerprint", "version", "definition"].map { Field($0, .text) }
    )
    let rows = catalog.models.map { model -> [Value] in
      [
        .text(model.name), .text(model.targetName), .text(model.card.learner),
        .text(model.card.split), .int(Int64(model.model.features.count)),
        .int(Int64(model.card.trainRows)), .int(Int64(model.card.testRows)),
        .int(Int64(truncatingIfNeeded: model.card.seed)),
        model.card.monotone.isEmpty
          ? .null : .text(model.card.monotone.joined(separator: ", ")),
        .text(model.card.fingerprint),
        .text(model.card.version), .text(model.definition),
      ]
    }
    return Relation(schema: schema, rows: rows)
  }
}
