/// Reports a time zone that cannot be had.
package enum TimeZoneError: Error, Hashable, Sendable {
  /// No zone has the name: the name, and the names that the system has.
  case unknown(String, known: [String])
  /// The name is no zone's but a path's.
  case notAName(String)
  /// The system has no time zones: the folder that they were looked for in.
  case noDatabase(String)
  /// The file of a zone is damaged: the zone, and what is wrong.
  case damaged(String, String)
  /// The file of a zone cannot be read: the zone, and the system's reason.
  case unreadable(String, String)
}
