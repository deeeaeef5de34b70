// TRAIN: a model of what customers will do.
extension Parser {
  static let trainClauses: [Keyword] = [
    .as, .from, .where, .per, .after, .horizon, .snapshots, .features, .using, .split, .calibrate,
    .weights, .monotone, .tune, .seed,
  ]

  /// Takes `TRAIN target clauses`.
  mutating func parseTrain() throws(SyntaxError) -> TrainStatement {
    try expect(.train)
    guard current.isName || at(.leftParenthesis) else {
      throw unexpected(
        "a target",
        hints: ["churn, high_value, conversion, revenue, return, or a column: TRAIN plan FROM t"]
      )
    }
    var statement = TrainStatement(target: try parseExpression())
    var log = ClauseLog()
    while try parseTrainClause(&statement, &log) {}
    try checkClausesEnd(of: .train, Parser.trainClauses)
    return statement
  }

  private mutating func parseTrainClause(
    _ statement: inout TrainStatement,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    if startsStatementOnNewLine { return false }
    guard let clause = current.keyword, Parser.trainClauses.contains(clause) else { return false }
    if clause == .as, peek().keyword == .of {
      throw unexpected(
        "a clause of TRAIN",
        hints: ["TRAIN looks back from the log's end; UNTIL of LOAD … WHERE shortens a log"]
      )
    }
    if [.where, .per].contains(clause) {
      return try parseBehaviorClause(&statement.behavior, &log)
    }
    log.note(clause, at: current.range, in: &self)
    advance()
    switch clause {
    case .as: statement.name = try parseName("a model's name")
    case .from:
      statement.behavior.from = try parseTable(allowsBareAlias: false, allowsAlias: false)
    case .after:
      statement.firstEvents = try parseCount("the number of events")
      try expect(.events)
    case .horizon: statement.horizon = try parseDuration()
    case .snapshots: statement.snapshots = try parseCount("the number of snapshots")
    case .features: statement.features = try parseFeatureSource()
    case .using: statement.learner = try parseLearner()
    case .split: statement.split = try parseSplit()
    case .calibrate: statement.calibration = try parseCalibration()
    case .weights: statement.weights = try parseWord(of: ClassWeights.self)
    case .monotone: statement.monotone = try parseMonotone()
    case .tune: statement.tune = try parseCount("the number of settings to try")
    default: statement.seed = try parseSeed()
    }
    return true
  }

  /// Takes `gbdt` or `logistic`, with `(name = value, …)`.
  private mutating func parseLearner() throws(SyntaxError) -> LearnerClause {
    let method = try parseWord(of: LearnerMethod.self)
    guard let open = accept(.leftParenthesis) else {
      return LearnerClause(method: method, parameters: [])
    }
    let parameters = try list { (parser: inout Parser) throws(SyntaxError) in
      let name = try parser.parseName("a parameter's name")
      try parser.expectEqual()
      return LearnerClause.Parameter(name: name, value: try parser.parseExpression())
    }
    try close(.rightParenthesis, opened: open)
    return LearnerClause(method: method, parameters: parameters)
  }

  /// Takes `TIME [ON expression]` or `USER [25%]`.
  private mutating func parseSplit() throws(SyntaxError) -> SplitClause {
    let method = try parseWord(of: SplitMethod.self)
    switch method.value {
    case .time:
      let time = accept(.on) == nil ? nil : try parseExpression()
      return SplitClause(method: method, time: time)
    case .user:
      switch current.kind {
      case .int, .number: return SplitClause(method: method, percent: try parsePercent())
      default: return SplitClause(method: method)
      }
    }
  }

  /// Takes `feature UP|DOWN, …`.
  private mutating func parseMonotone() throws(SyntaxError) -> [MonotoneItem] {
    try list { (parser: inout Parser) throws(SyntaxError) in
      let feature = try parser.parseName("a feature")
      return MonotoneItem(
        feature: feature,
        direction: try parser.parseWord(of: MonotoneItem.Direction.self)
      )
    }
  }

  /// Takes `[ISOTONIC|PLATT]` behind CALIBRATE.
  private mutating func parseCalibration() throws(SyntaxError) -> Choice<CalibrationMethod> {
    guard at(.isotonic) || at(.platt) else { return Choice(.isotonic, range: previous.range) }
    return try parseWord(of: CalibrationMethod.self)
  }
}
