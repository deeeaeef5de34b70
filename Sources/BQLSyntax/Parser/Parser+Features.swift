// FEATURES: what a customer's events say of the customer.
extension Parser {
  static let featuresClauses: [Keyword] = [
    .using, .as, .snapshots, .horizon, .margin, .offer, .keep, .accept, .minimum, .filled,
    .unfilled, .from, .where,
  ]

  /// Takes `FEATURES clauses`.
  mutating func parseFeatures() throws(SyntaxError) -> FeaturesStatement {
    try expect(.features)
    var statement = FeaturesStatement()
    var log = ClauseLog()
    while try parseFeaturesClause(&statement, &log) {}
    try checkClausesEnd(of: .features, Parser.featuresClauses)
    return statement
  }

  private mutating func parseFeaturesClause(
    _ statement: inout FeaturesStatement,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    if startsStatementOnNewLine { return false }
    guard let clause = current.keyword, Parser.featuresClauses.contains(clause) else {
      return false
    }
    if [.from, .where].contains(clause) {
      return try parseBehaviorClause(&statement.behavior, &log)
    }
    log.note(clause == .unfilled ? .filled : clause, at: current.range, in: &self)
    advance()
    switch clause {
    case .using: statement.using = try parseName("a set of features")
    case .as:
      try expect(.of)
      statement.asOf = try parseExpression()
    case .snapshots: statement.snapshots = try parseCount("the number of snapshots")
    case .horizon: statement.horizon = try parseDuration()
    case .margin: statement.margin = try parseExpression()
    case .offer: statement.offer = try parseExpression()
    case .keep: statement.keep = try parseOfferChance()
    case .accept: statement.accept = try parseOfferChance()
    case .minimum:
      statement.minimumPurchases = try parseCount("the number of purchases")
      try expect(.purchases)
    case .filled: statement.gaps = Choice(.filled, range: previous.range)
    default: statement.gaps = Choice(.unfilled, range: previous.range)
    }
    return true
  }

  /// Takes a share, or `BETA (a, b)`.
  mutating func parseOfferChance() throws(SyntaxError) -> OfferChance {
    guard at(.beta), peek().kind == .symbol(.leftParenthesis) else {
      return .share(try parseExpression())
    }
    advance()
    let open = try expect(.leftParenthesis)
    let a = try parseExpression()
    try expect(.comma)
    let b = try parseExpression()
    try close(.rightParenthesis, opened: open)
    return .beta(a, b)
  }
}
