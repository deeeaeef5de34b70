import BQLColumnar

/// Names a user by the partition and the place there.
package struct UserPlace: Hashable, Sendable {
  package let partition: Int
  package let user: Int

  package init(partition: Int, user: Int) {
    self.partition = partition
    self.user = user
  }
}

/// Lends one log's rows for the partitions of the joined one.
struct MergeInput: Sendable {
  /// Cut as the joined log is, or less than that because it has no users for the other partitions.
  let log: EventLog
  /// Where the log has each column of the joined one.
  let places: [Int]

  /// The values of a column of the joined log, by partition.
  func columns(_ place: Int) -> [StoredColumn] {
    log.partitions.map { $0.columns[places[place]] }
  }

  /// The type that the log has a column of the joined one as.
  func type(_ place: Int) -> DataType { log.schema[places[place]].type }
}

/// Holds the rows that one log gives to a partition of the joined one.
struct MergePart: Sendable {
  /// The log's place among those that are joined.
  let input: Int
  let partition: Partition
}

extension EventLog {
  /// The log without one of its users.
  func without(_ user: UserPlace) -> EventLog {
    var left = partitions
    let kept = (0..<left[user.partition].userCount).filter { $0 != user.user }
    left[user.partition] = left[user.partition].keeping(users: kept)
    return with(partitions: left)
  }

  /// The log in as many partitions as others have; one that is cut already stays as it is.
  func cut(into partitionCount: Int, _ kind: UserKind) -> EventLog {
    guard partitions.count == 1, partitionCount > 1, let user = roles[.user] else { return self }
    var users = [[Int]](repeating: [], count: partitionCount)
    for (user, partition) in kind.partitions(of: partitions[0].userValues(user)).enumerated() {
      users[Int(partition)].append(user)
    }
    return with(partitions: users.map { partitions[0].keeping(users: $0) })
  }

  private func with(partitions: [Partition]) -> EventLog {
    EventLog(
      name: name,
      schema: schema,
      roles: roles,
      partitions: partitions,
      events: events,
      report: report
    )
  }
}

extension Partition {
  /// Returns the rows of some of the users, which are given in ascending order.
  func keeping(users: [Int]) -> Partition {
    var rows: [Int32] = []
    var offsets: [Int32] = [0]
    for user in users {
      rows += userOffsets[user]..<userOffsets[user + 1]
      offsets.append(Int32(truncatingIfNeeded: rows.count))
    }
    let keptOffsets = Buffer(offsets)
    let places = users.map { Int32(truncatingIfNeeded: $0) }
    return Partition(
      rowCount: rows.count,
      userOffsets: keptOffsets,
      columns: columns.map { column in
        guard case .perUser(let values, _) = column.storage else {
          return column.kept(rows, userOffsets: keptOffsets)
        }
        return StoredColumn(
          type: column.type,
          storage: .perUser(
            values: values.kept(places, userOffsets: keptOffsets),
            offsets: keptOffsets
          ),
          count: rows.count
        )
      }
    )
  }
}
