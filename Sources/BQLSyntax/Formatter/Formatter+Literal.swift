extension Formatter {
  /// Prints a literal as it would be written.
  package static func print(_ literal: Literal) -> String {
    switch literal {
    case .null: "NULL"
    case .bool(let value): value ? "TRUE" : "FALSE"
    case .int(let value): String(value)
    case .number(let text): text
    case .text(let text): quote(text)
    case .duration(let duration): print(duration)
    case .date(let text): "DATE " + quote(text)
    case .timestamp(let text): "TIMESTAMP " + quote(text)
    }
  }

  /// Prints a span of time in its largest exact unit up to days: `90m`, `7d`, `0.5s`, `3 MONTHS`.
  package static func print(_ duration: Duration) -> String {
    guard duration.months == 0 else {
      return "\(duration.months) \(duration.months == 1 ? "MONTH" : "MONTHS")"
    }
    let total = duration.microseconds
    let units: [DurationUnit] = (duration.isClock ? [] : [.day]) + [.hour, .minute, .second]
    if total != 0, let unit = units.first(where: { total % $0.microseconds == 0 }) {
      return "\(total / unit.microseconds)\(unit.suffix ?? "")"
    }
    let (seconds, fraction) = total.quotientAndRemainder(dividingBy: 1_000_000)
    guard fraction != 0 else { return "\(seconds)s" }
    let digits = String(fraction.magnitude + 1_000_000).dropFirst()
    let kept = String(digits.reversed().drop { $0 == "0" }.reversed())
    return (total < 0 ? "-" : "") + "\(seconds.magnitude).\(kept)s"
  }
}
