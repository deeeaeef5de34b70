package import BQLColumnar

/// Holds a loaded event log: rows clustered by user and sorted by (time, source row) within one.
///
/// Store order is partition by partition, user by user, row by row; it depends on the log's rows
/// alone, never on threads or on how the files were split.
package final class EventLog: Sendable {
  package let name: String
  package let schema: Schema
  package let roles: RoleBinding
  package let partitions: [Partition]
  /// What each code of the EVENT column stands for, in code order; the same in every partition.
  package let events: [EventValue]
  package let report: LoadReport
  /// What questions have worked out about the rows.
  package let memo: LogMemo

  package init(
    name: String,
    schema: Schema,
    roles: RoleBinding,
    partitions: [Partition],
    events: [EventValue],
    report: LoadReport,
    memo: LogMemo = LogMemo()
  ) {
    self.name = name
    self.schema = schema
    self.roles = roles
    self.partitions = partitions
    self.events = events
    self.report = report
    self.memo = memo
  }

  package var rowCount: Int { partitions.reduce(0) { $0 + $1.rowCount } }
  package var userCount: Int { partitions.reduce(0) { $0 + $1.userCount } }

  /// Where a user of the log stands; nil where it has none whom `value` names.
  package func place(ofUser value: Value) -> UserPlace? {
    guard let user = roles[.user] else { return nil }
    for (index, partition) in partitions.enumerated() {
      let names = partition.userValues(user).decode(0..<partition.userCount)
      if let place = (0..<names.count).first(where: { names[$0] == value }) {
        return UserPlace(partition: index, user: place)
      }
    }
    return nil
  }

  /// The first and last instant in microseconds; nil for an empty log.
  package var timeRange: ClosedRange<Int64>? { report.timeRange }

  /// The code of the event `purchase`, which RFM, revenue and orders mean; nil where unknown.
  package var purchaseCode: Int? { events.firstIndex { $0.name == "purchase" } }
}

/// Names one value of the EVENT column.
package struct EventValue: Hashable, Sendable {
  package let name: String
  /// Rows that carry it; 0 where it is declared (the REES46 header declares four) but not seen.
  package let rowCount: Int

  package init(name: String, rowCount: Int) {
    self.name = name
    self.rowCount = rowCount
  }

  /// Lists the texts of the EVENT column's dictionary with the sums of their rows in each partition.
  package static func list(_ names: [String], _ counts: [[Int]]) -> [EventValue] {
    names.indices.map { code in
      EventValue(name: names[code], rowCount: counts.reduce(0) { $0 + $1[code] })
    }.filter { $0.name != "" || $0.rowCount > 0 }
  }
}

/// Holds the users whose hash falls into one part of a log, all their rows together.
package struct Partition: Sendable {
  package let rowCount: Int
  package let userCount: Int
  /// User *u* owns rows `userOffsets[u]..<userOffsets[u + 1]`; `userCount + 1` entries.
  package let userOffsets: Buffer<Int32>
  /// One column a field of the log's schema.
  package let columns: [StoredColumn]

  package init(rowCount: Int, userOffsets: Buffer<Int32>, columns: [StoredColumn]) {
    self.rowCount = rowCount
    self.userCount = userOffsets.count - 1
    self.userOffsets = userOffsets
    self.columns = columns
  }
}

/// Names a run of whole users of one partition: the unit of parallel work.
package struct Morsel: Hashable, Sendable {
  package let partition: Int
  package let users: Range<Int>
  package let rows: Range<Int>

  package init(partition: Int, users: Range<Int>, rows: Range<Int>) {
    self.partition = partition
    self.users = users
    self.rows = rows
  }
}
