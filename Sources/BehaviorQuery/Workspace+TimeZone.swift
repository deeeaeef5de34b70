import BQLPlanning
import BQLStorage
import BQLSyntax

extension Workspace {
  /// Runs `SET timezone = 'Europe/Berlin'`.
  func setTimeZone(
    _ name: String,
    at range: SourceRange,
    of source: Source
  ) throws(BQLError) -> Outcome {
    do throws(TimeZoneError) {
      settings.timeZone = try TimeZoneDirectory.zone(named: name)
      return .done
    } catch {
      throw fail(
        Self.code(of: error),
        Self.message(of: error),
        at: range,
        source,
        hints: Self.hints(of: error)
      )
    }
  }

  private static func code(of error: TimeZoneError) -> DiagnosticCode {
    switch error {
    case .unknown, .notAName: .badSetting
    case .noDatabase: .fileNotFound
    case .damaged: .badData
    case .unreadable: .fileUnreadable
    }
  }

  private static func message(of error: TimeZoneError) -> String {
    switch error {
    case .unknown(let name, _): "unknown time zone '\(name)'"
    case .notAName(let name): "no name of a time zone: '\(name)'"
    case .noDatabase(let folder): "the system has no time zones in '\(folder)'"
    case .damaged(let name, let reason): "the file of time zone '\(name)' is damaged: \(reason)"
    case .unreadable(let name, let reason):
      "the file of time zone '\(name)' cannot be read: \(reason)"
    }
  }

  private static func hints(of error: TimeZoneError) -> [String] {
    let form = "a zone is named by region and city: 'Europe/Berlin', 'America/New_York'; or UTC"
    switch error {
    case .unknown(let name, let known): return hints(name, known) + [form]
    case .notAName: return [form]
    case .noDatabase:
      return ["install them (Debian: tzdata), or name their folder in TZDIR; UTC needs none"]
    case .damaged, .unreadable: return []
    }
  }

  /// The names nearest to one, and to its city alone: `Berlin` means `Europe/Berlin`.
  private static func hints(_ name: String, _ known: [String]) -> [String] {
    var near = NearestNames.nearest(to: name, in: known, limit: 3)
    let city = String(name.split(separator: "/").last ?? "")
    let cities = known.map { String($0.split(separator: "/").last ?? "") }
    let wanted = [city] + NearestNames.nearest(to: city, in: cities, limit: 3)
    for word in wanted where near.count < 3 {
      for (index, other) in cities.enumerated()
      where other.lowercased() == word.lowercased() && !near.contains(known[index]) {
        near.append(known[index])
      }
    }
    if near.isEmpty { return [] }
    return ["did you mean \(near.prefix(3).map { "'\($0)'" }.joined(separator: " or "))?"]
  }
}
