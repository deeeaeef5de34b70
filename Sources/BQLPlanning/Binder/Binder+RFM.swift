import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds an RFM against its log.
  mutating func bindRFM(_ rfm: RFMStatement, at range: SourceRange) -> RFMPlan? {
    guard let (name, log) = bindLog(rfm.behavior.from, at: range) else { return nil }
    let isSound = checkRFM(rfm)
    let asOf = bindAsOf(rfm.asOf, log)
    let behavior = bindBehavior(rfm.behavior, name, log, at: range)
    guard isSound, let asOf, var behavior else { return nil }
    if let since = behavior.since, since >= asOf {
      return fail(
        .badClause,
        "the period is empty: SINCE is not before AS OF",
        at: rfm.behavior.since?.range ?? range
      )
    }
    behavior.until = asOf
    noteMissingPurchases(log)
    if log.roles[.value] == nil {
      note("the log has no VALUE column: monetary and m are NULL, and groups go by r and f")
    }
    var plan = RFMPlan(behavior: behavior, asOf: asOf, scores: rfm.scores?.value ?? 5)
    plan.tellsScores = !readsMeasuresOnly
    return plan
  }

  /// Resolves AS OF: without it, a day behind the log's last event.
  mutating func bindAsOf(_ expression: Expression?, _ log: EventLog) -> Int64? {
    guard let instant = bindInstant(expression, clause: "AS OF") else { return nil }
    if let instant = instant.value {
      if let range = log.timeRange, instant <= range.lowerBound {
        return fail(
          .badClause,
          "AS OF is not behind the log's first event, so nothing is known then",
          at: expression?.range ?? SourceRange(0, 0),
          hints: [
            "the log begins \(ValueText.text(timestamp: range.lowerBound, in: settings.timeZone))"
          ]
        )
      }
      return instant
    }
    let last = log.timeRange?.upperBound ?? 0
    let (next, overflow) = last.addingReportingOverflow(86_400_000_000)
    return overflow ? last : next
  }

  /// Says that no row is a purchase, which RFM and revenue mean.
  mutating func noteMissingPurchases(_ log: EventLog) {
    guard log.purchaseCode.map({ log.events[$0].rowCount }) ?? 0 == 0 else { return }
    note(
      "the log has no event 'purchase': LOAD … (EVENT column (value AS purchase)) says which value "
        + "means it"
    )
  }

  /// Refuses the clauses that mean nothing here.
  private mutating func checkRFM(_ rfm: RFMStatement) -> Bool {
    var isSound = true
    func refuse(_ clause: String, _ range: SourceRange, _ hint: String) -> Diagnostic {
      Diagnostic(
        .badClause,
        "RFM gives a row a user: it takes no \(clause)",
        at: range,
        hints: [hint]
      )
    }
    if let unit = rfm.behavior.unit, unit.value != .user {
      report(refuse("PER", unit.range, "orders are found by user and session as they are"))
      isSound = false
    }
    if let by = rfm.behavior.by.first {
      report(refuse("BY", by.range, "group its rows: SELECT … FROM (RFM) GROUP BY rfm_group"))
      isSound = false
    }
    if let until = rfm.behavior.until {
      report(refuse("UNTIL", until.range, "AS OF is the instant up to which rows are read"))
      isSound = false
    }
    if let scores = rfm.scores, !(2...100).contains(scores.value) {
      report(
        Diagnostic(.badClause, "SCORES is from 2 to 100, found \(scores.value)", at: scores.range)
      )
      isSound = false
    }
    return isSound
  }
}
