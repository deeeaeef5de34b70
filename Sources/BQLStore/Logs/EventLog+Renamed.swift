import BQLStorage

extension EventLog {
  /// The same log under another name.
  func renamed(_ name: String) -> EventLog {
    EventLog(
      name: name,
      schema: schema,
      roles: roles,
      partitions: partitions,
      events: events,
      report: report,
      memo: memo
    )
  }
}
