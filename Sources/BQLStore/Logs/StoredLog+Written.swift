import BQLColumnar
import BQLStorage

extension StoredLog {
  /// Describes a log whose files are written.
  init(
    _ source: LogSource,
    _ written: LogWriter.Written,
    loads: [Load],
    generation: Int
  ) {
    var roles: [Int: Role] = [:]
    for role in Role.allCases {
      if let column = source.roles[role] { roles[column] = role }
    }
    let facts = written.facts
    let ranges = facts.compactMap(\.timeRange)
    self.init(
      name: source.name,
      generation: generation,
      fields: source.schema.fields.enumerated().map { index, field in
        Field(
          name: field.name,
          type: field.type,
          role: roles[index],
          missingCount: facts.reduce(0) { $0 + $1.nullCounts[index] },
          isShared: source.dictionaries[index] != nil
        )
      },
      events: EventValue.list(source.eventNames, facts.map(\.eventCounts)),
      partitions: facts.map { Partition(rowCount: $0.rowCount, userCount: $0.userCount) },
      files: written.files,
      loads: loads,
      sessionCount: source.roles[.session].map { _ in
        facts.reduce(0) { $0 + ($1.visitCount ?? 0) }
      },
      tiedRows: facts.reduce(0) { $0 + $1.tiedRows },
      timeRange: ranges.map(\.lowerBound).min().flatMap { low in
        ranges.map(\.upperBound).max().map { low...$0 }
      }
    )
  }
}
