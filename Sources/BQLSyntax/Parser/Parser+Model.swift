// EVALUATE, EXPLAIN MODEL, PREDICT, CAMPAIGN, SAVE MODEL, LOAD MODEL: what a model can be asked.
extension Parser {
  /// Lists the verbs of questions to a model, but for EXPLAIN MODEL.
  static let modelVerbs: [Keyword] = [.evaluate, .predict, .campaign]

  static let evaluateClauses: [Keyword] = [.top, .by, .show]
  static let explainModelClauses: [Keyword] = [.for, .show, .top]
  static let predictClauses: [Keyword] = [.from, .as, .where]
  static let campaignClauses: [Keyword] = [.offer, .keep, .accept, .value, .as, .show]

  /// Whether `MODEL` stands behind this verb, and what is no name's continuation behind it.
  var startsModel: Bool {
    guard peek().keyword == .model else { return false }
    switch peek(2).kind {
    case .text, .word, .quotedName: return true
    default: return false
    }
  }

  /// Takes `EVALUATE m [TOP 10%] [BY dim, …] [SHOW part]`.
  mutating func parseEvaluate() throws(SyntaxError) -> ModelQuery {
    try expect(.evaluate)
    let model = try parseName("a model")
    var clauses = EvaluateClauses()
    var log = ClauseLog()
    while !startsStatementOnNewLine, let clause = current.keyword,
      Parser.evaluateClauses.contains(clause)
    {
      log.note(clause, at: current.range, in: &self)
      advance()
      switch clause {
      case .top: clauses.percent = try parsePercent()
      case .by: clauses.by = try parseExpressions()
      default: clauses.part = try parseWord(of: EvaluateClauses.Part.self)
      }
    }
    try checkClausesEnd(of: .evaluate, Parser.evaluateClauses)
    return ModelQuery(model: model, kind: .evaluate(clauses))
  }

  /// Takes `EXPLAIN MODEL m [FOR USER 42] [SHOW part] [TOP k]`.
  mutating func parseExplainModel() throws(SyntaxError) -> ModelQuery {
    try expect(.explain)
    try expect(.model)
    let model = try parseName("a model")
    var clauses = ExplainModelClauses()
    var log = ClauseLog()
    while !startsStatementOnNewLine, let clause = current.keyword,
      Parser.explainModelClauses.contains(clause)
    {
      log.note(clause, at: current.range, in: &self)
      advance()
      switch clause {
      case .for:
        try expect(.user)
        clauses.user = try parseExpression()
      case .show: clauses.part = try parseWord(of: ExplainModelClauses.Part.self)
      default: clauses.top = try parseCount("the number of features")
      }
    }
    try checkClausesEnd(of: .model, Parser.explainModelClauses)
    return ModelQuery(model: model, kind: .explain(clauses))
  }

  /// Takes `PREDICT m [FROM table] [AS OF t] [WHERE condition]`.
  mutating func parsePredict() throws(SyntaxError) -> ModelQuery {
    try expect(.predict)
    let model = try parseName("a model")
    var clauses = PredictClauses()
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      if let asOf = try parseAsOf(&log) {
        clauses.asOf = asOf
      } else if at(.from) || at(.where), let clause = current.keyword {
        log.note(clause, at: current.range, in: &self)
        advance()
        if clause == .from {
          clauses.from = try parseTable(allowsBareAlias: false, allowsAlias: false)
        } else {
          clauses.condition = try parseExpression()
        }
      } else {
        break
      }
    }
    if !at(.as) { try checkClausesEnd(of: .predict, Parser.predictClauses) }
    return ModelQuery(model: model, kind: .predict(clauses))
  }

  /// Takes `CAMPAIGN m OFFER x clauses`.
  mutating func parseCampaign() throws(SyntaxError) -> ModelQuery {
    try expect(.campaign)
    let model = try parseName("a model")
    var clauses = CampaignClauses()
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      if let asOf = try parseAsOf(&log) {
        clauses.asOf = asOf
        continue
      }
      guard let clause = current.keyword, clause != .as, Parser.campaignClauses.contains(clause)
      else { break }
      log.note(clause, at: current.range, in: &self)
      advance()
      switch clause {
      case .offer: clauses.offer = try parseExpression()
      case .keep: clauses.keep = try parseOfferChance()
      case .accept: clauses.accept = try parseOfferChance()
      case .value: clauses.value = try parseExpression()
      default: clauses.part = try parseWord(of: CampaignClauses.Part.self)
      }
    }
    try checkClausesEnd(of: .campaign, Parser.campaignClauses)
    return ModelQuery(model: model, kind: .campaign(clauses))
  }

  /// Takes `SAVE MODEL m INTO 'file' [FORMAT format]`.
  mutating func parseSaveModel() throws(SyntaxError) -> SaveModelStatement {
    try expect(.save)
    try expect(.model)
    let model = try parseName("a model")
    let into = try expect(.into)
    let path = try parseText("a file", example: "INTO 'churn.json'")
    let clause = IntoClause(path: path, range: range(from: into))
    let format = accept(.format) == nil ? nil : try parseWord(of: ModelFormat.self)
    return SaveModelStatement(model: model, into: clause, format: format)
  }

  /// Takes `LOAD MODEL 'file' [AS name] [FORMAT format]`.
  mutating func parseLoadModel() throws(SyntaxError) -> LoadModelStatement {
    try expect(.load)
    try expect(.model)
    let text = try parseText("a file", example: "LOAD MODEL 'churn.json'")
    var statement = LoadModelStatement(path: .init(text: text, range: previous.range))
    if accept(.as) != nil { statement.name = try parseName("a model's name") }
    if accept(.format) != nil { statement.format = try parseWord(of: ModelFormat.self) }
    return statement
  }
}
