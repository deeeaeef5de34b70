import BQLSyntax

/// Says what may stand at the end of a text that is being typed.
enum CompletionPlace: Equatable {
  case statement
  /// What SHOW shows.
  case subject
  case table
  case setting
  /// The name of a set of features.
  case featureSet
  /// An attribute of users, behind `users.`.
  case attribute
  /// A model that was trained or loaded.
  case model
  /// An event value; `log` is the table after FROM, where one is named.
  case event(log: String?)
  /// A column, a function, or the next clause's word.
  case expression(table: String?, verb: Keyword?)
  /// Within quotes: a value of the log's events.
  case eventText(log: String?)
  /// Within quotes: a file's name.
  case file
  /// Only a keyword can stand here, of those that the statement's verb takes.
  case keyword(verb: Keyword?)

  /// Finds the place at the end of the statement that `text` ends in.
  ///
  /// - Returns: The place and the word begun there, which may be empty.
  static func find(in text: String) -> (place: CompletionPlace, word: String) {
    let bytes = Array(text.utf8)
    let whole = Lexer.tokenize(bytes)
    if whole.open == .text, let quote = openQuote(bytes) {
      let before = statementTokens(Array(bytes[..<quote]))
      let word = String(decoding: bytes[(quote + 1)...], as: UTF8.self)
      return (ofText(before), word)
    }
    if whole.open != nil { return (.keyword(verb: nil), "") }
    let start = bytes.lastIndex { !BQLName.isWordByte($0) }.map { $0 + 1 } ?? 0
    let word = String(decoding: bytes[start...], as: UTF8.self)
    return (of(statementTokens(Array(bytes[..<start]))), word)
  }

  /// Returns the tokens behind the last `;`.
  private static func statementTokens(_ bytes: [UInt8]) -> [Token] {
    let tokens = Lexer.tokenize(bytes).tokens.filter { $0.kind != .end }
    let start = tokens.lastIndex { $0.kind == .symbol(.semicolon) }.map { $0 + 1 } ?? 0
    return Array(tokens[start...])
  }

  /// Finds the quote that is open at the end: the last one at which a text may begin.
  private static func openQuote(_ bytes: [UInt8]) -> Int? {
    bytes.indices.last { index in
      bytes[index] == UInt8(ascii: "'") && Lexer.tokenize(Array(bytes[..<index])).open == nil
    }
  }

  private static func ofText(_ tokens: [Token]) -> CompletionPlace {
    let isList = tokens.last?.kind == .symbol(.comma)
    let keywords = tokens.compactMap(\.keyword)
    let verb = tokens.first?.keyword
    if verb == .load, tokens.count == 1 || isList || keywords.last == .into { return .file }
    switch tokens.last?.keyword {
    case .include, .into, .from, .load, .open: return .file
    default: return .eventText(log: table(of: tokens))
    }
  }

  private static func of(_ tokens: [Token]) -> CompletionPlace {
    guard let verb = tokens.first, let last = tokens.last else { return .statement }
    let table = table(of: tokens)
    if last.kind == .symbol(.dot), tokens.dropLast().last?.keyword == .users { return .attribute }
    switch last.keyword {
    case .explain, .analyze: return .statement
    case .around where verb.keyword == .paths: return .event(log: table)
    case .at where verb.keyword == .paths: return .event(log: table)
    case .features where tokens.dropLast().last?.keyword == .describe: return .featureSet
    case .using where verb.keyword == .features: return .featureSet
    case .from, .describe, .summarize, .join: return .table
    case .drop where tokens.count == 1, .compact where tokens.count == 1: return .table
    case .show where tokens.count == 1: return .subject
    case .set where tokens.count == 1: return .setting
    case .help: return .statement
    case .evaluate where tokens.count == 1: return .model
    case .predict where tokens.count == 1: return .model
    case .campaign where tokens.count == 1: return .model
    case .model where [.explain, .save, .drop].contains(verb.keyword): return .model
    default: break
    }
    if last.kind == .symbol(.leftParenthesis), tokens.dropLast().last?.keyword == .from {
      return .statement
    }
    if verb.keyword == .let, last.kind == .symbol(.equal) {
      // A query as well as an expression over each user's rows.
      return tokens.count > 3 ? .expression(table: nil, verb: .let) : .statement
    }
    let clause = openClause(tokens)
    switch clause {
    case .funnel, .match:
      return isStepStart(last) ? .event(log: table) : .keyword(verb: verb.keyword)
    case .compare, .vs: return .expression(table: table, verb: verb.keyword)
    case .of where verb.keyword == .features: return .expression(table: table, verb: .features)
    case .of, .return:
      return isEventStart(last) ? .event(log: table) : .keyword(verb: verb.keyword)
    case .timing, .to:
      return isEventStart(last) ? .event(log: table) : .keyword(verb: verb.keyword)
    case .using where verb.keyword == .features: return .keyword(verb: .features)
    case .using, .holding:
      return .expression(table: table, verb: verb.keyword)
    case .select, .where, .by, .having, .on, .order, .group, .qualify, .step, .assert:
      return .expression(table: table, verb: verb.keyword)
    default: return .keyword(verb: verb.keyword)
    }
  }

  /// Finds the clause that the end belongs to, looking backwards over closed parentheses.
  private static func openClause(_ tokens: [Token]) -> Keyword? {
    var clauses: Set<Keyword> = [
      .funnel, .of, .return, .select, .where, .by, .having, .on, .from, .per, .since, .until,
      .within, .with, .match, .paths, .transitions, .compare, .vs, .around,
      .mode, .ties, .entry, .attribute, .into, .limit, .load, .assert, .qualify, .set, .describe,
      .every, .for, .clock, .count, .measure,
    ]
    // Words that elsewhere are columns more often than clauses.
    if [.sessions, .timing].contains(tokens.first?.keyword) {
      clauses.formUnion([.timing, .to, .using, .gap, .show, .holding, .against])
    }
    if tokens.first?.keyword == .features {
      clauses.formUnion([
        .using, .snapshots, .horizon, .margin, .offer, .keep, .accept, .minimum, .filled, .unfilled,
      ])
    }
    var depth = 0
    for token in tokens.reversed() {
      switch token.kind {
      case .symbol(.rightParenthesis): depth += 1
      case .symbol(.leftParenthesis): depth = max(0, depth - 1)
      default:
        if depth == 0, let keyword = token.keyword, clauses.contains(keyword) { return keyword }
      }
    }
    return nil
  }

  private static func isStepStart(_ token: Token) -> Bool {
    switch token.kind {
    case .symbol(.comma), .symbol(.bar), .symbol(.leftParenthesis), .symbol(.arrow),
      .symbol(.caret):
      true
    default: [.funnel, .match, .or].contains(token.keyword)
    }
  }

  private static func isEventStart(_ token: Token) -> Bool {
    switch token.kind {
    case .symbol(.bar), .symbol(.leftParenthesis): true
    default:
      [.of, .return, .timing, .to].contains(token.keyword)
    }
  }

  /// Finds the table after the last FROM (or DESCRIBE and the like).
  private static func table(of tokens: [Token]) -> String? {
    for index in tokens.indices.dropLast().reversed() where tokens[index].keyword == .from {
      switch tokens[index + 1].kind {
      case .word(let name), .quotedName(let name): return name
      default: return nil
      }
    }
    return nil
  }
}
