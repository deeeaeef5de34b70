// SEGMENT, ASSIGN, SHOW SEGMENT and CORRELATE: groups of users, and which columns tell of what.
extension Parser {
  static let segmentClauses: [Keyword] = [
    .on, .using, .scale, .covariance, .seed, .starts, .value, .as, .from, .where,
  ]
  static let assignClauses: [Keyword] = [.from, .as]
  static let correlateClauses: [Keyword] = [.with, .method, .from, .where, .as]

  /// Takes `SEGMENT …`.
  mutating func parseSegment() throws(SyntaxError) -> SegmentStatement {
    try expect(.segment)
    var statement = SegmentStatement(try parseDivision())
    var log = ClauseLog()
    while try parseSegmentClause(&statement, &log) {}
    try checkClausesEnd(of: .segment, Parser.segmentClauses)
    return statement
  }

  private mutating func parseDivision() throws(SyntaxError) -> SegmentStatement.Division {
    if accept(.rules) != nil { return try parseRules() }
    if accept(.power) != nil { return try parsePower() }
    guard case .word(let name) = current.kind, name.lowercased() == "k",
      [.symbol(.equal), .symbol(.doubleEqual)].contains(peek().kind)
    else {
      throw unexpected(
        "k = …, RULES or POWER",
        candidates: [.rules, .power],
        hints: ["for example SEGMENT k=4 ON rfm"]
      )
    }
    advance()
    try expectEqual()
    let start = current
    guard accept(.auto) != nil else {
      let count = try parseCount("the number of segments")
      return .clusters(Choice(.fixed(count.value), range: count.range))
    }
    guard let open = accept(.leftParenthesis) else {
      return .clusters(Choice(.auto(2...10), range: start.range))
    }
    let low = try parseCount("the smallest number of segments")
    try expect(.dotDot)
    let high = try parseCount("the largest number of segments")
    try close(.rightParenthesis, opened: open)
    if high.value < low.value {
      complain("the range goes from the smaller number to the larger", at: range(from: open))
      throw SyntaxError()
    }
    return .clusters(Choice(.auto(low.value...high.value), range: range(from: start)))
  }

  /// Takes `name: condition, …, ELSE name`.
  private mutating func parseRules() throws(SyntaxError) -> SegmentStatement.Division {
    var rules: [SegmentRule] = []
    repeat {
      if !rules.isEmpty, accept(.else) != nil {
        return .rules(rules, otherwise: try parseName("a name for the others"))
      }
      let name = try parseName("a segment's name")
      guard accept(.colon) != nil else {
        let isTight = if case .parameter = current.kind { true } else { false }
        throw unexpected(
          "':'",
          hints: [
            isTight
              ? "a blank stands behind ':', else it begins a parameter"
              : "a rule is name: condition, as in RULES big: monetary > 1000"
          ]
        )
      }
      rules.append(SegmentRule(name: name, condition: try parseExpression()))
    } while accept(.comma) != nil
    return .rules(rules, otherwise: nil)
  }

  /// Takes `AT 80% [OF expression]`.
  private mutating func parsePower() throws(SyntaxError) -> SegmentStatement.Division {
    try expect(.at)
    let share = try parsePercent()
    guard accept(.of) != nil else { return .power(percent: share, of: nil) }
    return .power(percent: share, of: try parseExpression())
  }

  private mutating func parseSegmentClause(
    _ statement: inout SegmentStatement,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    if startsStatementOnNewLine { return false }
    if let asOf = try parseAsOf(&log) {
      statement.asOf = asOf
      return true
    }
    guard let clause = current.keyword, Parser.segmentClauses.contains(clause) else {
      return false
    }
    log.note(clause, at: current.range, in: &self)
    advance()
    switch clause {
    case .on: statement.source = try parseFeatureSource()
    case .using: statement.method = try parseSegmentMethod()
    case .scale: statement.scale = try parseWord(of: ScaleMethod.self)
    case .covariance: statement.covariance = try parseWord(of: CovarianceShape.self)
    case .seed: statement.seed = try parseSeed()
    case .starts: statement.starts = try parseCount("the number of starts")
    case .value: statement.value = try parseExpression()
    case .as: statement.name = try parseName("a name")
    case .from: statement.from = try parseTable(allowsBareAlias: false, allowsAlias: false)
    default: statement.condition = try parseExpression()
    }
    return true
  }

