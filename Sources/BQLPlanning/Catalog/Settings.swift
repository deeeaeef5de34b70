package import BQLColumnar

/// Holds what `SET` changes.
package struct Settings: Hashable, Sendable {
  /// What an event value that the log does not know does to a statement.
  package enum UnknownEvents: String, Hashable, Sendable, CaseIterable {
    /// Counts 0, with a warning (the default).
    case warn
    case error
  }

  /// The clock on which times are read, written and cut to days.
  package var timeZone = TimeZone.utc
  package var unknownEvents = UnknownEvents.warn
  /// Seconds between two purchase rows of one session that still belong to one order.
  package var orderGapSeconds = 60
  /// Seconds without a row that end a session where no column names it.
  package var sessionGapSeconds = 1_800

  /// Bytes that the operators of one statement may hold, beside the tables; nil: four fifths of the
  /// machine's memory.
  package var memoryBytes: Int?

  package init() {}

  /// Describes one setting: for SET, SHOW SETTINGS and completion.
  package struct Description: Sendable {
    package let name: String
    package let summary: String
    package let get: @Sendable (Settings) -> String
    /// Returns false where the text is no value of the setting.
    package let set: @Sendable (inout Settings, String) -> Bool
    package let accepted: String
  }

  /// Every setting, sorted by name.
  package static let all: [Description] = [
    Description(
      name: "memory",
      summary: "what the operators of one statement may hold, beside the tables",
      get: { $0.memoryBytes.map(ByteSize.text) ?? "default" },
      set: { settings, text in
        let bytes = ByteSize.parse(text)
        guard bytes != nil || text.lowercased() == "default" else { return false }
        settings.memoryBytes = bytes
        return true
      },
      accepted: "an amount such as 512MB or 2GB, or default: 80 % of the machine's"
    ),
    Description(
      name: "order_gap",
      summary: "seconds between purchase rows of one session that still make one order",
      get: { String($0.orderGapSeconds) },
      set: { settings, text in
        guard let seconds = Int(text), (0...86_400).contains(seconds) else { return false }
        settings.orderGapSeconds = seconds
        return true
      },
      accepted: "whole seconds, 0 to 86400"
    ),
    Description(
      name: "session_gap",
      summary: "seconds without a row that end a session, where no column names it",
      get: { String($0.sessionGapSeconds) },
      set: { settings, text in
        guard let seconds = Int(text), (0...2_592_000).contains(seconds) else { return false }
        settings.sessionGapSeconds = seconds
        return true
      },
      accepted: "whole seconds, 0 to 2592000 (30 days)"
    ),
    Description(
      name: "timezone",
      summary: "time zone of literals, calendar parts and printing",
      get: { $0.timeZone.name },
      // The workspace reads other zones from the system's files.
      set: { settings, text in
        guard ["utc", "z", "etc/utc"].contains(text.lowercased()) else { return false }
        settings.timeZone = .utc
        return true
      },
      accepted: "a name such as 'Europe/Berlin', 'America/New_York' or UTC"
    ),
    Description(
      name: "unknown_events",
      summary: "what a step does whose event the log does not know",
      get: { $0.unknownEvents.rawValue },
      set: { settings, text in
        guard let value = UnknownEvents(rawValue: text.lowercased()) else { return false }
        settings.unknownEvents = value
        return true
      },
      accepted: "error or warn"
    ),
  ]

  /// Finds a setting without regard to case.
  package static func description(of name: String) -> Description? {
    all.first { $0.name == name.lowercased() }
  }
}
