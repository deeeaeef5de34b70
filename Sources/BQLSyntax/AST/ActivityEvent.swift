/// Holds what OF and RETURN name: ANY event, `name[cond]` or `(a|b)`.
package enum ActivityEvent: Hashable, Sendable {
  case any
  case events([EventPattern])

  /// The conditions of the events' rows.
  package var conditions: [Expression] {
    switch self {
    case .any: []
    case .events(let patterns): patterns.compactMap(\.condition)
    }
  }
}

/// Names the periods of the calendar that behaviour is counted in; weeks start on Monday.
package enum CalendarGrain: String, Hashable, Sendable, CaseIterable {
  case day = "DAY"
  case week = "WEEK"
  case month = "MONTH"

  /// The word of the language as it is written among capitals: `EVERY week`.
  package var name: String { rawValue.lowercased() }
}
