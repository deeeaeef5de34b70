extension Parser {
  /// Takes a name, bare or in double quotes.
  ///
  /// Messages call it by the noun `what`: "a table", "a column".
  mutating func parseName(_ what: String) throws(SyntaxError) -> Identifier {
    switch current.kind {
    case .word(let name):
      advance()
      return Identifier(name, range: previous.range)
    case .quotedName(let name):
      advance()
      return Identifier(name, isQuoted: true, range: previous.range)
    case .text(let name):
      advance()
      complain(
        "\(what) is a name, found the text '\(name)'",
        at: previous.range,
        hints: ["a name is written bare or in double quotes: \"\(name)\""]
      )
      return Identifier(name, isQuoted: true, range: previous.range)
    default:
      throw unexpected(what)
    }
  }

  /// Takes an event's name in single quotes, as the log has it; nil where no text stands here.
  ///
  /// An empty one is reported: no event has it, for an empty field is NULL.
  mutating func acceptEventText() -> Identifier? {
    guard case .text(let name) = current.kind else { return nil }
    advance()
    if name.isEmpty { complain("an event's name holds no character", at: previous.range) }
    return Identifier(name, isQuoted: true, range: previous.range)
  }

  /// Takes a text in single quotes; double quotes are reported and read on.
  ///
  /// Messages call it by the noun `what`: "a file".
  mutating func parseText(_ what: String, example: String) throws(SyntaxError) -> String {
    switch current.kind {
    case .text(let text):
      advance()
      return text
    case .quotedName(let text):
      advance()
      complain(
        "expected \(what) in single quotes, found a quoted name",
        at: previous.range,
        hints: ["double quotes are for names; write '\(text)'"]
      )
      return text
    default:
      throw unexpected("\(what) in single quotes", hints: ["for example \(example)"])
    }
  }

  /// Takes a positive whole number.
  mutating func parseCount(_ what: String) throws(SyntaxError) -> Choice<Int> {
    guard case .int(let value) = current.kind, let count = Int(exactly: value) else {
      throw unexpected(what)
    }
    advance()
    if count < 1 {
      diagnostics.append(
        Diagnostic(.badNumber, "\(what) is at least 1, found \(count)", at: previous.range)
      )
    }
    return Choice(count, range: previous.range)
  }

  /// Takes a share such as `80%`, in percent.
  mutating func parsePercent() throws(SyntaxError) -> Choice<Double> {
    let start = current
    let percent: Double?
    switch current.kind {
    case .int(let value): percent = Double(value)
    case .number(let text): percent = Double(text)
    default: percent = nil
    }
    // A number past what a double holds is none.
    guard let percent, percent.isFinite else { throw unexpected("a share such as 80%") }
    advance()
    try expect(.percent)
    return Choice(percent, range: range(from: start))
  }

  /// Whether a span of time starts here: `7d`, or `7 DAYS`.
  var startsDuration: Bool {
    switch current.kind {
    case .duration: return true
    case .int, .number:
      guard case .word(let name) = peek().kind else { return false }
      return DurationUnit(name: name) != nil
    default: return false
    }
  }

  /// Takes a span of time.
  mutating func parseDuration() throws(SyntaxError) -> Choice<Duration> {
    if case .duration(let duration) = current.kind {
      advance()
      return Choice(duration, range: previous.range)
    }
    let digits: String
    switch current.kind {
    case .int(let value): digits = String(value)
    case .number(let text): digits = text
    default: throw unexpected("a span of time", hints: ["for example 30m, 7d or 3 MONTHS"])
    }
    let start = current
    guard case .word(let name) = peek().kind, let unit = DurationUnit(name: name) else {
      diagnostics.append(
        Diagnostic(
          .badDuration,
          "the span \(describe(start)) has no unit",
          at: start.range,
          hints: ["the units are s, m (minute), h, d and w: \(digits)d"]
        )
      )
      throw SyntaxError()
    }
    advance()
    advance()
    guard let duration = unit.duration(digits) else {
      diagnostics.append(
        Diagnostic(
          .badDuration,
          "'\(text(of: range(from: start)))' is no exact span of time",
          at: range(from: start)
        )
      )
      throw SyntaxError()
    }
    return Choice(duration, range: range(from: start))
  }
}