  private mutating func parseSegmentMethod() throws(SyntaxError) -> Choice<SegmentMethod> {
    if at(.rules) {
      throw unexpected(
        "KMEANS, GMM or QUANTILES",
        hints: ["rules stand first: SEGMENT RULES big: monetary > 1000 ON rfm"]
      )
    }
    return try parseWord(of: SegmentMethod.self)
  }

  /// Takes a whole number from 0 on.
  mutating func parseSeed() throws(SyntaxError) -> Choice<Int> {
    guard case .int(let value) = current.kind, let seed = Int(exactly: value) else {
      throw unexpected("a whole number")
    }
    advance()
    return Choice(seed, range: previous.range)
  }

  /// Takes a set's or a table's name, or `(column, …)`.
  mutating func parseFeatureSource() throws(SyntaxError) -> FeatureSource {
    guard let open = accept(.leftParenthesis) else {
      let name = try parseName("a feature set, a table or columns in parentheses")
      return FeatureSource(.named(name), range: name.range)
    }
    let items = try list { (parser: inout Parser) throws(SyntaxError) in
      try parser.parseFeature()
    }
    try close(.rightParenthesis, opened: open)
    return FeatureSource(.columns(items), range: range(from: open))
  }

  /// Takes `expression [AS name]`.
  private mutating func parseFeature() throws(SyntaxError) -> SelectItem {
    let start = current
    let expression = try parseExpression()
    let alias = accept(.as) == nil ? nil : try parseName("a name")
    return SelectItem(.expression(expression), alias: alias, range: range(from: start))
  }

  /// Takes `ASSIGN segment [FROM log] [AS OF t] [AS name]`.
  mutating func parseAssign() throws(SyntaxError) -> AssignStatement {
    try expect(.assign)
    var statement = AssignStatement(segment: try parseName("a segment"))
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      if let asOf = try parseAsOf(&log) {
        statement.asOf = asOf
      } else if at(.from) || at(.as), let clause = current.keyword {
        log.note(clause, at: current.range, in: &self)
        advance()
        if clause == .from {
          statement.from = try parseTable(allowsBareAlias: false, allowsAlias: false)
        } else {
          statement.name = try parseName("a name")
        }
      } else {
        break
      }
    }
    try checkClausesEnd(of: .assign, Parser.assignClauses)
    return statement
  }

  /// Takes what stands behind `SHOW SEGMENT`.
  mutating func parseShowSegment() throws(SyntaxError) -> ShowSegmentStatement {
    var statement = ShowSegmentStatement(segment: try parseName("a segment"))
    if current.isWord, !at(.into), !startsStatementOnNewLine {
      statement.part = try parseWord(of: ShowSegmentStatement.Part.self)
    }
    return statement
  }

  /// Takes `CORRELATE source WITH target clauses`.
  mutating func parseCorrelate() throws(SyntaxError) -> CorrelateStatement {
    try expect(.correlate)
    let source = try parseFeatureSource()
    guard accept(.with) != nil else {
      throw unexpected(
        "WITH",
        candidates: [.with],
        hints: ["CORRELATE says which columns go with one: CORRELATE customers WITH churned"]
      )
    }
    var statement = CorrelateStatement(source: source, target: try parseExpression())
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      if let asOf = try parseAsOf(&log) {
        statement.asOf = asOf
        continue
      }
      guard let clause = current.keyword, [.method, .from, .where].contains(clause) else { break }
      log.note(clause, at: current.range, in: &self)
      advance()
      switch clause {
      case .method: statement.method = try parseWord(of: CorrelationMethod.self)
      case .from: statement.from = try parseTable(allowsBareAlias: false, allowsAlias: false)
      default: statement.condition = try parseExpression()
      }
    }
    try checkClausesEnd(of: .correlate, Parser.correlateClauses)
    return statement
  }
}
