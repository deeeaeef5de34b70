package import BQLColumnar

/// Joins logs of the same columns into one, a partition at a time, as if their files had been
/// loaded together in this order.
///
/// A user's rows of all logs stand together in time order; at one instant those of an earlier log
/// come first. Users, and the texts of a dictionary, stand in the order in which the logs have them.
/// Columns are matched by name. A partition is made when it is asked for, so that the whole need
/// not fit into memory.
package struct LogMerge: Sendable {
  package let schema: Schema
  package let roles: RoleBinding
  /// 64, or 1 where all logs are small.
  package let partitionCount: Int
  let inputs: [MergeInput]
  private let columns: [MergeColumn]
  private let userKind: UserKind

  /// Holds a partition, and how many of its rows each log gave.
  package struct Made: Sendable {
    package let partition: Partition
    let runs: RowRuns
  }

  /// Prepares to join `logs`, of which there is at least one.
  ///
  /// `erased` is a user of the first log who is left out. With `prunes` texts that no row has leave
  /// the dictionaries, but for the names of events.
  package init(
    _ logs: [EventLog],
    erasing erased: UserPlace? = nil,
    prunes: Bool = false,
    threads: Int
  ) throws(MergeError) {
    let first = logs[0]
    roles = first.roles
    let rowCount = logs.reduce(0) { $0 + $1.rowCount }
    let isLarge = rowCount >= LoadPass.partitionedRowCount
    partitionCount = max(logs.map(\.partitions.count).max() ?? 1, isLarge ? 64 : 1)
    userKind = try UserKind(logs, partitionCount: partitionCount)
    var inputs: [MergeInput] = []
    for (index, log) in logs.enumerated() {
      let places = try MergeColumn.places(of: first, in: log)
      let left = index == 0 ? erased.map { log.without($0) } ?? log : log
      inputs.append(MergeInput(log: left.cut(into: partitionCount, userKind), places: places))
    }
    self.inputs = inputs
    var columns: [MergeColumn] = []
    for index in first.schema.fields.indices {
      columns.append(
        try MergeColumn(index, of: first, inputs, prunes: prunes, threads: threads)
      )
    }
    self.columns = columns
    schema = Schema(columns.map(\.field))
  }

  /// The dictionary that a column has in all partitions; nil where each has its own, or the column
  /// holds no texts.
  package func sharedDictionary(ofColumn index: Int) -> CodeDictionary? {
    columns[index].sharedDictionary
  }

  /// Makes partition `index` of the joined log.
  package func partition(_ index: Int) throws(MergeError) -> Made {
    guard let user = roles[.user], let time = roles[.time] else {
      preconditionFailure("a log has USER and TIME")
    }
    let parts = inputs.indices.compactMap { input in
      inputs[input].log.partitions.indices.contains(index)
        ? MergePart(input: input, partition: inputs[input].log.partitions[index]) : nil
    }
    guard parts.reduce(0, { $0 + $1.partition.rowCount }) < Int(Int32.max) else {
      throw .tooLarge
    }
    let users = MergedUsers(parts, inputs, column: user, userKind)
    let times = columns[time].wide(parts, inputs, nil)
    let runs = RowRuns(parts, users.codes, userCount: users.count, times: times)
    let offsets = Buffer(runs.userOffsets)
    let stored = columns.indices.map { column in
      column == user
        ? StoredColumn(
          type: users.values.type,
          storage: .perUser(values: users.values, offsets: offsets),
          count: runs.rowCount
        )
        : columns[column].gather(parts, inputs, runs, times: column == time ? times : nil)
    }
    return Made(
      partition: Partition(rowCount: runs.rowCount, userOffsets: offsets, columns: stored),
      runs: runs
    )
  }
}

extension LogMerge.Made {
  /// Finds the rows of log `first` and those behind it that equal an earlier one in every column;
  /// with `removes` returns the partition without them.
  package func telling(
    duplicatesFrom first: Int,
    _ roles: RoleBinding,
    removes: Bool
  ) -> (partition: Partition, duplicateCount: Int) {
    guard let time = roles[.time] else { return (partition, 0) }
    let all = DuplicateRows(partition, roles: roles, timeColumn: time).places()
    let places = runs.places(all, from: first)
    return (removes ? partition.removing(places) : partition, places.count)
  }
}
