extension Parser {
  /// Takes `DESCRIBE table` or `DESCRIBE FEATURES set`; `DESCRIBE features` alone describes a table
  /// of that name.
  mutating func parseDescribe() throws(SyntaxError) -> Query.Kind {
    try expect(.describe)
    if at(.features), peek().isName, !peek().startsLine, peek().keyword != .into {
      advance()
      let set = try parseName("a set of features")
      return .describe(DescribeStatement(table: set, isFeatureSet: true))
    }
    return .describe(DescribeStatement(table: try parseName("a table")))
  }

  /// Takes `SUMMARIZE table|(query) [BY dim, …]`.
  mutating func parseSummarize() throws(SyntaxError) -> Query.Kind {
    try expect(.summarize)
    let table = try parseTable(allowsBareAlias: false)
    guard accept(.by) != nil else {
      if current.isWord, !at(.into), !startsStatementOnNewLine {
        throw unexpected("BY or the end of the statement", candidates: [.by])
      }
      return .summarize(SummarizeStatement(table: table, by: []))
    }
    return .summarize(SummarizeStatement(table: table, by: try parseExpressions()))
  }

  /// Takes `SHOW TABLES|FUNCTIONS|SETTINGS|SEGMENTS|MODELS|STORAGE|LOADS` or `SHOW SEGMENT name [part]`.
  mutating func parseShow() throws(SyntaxError) -> Query.Kind {
    try expect(.show)
    if accept(.segment) != nil { return .showSegment(try parseShowSegment()) }
    return .show(ShowStatement(subject: try parseWord(of: ShowStatement.Subject.self).value))
  }

  /// Takes `EXPLAIN [ANALYZE] query` or `EXPLAIN funnel FOR USER x`.
  mutating func parseExplain() throws(SyntaxError) -> Query.Kind {
    try expect(.explain)
    let isAnalyze = accept(.analyze) != nil
    isExplaining = true
    defer { isExplaining = false }
    let query = try parseQuery()
    if !isAnalyze, at(.for), case .funnel(var funnel) = query.kind {
      try expect(.for)
      try expect(.user)
      funnel.tracedUser = try parseExpression()
      return .funnel(funnel)
    }
    return .explain(ExplainStatement(isAnalyze: isAnalyze, query: query))
  }
}
