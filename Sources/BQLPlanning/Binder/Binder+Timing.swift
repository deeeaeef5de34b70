import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds a TIMING against its log.
  mutating func bindTiming(_ timing: TimingStatement, at range: SourceRange) -> TimingPlan? {
    guard let (name, log) = bindLog(timing.behavior.from, at: range) else { return nil }
    let start = bindSelection(timing.start, log, name)
    let end = bindSelection(timing.end, log, name)
    let behavior = bindBehavior(timing.behavior, name, log, at: range)
    let context = behaviorContext(name, log)
    var holding: [Int] = []
    for column in timing.holding {
      let bound = bindColumn(qualifier: nil, name: column, at: column.range, context)
      guard let bound, case .column(let index) = bound.kind else { return nil }
      holding.append(index)
    }
    guard let start, let end, let behavior, let subject = bindSubject(timing, log, end, name)
    else { return nil }
    return TimingPlan(
      behavior: behavior,
      start: start,
      end: end,
      holding: holding,
      subject: subject,
      countsOrders: start.isPurchase(of: log) && end.isPurchase(of: log)
    )
  }

  /// Resolves SHOW and AGAINST.
  private mutating func bindSubject(
    _ timing: TimingStatement,
    _ log: EventLog,
    _ end: EventSelection,
    _ logName: String
  ) -> TimingPlan.Subject? {
    guard let against = timing.against else {
      if timing.show?.value == .test {
        guard timing.behavior.by.isEmpty, let show = timing.show else { return .test }
        return fail(
          .missingClause,
          "SHOW TEST compares groups: add BY dimension",
          at: show.range
        )
      }
      guard case .curve(let spans) = timing.show?.value, let show = timing.show else {
        return .summary
      }
      var times: [Int64] = []
      for span in spans {
        guard let time = bindSpan(Choice(span, range: show.range), clause: "CURVE AT") else {
          return nil
        }
        times.append(time)
      }
      return .curve(at: Set(times).sorted())
    }
    guard checkAgainst(timing, against.range, log, end, logName) else { return nil }
    func span(_ duration: Duration?, _ clause: String) -> Bound<Int64>? {
      guard let duration else { return Bound(value: nil) }
      return bindSpan(Choice(duration, range: against.range), clause: clause).map {
        Bound(value: $0)
      }
    }
    guard let follow = span(against.value.follow, "FOR"),
      let landmark = span(against.value.landmark, "LANDMARK")
    else { return nil }
    let length = follow.value ?? TimingPlan.defaultFollow
    guard length > 0 else {
      return fail(.badClause, "FOR follows for some time, found 0", at: against.range)
    }
    guard let after = landmark.value else { return .delayBands(follow: length) }
    return .landmark(after: after, follow: length)
  }

  /// Checks that there are orders to follow.
  private mutating func checkAgainst(
    _ timing: TimingStatement,
    _ range: SourceRange,
    _ log: EventLog,
    _ end: EventSelection,
    _ logName: String
  ) -> Bool {
    let mistake: (DiagnosticCode, String, [String])?
    let isPerUser = timing.behavior.unit.map { $0.value == .user } ?? true
    if log.roles[.value] == nil {
      mistake = (
        .missingRole,
        "AGAINST value needs the money of a row, and the log '\(logName)' has no VALUE column",
        ["name it on loading: LOAD … (VALUE column)"]
      )
    } else if log.purchaseCode == nil {
      mistake = (
        .badClause, "AGAINST value adds up orders, and the log '\(logName)' has no purchases",
        ["LOAD … (EVENT column (value AS purchase)) says which value means it"]
      )
    } else if timing.against?.value.landmark == nil, !end.isPurchase(of: log) {
      mistake = (
        .badClause,
        "AGAINST value needs an order at the end of the wait, and '\(end.label)' is none",
        ["TO purchase, or AGAINST value LANDMARK 7d"]
      )
    } else if !isPerUser {
      mistake = (
        .badClause, "AGAINST value follows users past the end of the wait, so it counts users", []
      )
    } else if timing.show != nil {
      mistake = (
        .badClause, "AGAINST value has an answer of its own, beside which SHOW has no place", []
      )
    } else {
      mistake = nil
    }
    guard let (code, message, hints) = mistake else { return true }
    report(Diagnostic(code, message, at: range, hints: hints))
    return false
  }
}
