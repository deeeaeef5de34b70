import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds a RETENTION against its log.
  mutating func bindRetention(
    _ retention: RetentionStatement,
    at range: SourceRange
  ) -> RetentionPlan? {
    guard let (name, log) = bindLog(retention.behavior.from, at: range) else { return nil }
    let of = bindSelection(retention.of, log, name)
    let returning = retention.returning.map { bindSelection($0, log, name) } ?? of
    let behavior = bindBehavior(retention.behavior, name, log, at: range)
    let hasPeriods = checkPeriods(retention)
    guard let of, let returning, let behavior, hasPeriods,
      checkMeasure(retention, returning, log, name, at: range)
    else { return nil }
    let isOwnReturn =
      retention.returning.map {
        Formatter.print($0.value) == Formatter.print(retention.of.value)
      } ?? true
    return RetentionPlan(
      behavior: behavior,
      of: of,
      returning: returning,
      isOwnReturn: isOwnReturn,
      entry: retention.entry?.value ?? .first,
      grain: retention.every?.value ?? .week,
      lastPeriod: retention.periods?.value ?? 12,
      clock: retention.clock?.value ?? .calendar,
      count: retention.count?.value ?? .on,
      measure: retention.measure?.value ?? .users
    )
  }

  /// Checks what EVERY, FOR, CLOCK and COUNT say of each other.
  private mutating func checkPeriods(_ retention: RetentionStatement) -> Bool {
    var isSound = true
    func last(_ count: Choice<RetentionCount>?) -> (Int, SourceRange)? {
      guard let count, case .brackets(let brackets) = count.value else { return nil }
      return (brackets.map(\.upperBound).max() ?? 0, count.range)
    }
    let brackets = last(retention.count)
    if let brackets, let periods = retention.periods {
      report(
        Diagnostic(
          .badClause,
          "the brackets say which periods are counted, so FOR has no meaning beside them",
          at: periods.range,
          secondary: [.init(range: brackets.1, message: "the brackets")]
        )
      )
      isSound = false
    }
    let longest = brackets ?? retention.periods.map { ($0.value, $0.range) }
    if let (period, range) = longest, period > RetentionPlan.maximumPeriod {
      report(
        Diagnostic(
          .badClause,
          "RETENTION counts at most \(RetentionPlan.maximumPeriod) periods, found \(period)",
          at: range
        )
      )
      isSound = false
    }
    if let clock = retention.clock, clock.value == .rolling, retention.every?.value == .month {
      report(
        Diagnostic(
          .badClause,
          "CLOCK ROLLING counts exact days, and months have no one length",
          at: clock.range,
          hints: ["EVERY day or EVERY week, or CLOCK CALENDAR"]
        )
      )
      isSound = false
    }
    return isSound
  }

  /// Checks that there is something to measure: orders and revenue are those of purchases.
  private mutating func checkMeasure(
    _ retention: RetentionStatement,
    _ returning: EventSelection,
    _ log: EventLog,
    _ logName: String,
    at range: SourceRange
  ) -> Bool {
    guard let measure = retention.measure, measure.value != .users else { return true }
    let word = "MEASURE \(measure.value.rawValue.lowercased())"
    if measure.value == .revenue, log.roles[.value] == nil {
      report(
        Diagnostic(
          .missingRole,
          "\(word) needs the money of a row, and the log '\(logName)' has no VALUE column",
          at: measure.range,
          hints: ["name it on loading: LOAD … (VALUE column)"]
        )
      )
      return false
    }
    guard returning.mayBePurchase(of: log) else {
      report(
        Diagnostic(
          .badClause,
          "\(word) counts purchases, and '\(returning.label)' means none",
          at: measure.range,
          hints: ["RETURN purchase, or RETURN ANY"]
        )
      )
      return false
    }
    return true
  }
}
