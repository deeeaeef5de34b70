import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds a MATCH against its log.
  mutating func bindMatch(_ match: MatchStatement, at range: SourceRange) -> MatchPlan? {
    guard let (name, log) = bindLog(match.behavior.from, at: range) else { return nil }
    let context = behaviorContext(name, log)
    let behavior = bindBehavior(match.behavior, name, log, at: range)
    let windows = bindWindows(match.window.map { [$0] } ?? [])
    var symbols: [FunnelPlan.Step] = []
    var keys: [[EventPattern]] = []
    let pattern = bindSequence(match.pattern, isFirst: true) { events, range, binder in
      if let known = keys.firstIndex(where: { Self.isSame($0, events) }) { return known }
      let step = FunnelStep(alternatives: events, range: range)
      guard let bound = binder.bindStep(step, log, name, context) else { return nil }
      keys.append(events)
      symbols.append(bound)
      return symbols.count - 1
    }
    guard let behavior, let windows, let pattern else { return nil }
    guard log.roles[.event] != nil else {
      return fail(.missingRole, "the log has no EVENT column", at: range)
    }
    if let ties = match.ties, ties.value == .deny {
      return fail(
        .badFunnel,
        "MATCH takes TIES ALLOW or TIES SOURCE",
        at: ties.range,
        hints: ["FUNNEL … TIES DENY asks for strictly later rows"]
      )
    }
    guard symbols.count <= MatchPlan.symbolLimit else {
      return fail(
        .badFunnel,
        "MATCH tells at most \(MatchPlan.symbolLimit) events apart, found \(symbols.count)",
        at: match.pattern.range,
        hints: ["ask about fewer of them at once"]
      )
    }
    guard pattern.itemCount <= MatchPlan.itemLimit else {
      return fail(
        .badFunnel,
        "the pattern has more than \(MatchPlan.itemLimit) items once its repetitions are "
          + "written out",
        at: match.pattern.range,
        hints: ["{n,} counts n, {n,m} counts m, * and + count 1"]
      )
    }
    guard !pattern.isNullable else {
      return fail(
        .badFunnel,
        "the pattern is met by no row at all",
        at: match.pattern.range,
        hints: ["at least one item must stand without '*' or '?'"]
      )
    }
    return MatchPlan(
      behavior: behavior,
      symbols: symbols,
      pattern: pattern,
      text: Formatter.print(match.pattern),
      window: windows.first,
      ties: match.ties?.value ?? .allow
    )
  }

  /// Two symbols are one if they read alike.
  private static func isSame(_ first: [EventPattern], _ second: [EventPattern]) -> Bool {
    Formatter.print(first) == Formatter.print(second)
  }

  private typealias SymbolNumber = ([EventPattern], SourceRange, inout Binder) -> Int?

  private mutating func bindSequence(
    _ sequence: MatchSequence,
    isFirst: Bool,
    _ symbol: SymbolNumber
  ) -> MatchPlan.Pattern? {
    var parts: [MatchPlan.Pattern] = []
    for (index, item) in sequence.items.enumerated() {
      let part = bindItem(item, isFirst: isFirst && index == 0, symbol)
      if let part { parts.append(part) }
    }
    guard parts.count == sequence.items.count else { return nil }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func bindItem(
    _ item: MatchItem,
    isFirst: Bool,
    _ symbol: SymbolNumber
  ) -> MatchPlan.Pattern? {
    var pattern: MatchPlan.Pattern
    switch item.kind {
    case .event(let event):
      guard let number = symbol([event], item.range, &self) else { return nil }
      pattern = .symbol(number)
    case .except(let events):
      guard let number = symbol(events, item.range, &self) else { return nil }
      pattern = .except(number)
    case .group(let sequences):
      let parts = sequences.compactMap { bindSequence($0, isFirst: isFirst, symbol) }
      guard parts.count == sequences.count else { return nil }
      pattern = parts.count == 1 ? parts[0] : .alternatives(parts)
    }
    if let limit = item.withinPrevious {
      guard !isFirst else {
        return fail(
          .badFunnel,
          "nothing stands before the first item",
          at: limit.range,
          hints: ["the limit stands behind the later item: a -> b WITHIN 1h OF PREVIOUS"]
        )
      }
      guard limit.value.months == 0 else {
        return fail(
          .badFunnel,
          "WITHIN needs a span of exact length, found calendar months",
          at: limit.range,
          hints: ["30d, 4w"]
        )
      }
      pattern = .limited(pattern, microseconds: limit.value.microseconds)
    }
    switch item.quantifier?.value {
    case nil: return pattern
    case .zeroOrMore: return .repeated(pattern, least: 0, most: nil)
    case .oneOrMore: return .repeated(pattern, least: 1, most: nil)
    case .optional: return .repeated(pattern, least: 0, most: 1)
    case .between(let least, let most): return .repeated(pattern, least: least, most: most)
    }
  }
}
