import BQLSyntax
import BQLTestSupport

extension RandomSyntax {
  mutating func train() -> TrainStatement {
    var statement = TrainStatement(target: target())
    statement.name = maybe { $0.name() }
    statement.behavior.from = maybe { TableReference(.table($0.name()), range: $0.nowhere) }
    statement.behavior.condition = maybe { $0.expression(2) }
    if chance(30) { statement.behavior.unit = choice(.session) }
    statement.firstEvents = maybe { $0.choice(3) }
    statement.horizon = maybe { $0.choice(Duration(microseconds: 2_419_200_000_000)) }
    statement.snapshots = maybe { $0.choice(6) }
    statement.features = maybe { $0.featureSource(1) }
    statement.learner = maybe { $0.learner() }
    statement.split = maybe { $0.split() }
    statement.calibration = maybe { $0.choice($0.pick(CalibrationMethod.allCases)) }
    statement.weights = maybe { $0.choice($0.pick(ClassWeights.allCases)) }
    statement.monotone = some(0...2) {
      MonotoneItem(feature: $0.name(), direction: $0.choice($0.pick([.up, .down])))
    }
    statement.tune = maybe { $0.choice(8) }
    statement.seed = maybe { $0.choice(7) }
    return statement
  }

  /// A name, or a condition: what begins with another sign is no target.
  private mutating func target() -> Expression {
    Expression(.column(qualifier: nil, name: name()), range: nowhere)
  }

  private mutating func learner() -> LearnerClause {
    LearnerClause(
      method: choice(pick(LearnerMethod.allCases)),
      parameters: some(0...2) { .init(name: $0.name(), value: $0.expression(1)) }
    )
  }

  private mutating func split() -> SplitClause {
    if chance(50) {
      return SplitClause(method: choice(.time), time: maybe { $0.expression(1) })
    }
    return SplitClause(
      method: choice(.user),
      percent: maybe { $0.choice($0.pick([20, 12.5])) }
    )
  }

  mutating func modelQuery(_ depth: Int) -> ModelQuery {
    let model = name()
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      var clauses = EvaluateClauses()
      clauses.percent = maybe { $0.choice($0.pick([10, 2.5])) }
      clauses.by = some(0...2) { $0.expression(depth) }
      clauses.part = maybe { $0.choice($0.pick(EvaluateClauses.Part.allCases)) }
      return ModelQuery(model: model, kind: .evaluate(clauses))
    case 1:
      var clauses = ExplainModelClauses()
      clauses.user = maybe { $0.expression(depth) }
      clauses.part = maybe { $0.choice($0.pick(ExplainModelClauses.Part.allCases)) }
      clauses.top = maybe { $0.choice(3) }
      return ModelQuery(model: model, kind: .explain(clauses))
    case 2: return ModelQuery(model: model, kind: .predict(predictClauses(depth)))
    default:
      var clauses = CampaignClauses()
      clauses.offer = maybe { $0.expression(depth) }
      clauses.keep = maybe { $0.offerChance(depth) }
      clauses.accept = maybe { $0.offerChance(depth) }
      clauses.value = maybe { $0.expression(depth) }
      clauses.asOf = maybe { $0.expression(depth) }
      clauses.part = maybe { $0.choice($0.pick(CampaignClauses.Part.allCases)) }
      return ModelQuery(model: model, kind: .campaign(clauses))
    }
  }

  private mutating func predictClauses(_ depth: Int) -> PredictClauses {
    var clauses = PredictClauses()
    clauses.from = maybe { TableReference(.table($0.name()), range: $0.nowhere) }
    clauses.asOf = maybe { $0.expression(depth) }
    clauses.condition = maybe { $0.expression(depth) }
    return clauses
  }

  mutating func modelStatement() -> Statement.Kind {
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      let question = ModelQuery(model: name(), kind: .predict(predictClauses(2)))
      return .attachPrediction(question, as: name())
    case 1:
      return .saveModel(
        SaveModelStatement(
          model: name(),
          into: IntoClause(path: text(), range: nowhere),
          format: maybe { $0.choice($0.pick(ModelFormat.allCases)) }
        )
      )
    case 2:
      var load = LoadModelStatement(path: .init(text: text(), range: nowhere))
      load.name = maybe { $0.name() }
      load.format = maybe { $0.choice($0.pick(ModelFormat.allCases)) }
      return .loadModel(load)
    default: return .dropModel(name())
    }
  }
}
