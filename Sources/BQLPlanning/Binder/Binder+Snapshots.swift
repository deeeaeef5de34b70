import BQLColumnar
import BQLFunctions
import BQLStorage
import BQLSyntax

// The times that FEATURES looks from.
extension Binder {
  /// Finds the cutoffs of FEATURES: AS OF, else the log's end; of the customer model those before its
  /// last full week.
  mutating func bindSnapshots(
    _ features: FeaturesStatement,
    _ set: FeatureSet,
    _ log: EventLog,
    asOf: Int64?,
    at range: SourceRange
  ) -> [FeaturesPlan.Snapshot]? {
    guard set == .customerModel else {
      // AS OF t reads the rows before t, as everywhere; a snapshot's cutoff is the last instant read.
      let before = asOf.map { $0.subtractingReportingOverflow(1).partialValue }
      guard let cutoff = before ?? log.timeRange?.upperBound else { return [] }
      return [FeaturesPlan.Snapshot(step: 0, cutoff: cutoff)]
    }
    guard let times = log.timeRange else {
      return fail(.badClause, "customer_model needs a log that reaches over a HORIZON", at: range)
    }
    var horizon = 4 * Microseconds.perWeek
    if let clause = features.horizon {
      guard let span = bindSpan(clause, clause: "HORIZON") else { return nil }
      guard span > 0 else {
        return fail(.badClause, "HORIZON is longer than nothing", at: clause.range)
      }
      horizon = span
    }
    let end: Int64
    if let asOf {
      end = asOf.addingReportingOverflow(horizon).partialValue
      guard end >= asOf, end <= times.upperBound else {
        return fail(
          .badClause,
          "the horizon behind AS OF reaches to \(spelled(asOf, plus: horizon)), and the log ends at "
            + ValueText.text(timestamp: times.upperBound, in: settings.timeZone),
          at: features.asOf?.range ?? range,
          hints: ["base has the features without the targets: FEATURES USING base AS OF …"]
        )
      }
    } else {
      end = lastFullWeekEnd(times.upperBound)
    }
    let count = features.snapshots?.value ?? 1
    let present = end.subtractingReportingOverflow(times.lowerBound).partialValue
    let (span, overflow) = horizon.multipliedReportingOverflow(by: Int64(count))
    guard !overflow, count >= 1, span <= present else {
      return failShort(features, count, horizon, present: present, end: end, at: range)
    }
    return (0..<Int64(count)).map { step in
      let horizonEnd = end - step * horizon
      return FeaturesPlan.Snapshot(
        step: Int(step),
        cutoff: horizonEnd - horizon,
        horizonEnd: horizonEnd
      )
    }
  }

  /// The start of the last full week: 00:00 of the Sunday on or before the last event's day.
  private func lastFullWeekEnd(_ last: Int64) -> Int64 {
    let zone = settings.timeZone
    let day = TimeLimits.split(zone.local(last)).day
    let sunday = day - Int64(CivilDate.isoWeekday(daysSince1970: Int(day)) % 7)
    return zone.instant(ofLocal: sunday * Microseconds.perDay)
  }

  /// Says what span of time the snapshots need, and what there is.
  private mutating func failShort(
    _ features: FeaturesStatement,
    _ count: Int,
    _ horizon: Int64,
    present: Int64,
    end: Int64,
    at range: SourceRange
  ) -> [FeaturesPlan.Snapshot]? {
    let (span, overflow) = horizon.multipliedReportingOverflow(by: Int64(count))
    let snapshots = count == 1 ? "a snapshot needs" : "\(count) snapshots need"
    let needed = overflow ? "more time than there is" : days(span)
    let most = present > 0 ? present / horizon : 0
    // In whole days.
    let longest = max(present, 0) / Int64(max(count, 1)) / Microseconds.perDay
    let hint =
      if most >= 1 {
        "SNAPSHOTS \(most) fits, or a shorter HORIZON"
      } else if longest >= 1 {
        "a HORIZON of at most \(longest)d fits"
      } else {
        "base has the features without the targets: FEATURES USING base"
      }
    return fail(
      .badClause,
      "\(snapshots) \(needed) of events before "
        + "\(ValueText.text(timestamp: end, in: settings.timeZone)), and the log has "
        + days(max(present, 0)),
      at: features.snapshots?.range ?? features.horizon?.range ?? range,
      hints: [hint]
    )
  }

  /// A span in days, with one decimal where it is no whole number of them.
  private func days(_ span: Int64) -> String {
    let tenths = span / (Microseconds.perDay / 10)
    return tenths % 10 == 0 ? "\(tenths / 10) days" : "\(tenths / 10).\(tenths % 10) days"
  }

  private func spelled(_ instant: Int64, plus span: Int64) -> String {
    let (sum, overflow) = instant.addingReportingOverflow(span)
    guard !overflow, TimeLimits.timestamps.contains(sum) else { return "the end of time" }
    return ValueText.text(timestamp: sum, in: settings.timeZone)
  }
}
