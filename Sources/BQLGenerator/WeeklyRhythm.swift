/// Turns hours and weekdays into faster and slower time.
///
/// Visits are a Poisson process whose intensity repeats every week. Such a process is an ordinary
/// one in **activity time** `Λ(t) = ∫₀ᵗ λ(s) ds`: to draw the next visit, add an exponential number
/// to `Λ(t)` and go back through `Λ⁻¹`. `λ` has mean 1, so that rates keep their meaning per day.
///
/// The shape (a deep night, a late-morning plateau, an evening peak, a livelier weekend) is that of
/// the published REES46 logs; the numbers are ours.
///
/// Source: E. Çinlar, *Introduction to Stochastic Processes*, 1975, chapter 4.7 (time change).
package struct WeeklyRhythm {
  private static let secondsPerWeek = 604_800.0

  private static let hourly: [Double] = [
    0.34, 0.20, 0.14, 0.13, 0.18, 0.34, 0.62, 0.92, 1.18, 1.34, 1.42, 1.40,
    1.34, 1.30, 1.28, 1.32, 1.38, 1.46, 1.55, 1.66, 1.70, 1.52, 1.12, 0.66,
  ]
  /// Monday first.
  private static let daily: [Double] = [0.97, 0.95, 0.94, 0.97, 1.02, 1.10, 1.05]

  /// How much likelier a view turns into a cart or a purchase, Monday first: shoppers decide early
  /// in the week and look around on Saturdays.
  package static let conversionByWeekday: [Double] = [1.14, 1.10, 1.05, 1.00, 0.94, 0.82, 0.95]

  /// Activity seconds before each of the 168 hours of a week, and the whole week at the end.
  private let before: [Double]
  /// Seconds from Monday 00:00 to the start of the log.
  private let origin: Double
  private let firstWeekday: Int

  /// Makes the rhythm of a period that begins on the day `fromDay`.
  package init(fromDay: Int) {
    firstWeekday = Self.weekday(ofDay: fromDay)
    origin = Double(firstWeekday * 86_400)
    var sums = [0.0]
    for day in Self.daily {
      for hour in Self.hourly { sums.append((sums.last ?? 0) + day * hour) }
    }
    let scale = Self.secondsPerWeek / (sums.last ?? 1)
    before = sums.map { $0 * scale }
  }

  /// Gives the weekday of a day since 1970-01-01, Monday 0.
  package static func weekday(ofDay day: Int) -> Int {
    let remainder = (day + 3) % 7
    return remainder < 0 ? remainder + 7 : remainder
  }

  /// Gives the weekday of a second since the start of the log, Monday 0.
  package func weekday(atSecond second: Int) -> Int {
    (firstWeekday + second / 86_400) % 7
  }

  /// Converts seconds since the start of the log to activity seconds, `Λ(t)`.
  package func activity(atSecond second: Double) -> Double {
    let absolute = second + origin
    let week = (absolute / Self.secondsPerWeek).rounded(.down)
    let inWeek = absolute - week * Self.secondsPerWeek
    let hour = min(Int(inWeek / 3_600), 167)
    let share = inWeek / 3_600 - Double(hour)
    return week * Self.secondsPerWeek + before[hour] + share * (before[hour + 1] - before[hour])
  }

  /// Converts activity seconds back to seconds since the start of the log, `Λ⁻¹`.
  package func second(atActivity activity: Double) -> Double {
    let week = (activity / Self.secondsPerWeek).rounded(.down)
    let inWeek = activity - week * Self.secondsPerWeek
    var low = 0
    var high = 168
    while high - low > 1 {
      let middle = (low + high) / 2
      if before[middle] <= inWeek { low = middle } else { high = middle }
    }
    let share = (inWeek - before[low]) / (before[low + 1] - before[low])
    return week * Self.secondsPerWeek + (Double(low) + share) * 3_600 - origin
  }
}
