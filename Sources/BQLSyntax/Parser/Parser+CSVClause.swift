extension Parser {
  private static let csvOptions: [Keyword] = [
    .delimiter, .quote, .escape, .header, .skip, .nulls, .dates, .decimals,
  ]

  /// Takes `CSV (DELIMITER ';', …)`: options in any order, once each.
  mutating func parseCSVClause() throws(SyntaxError) -> CSVClause {
    let start = current
    try expect(.csv)
    let open = current
    try expect(.leftParenthesis)
    var clause = CSVClause(range: start.range)
    var log = ClauseLog()
    repeat { try parseCSVOption(&clause, &log) } while accept(.comma) != nil
    try close(.rightParenthesis, opened: open)
    clause.range = range(from: start)
    return clause
  }

  private mutating func parseCSVOption(
    _ clause: inout CSVClause,
    _ log: inout ClauseLog
  ) throws(SyntaxError) {
    let start = current
    guard let option = start.keyword, Parser.csvOptions.contains(option) else {
      throw unexpected(
        "an option of CSV: " + Parser.alternatives(Parser.csvOptions.map(\.rawValue)),
        candidates: Parser.csvOptions
      )
    }
    log.note(option, at: start.range, in: &self)
    advance()
    switch option {
    case .delimiter: clause.delimiter = try parseMark("a delimiter", "DELIMITER ';'")
    case .quote: clause.quote = try parseMark("a quote", "QUOTE ''''")
    case .escape: clause.escape = try parseMark("an escape", "ESCAPE '\\'")
    case .nulls: clause.nulls = try parseMark("a text", "NULLS 'NA'")
    case .decimals: clause.decimals = try parseMark("a decimal mark", "DECIMALS ','")
    case .dates: clause.dates = try parseWord(of: CSVClause.DateOrder.self)
    case .skip: clause.skip = try parseCount("a number of lines")
    default:
      let isTrue = current.keyword == .true
      guard isTrue || current.keyword == .false else {
        throw unexpected("TRUE or FALSE", candidates: [.true, .false])
      }
      advance()
      clause.header = Choice(isTrue, range: previous.range)
    }
  }

  private mutating func parseMark(
    _ what: String,
    _ example: String
  ) throws(SyntaxError) -> Choice<String> {
    let text = try parseText(what, example: example)
    return Choice(text, range: previous.range)
  }
}
