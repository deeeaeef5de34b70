import BQLColumnar

/// Holds a template of `to_char`, ready to write times.
struct TimeTemplate: Sendable {
  private enum Piece: Sendable {
    case text([UInt8])
    case pattern(String, isBare: Bool)
  }

  /// The longest first, so that `MONTH` is not read as `MON` and `TH`.
  private static let patterns: [String] = [
    "MONTH", "Month", "month", "IYYY", "YYYY", "HH24", "HH12", "SSSS", "DAY", "Day", "day", "MON",
    "Mon", "mon", "DDD", "YYY", "A.M.", "P.M.", "IYY", "HH", "MI", "SS", "MS", "US", "AM", "PM",
    "am", "pm", "DY", "Dy", "dy", "DD", "ID", "IW", "WW", "MM", "YY", "IY", "TZ", "OF", "CC", "Q",
    "W", "D", "Y",
  ].sorted { $0.utf8.count > $1.utf8.count }

  private var pieces: [Piece] = []

  init(_ template: Utf8) {
    var rest = template
    var plain: [UInt8] = []
    func append(_ piece: Piece) {
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = []
      pieces.append(piece)
    }
    var isBare = false
    while let byte = rest.first {
      if byte == UInt8(ascii: "\"") {
        rest = rest.dropFirst()
        plain.append(contentsOf: rest.prefix { $0 != UInt8(ascii: "\"") })
        rest = rest.drop { $0 != UInt8(ascii: "\"") }.dropFirst()
      } else if rest.starts(with: "FM".utf8) {
        isBare = true
        rest = rest.dropFirst(2)
      } else if let pattern = Self.patterns.first(where: { rest.starts(with: $0.utf8) }) {
        append(.pattern(pattern, isBare: isBare))
        isBare = false
        rest = rest.dropFirst(pattern.utf8.count)
      } else {
        plain.append(byte)
        rest = rest.dropFirst()
      }
    }
    if !plain.isEmpty { pieces.append(.text(plain)) }
  }

  /// Writes an instant on the clock of `zone`.
  func text(_ timestamp: Int64, in zone: TimeZone) -> Utf8 {
    let moment = Moment(timestamp, in: zone)
    var text: [UInt8] = []
    for piece in pieces {
      switch piece {
      case .text(let bytes): text.append(contentsOf: bytes)
      case .pattern(let pattern, let isBare): moment.append(pattern, isBare: isBare, to: &text)
      }
    }
    return text[...]
  }

  /// Holds the parts of one time.
  private struct Moment {
    let instant: Int64
    let zone: TimeZone
    let date: CivilDate
    let weekday: Int
    /// Microseconds since midnight.
    let clock: Int64

    init(_ instant: Int64, in zone: TimeZone) {
      self.instant = instant
      self.zone = zone
      let (day, clock) = TimeLimits.split(zone.local(instant))
      date = CivilDate(daysSince1970: Int(day))
      weekday = CivilDate.isoWeekday(daysSince1970: Int(day))
      self.clock = clock
    }

    private var hour: Int { Int(clock / Microseconds.perHour) }

    func append(_ pattern: String, isBare: Bool, to text: inout [UInt8]) {
      if let (value, width) = number(pattern) {
        text.appendPadded(value, isBare ? 1 : width)
      } else if let (name, width) = name(pattern) {
        text.append(contentsOf: name.utf8)
        if !isBare {
          text.append(contentsOf: repeatElement(0x20, count: max(0, width - name.utf8.count)))
        }
      }
    }

    private func number(_ pattern: String) -> (value: Int, width: Int)? {
      switch pattern {
      case "YYYY": (date.year, 4)
      case "YYY": (date.year % 1_000, 3)
      case "YY": (date.year % 100, 2)
      case "Y": (date.year % 10, 1)
      case "IYYY": (date.isoWeek.year, 4)
      case "IYY": (date.isoWeek.year % 1_000, 3)
      case "IY": (date.isoWeek.year % 100, 2)
      case "CC": ((date.year + 99) / 100, 2)
      case "Q": ((date.month + 2) / 3, 1)
      case "MM": (date.month, 2)
      case "IW": (date.isoWeek.week, 2)
      case "WW": ((date.dayOfYear - 1) / 7 + 1, 2)
      case "W": ((date.day - 1) / 7 + 1, 1)
      case "DDD": (date.dayOfYear, 3)
      case "DD": (date.day, 2)
      case "ID": (weekday, 1)
      // Sunday is 1.
      case "D": (weekday % 7 + 1, 1)
      case "HH24": (hour, 2)
      case "HH", "HH12": ((hour + 11) % 12 + 1, 2)
      case "MI": (Int(clock / Microseconds.perMinute % 60), 2)
      case "SS": (Int(clock / Microseconds.perSecond % 60), 2)
      case "SSSS": (Int(clock / Microseconds.perSecond), 1)
      case "MS": (Int(clock / Microseconds.perMillisecond % 1_000), 3)
      case "US": (Int(clock % Microseconds.perSecond), 6)
      default: nil
      }
    }

    private func name(_ pattern: String) -> (name: String, width: Int)? {
      let month = TimeFormat.months[date.month - 1]
      let day = TimeFormat.weekdays[weekday - 1]
      switch pattern {
      case "MONTH": return (month.uppercased(), 9)
      case "Month": return (month, 9)
      case "month": return (month.lowercased(), 9)
      case "MON": return (String(month.prefix(3)).uppercased(), 3)
      case "Mon": return (String(month.prefix(3)), 3)
      case "mon": return (String(month.prefix(3)).lowercased(), 3)
      case "DAY": return (day.uppercased(), 9)
      case "Day": return (day, 9)
      case "day": return (day.lowercased(), 9)
      case "DY": return (String(day.prefix(3)).uppercased(), 3)
      case "Dy": return (String(day.prefix(3)), 3)
      case "dy": return (String(day.prefix(3)).lowercased(), 3)
      case "AM", "PM": return (hour < 12 ? "AM" : "PM", 2)
      case "am", "pm": return (hour < 12 ? "am" : "pm", 2)
      case "A.M.", "P.M.": return (hour < 12 ? "A.M." : "P.M.", 4)
      case "TZ": return (zone.abbreviation(at: instant), 0)
      case "OF":
        var text: [UInt8] = []
        ValueText.append(offset: zone.offset(at: instant), to: &text)
        return (String(decoding: text, as: UTF8.self), 0)
      default: return nil
      }
    }
  }
}
