extension Parser {
  /// Lists the words that start a statement.
  static let statementVerbs: [Keyword] =
    [
      .load, .select, .from, .with, .values, .describe, .summarize, .show, .explain, .let, .set,
      .include, .assert, .help, .segment, .assign, .correlate, .train, .save, .drop,
      .open, .check, .compact, .erase,
    ] + modelVerbs + behaviorVerbs + unimplementedVerbs

  /// Takes one statement, without its `;`.
  mutating func parseStatement() throws(SyntaxError) -> Statement {
    let start = current
    let kind: Statement.Kind
    if let feature = acceptUnimplementedStatement() {
      skipStatement()
      kind = .unimplemented(feature: feature)
    } else {
      kind =
        switch start.keyword {
        case .load where startsModel: .loadModel(try parseLoadModel())
        case .load: .load(try parseLoad())
        case .let: try parseLet()
        case .drop: try parseDrop()
        case .open: .open(try parseOpen())
        case .check: try parseCheckStore()
        case .compact: try parseCompact()
        case .erase: .erase(try parseErase())
        case .set: .set(try parseSet())
        case .include: try parseInclude()
        case .assert: .assert(try parseAssert())
        case .help: .help(topic: parseHelp())
        case .segment: .segment(try parseSegment())
        case .assign: .assign(try parseAssign())
        case .train: .train(try parseTrain())
        case .save: .saveModel(try parseSaveModel())
        default: try parseQueryStatement()
        }
    }
    return Statement(kind, range: range(from: start))
  }

  private mutating func parseQueryStatement() throws(SyntaxError) -> Statement.Kind {
    guard startsQuery || at(.leftParenthesis) else {
      throw unexpected("a statement", candidates: Parser.statementVerbs)
    }
    let query = try parseQuery()
    if case .model(let question) = query.kind, case .predict = question.kind,
      accept(.as) != nil
    {
      return .attachPrediction(question, as: try parseName("an attribute"))
    }
    guard let into = accept(.into) else { return .query(query, into: nil) }
    if accept(.users) != nil { return .attach(query, into: range(from: into)) }
    let path = try parseText("a file or users", example: "INTO 'answer.csv'")
    return .query(query, into: IntoClause(path: path, range: range(from: into)))
  }

  /// Checks that the statement ends here.
  mutating func endStatement() throws(SyntaxError) {
    if current.kind == .end || at(.semicolon) { return }
    if startsStatementOnNewLine {
      complain(
        "expected ';' before \(describe(current))",
        at: place(of: current),
        hints: ["a statement ends with ';'"]
      )
      return
    }
    if at(.rightParenthesis) {
      throw unexpected("the end of the statement", hints: ["this ')' closes nothing"])
    }
    throw unexpected("';' or the end of the text", candidates: [.into])
  }

  /// Whether a verb starts a line here and is no name: then a `;` is missing before it.
  var startsStatementOnNewLine: Bool {
    guard current.startsLine, let verb = current.keyword, Parser.statementVerbs.contains(verb),
      ![.from, .with, .values].contains(verb)
    else { return false }
    let next = peek()
    // SHOW before these is a clause: no statement shows them.
    let shown: [Keyword] = [
      .steps, .times, .trend, .lift, .loss, .users, .dropped, .sessions, .summary, .curve, .test,
    ]
    if verb == .show, let word = next.keyword, shown.contains(word) { return false }
    switch next.kind {
    case .word:
      guard let word = next.keyword, Keyword.reserved.contains(word) else { return true }
      return verb == .select || verb == .explain
    case .quotedName, .text, .int, .end: return true
    case .symbol(.semicolon): return true
    case .symbol(.leftParenthesis), .symbol(.star):
      return [.select, .funnel, .timing].contains(verb)
    default: return false
    }
  }

  /// Whether a word joins or follows an expression, so that the word before it is a name.
  static func isInfix(_ keyword: Keyword?) -> Bool {
    switch keyword {
    case .and, .or, .is, .in, .not, .like, .ilike, .between, .as, .then, .else, .when, .end: true
    default: false
    }
  }
}
