package import BQLColumnar

/// Holds one value for each user of a log, partition by partition, in the order of its users.
package struct UserColumn: Sendable {
  package let type: DataType
  /// One column a partition of the log, one row a user.
  package let parts: [StoredColumn]

  /// Stores a column that has one row a user, in the order of `log`'s users.
  package init(_ column: Column, of log: EventLog) {
    precondition(column.count == log.userCount, "one value a user")
    type = column.type
    var dictionary: CodeDictionary?
    if case .texts(_, let texts) = column.values { dictionary = CodeDictionary(texts) }
    var parts: [StoredColumn] = []
    var first = 0
    for partition in log.partitions {
      let rows = first..<(first + partition.userCount)
      parts.append(StoredColumn(column, rows: rows, dictionary: dictionary))
      first = rows.upperBound
    }
    self.parts = parts
  }

  /// All values as one column.
  package var column: Column {
    Column.concatenate(parts.map { $0.decode(0..<$0.count) }, type: type)
  }

  /// The users that have a value.
  package var valueCount: Int {
    parts.reduce(0) { $0 + ($1.validity?.setCount ?? $1.count) }
  }

  /// The number of distinct values, NULL apart.
  ///
  /// - Complexity: O(users).
  package var distinctCount: Int {
    let column = column
    func valid(_ row: Int) -> Bool { column.isValid(row) }
    switch column.values {
    case .bools(let bools): return Set(bools.indices.filter(valid).map { bools[$0] }).count
    case .ints(let ints): return Set(ints.indices.lazy.filter(valid).map { ints[$0] }).count
    case .floats(let floats):
      // NaN differs from itself: counted apart.
      let numbers = floats.indices.filter(valid).map { floats[$0] }
      return Set(numbers.filter { !$0.isNaN }).count + (numbers.contains(where: \.isNaN) ? 1 : 0)
    case .texts(let codes, let dictionary):
      let met = Set(codes.indices.lazy.filter(valid).map { codes[$0] })
      return dictionary.isDistinct ? met.count : Set(met.map { dictionary.utf8(Int($0)) }).count
    }
  }
}

extension EventLog {
  /// Returns the log with further columns behind its own, each a value a user.
  package func attaching(_ columns: [(field: Field, values: UserColumn)]) -> EventLog {
    let attached = partitions.enumerated().map { index, partition in
      Partition(
        rowCount: partition.rowCount,
        userOffsets: partition.userOffsets,
        columns: partition.columns
          + columns.map { $0.values.parts[index].repeated(over: partition) }
      )
    }
    return EventLog(
      name: name,
      schema: Schema(schema.fields + columns.map(\.field)),
      roles: roles,
      partitions: attached,
      events: events,
      report: report,
      memo: memo
    )
  }

  /// The users as rows: a log of one row a user, whose only column is the user's.
  ///
  /// It has the users of this log in the same order, so that what is attached to one fits the other.
  package var usersAsRows: EventLog {
    guard let user = roles[.user] else { return self }
    let parts = partitions.map { partition in
      Partition(
        rowCount: partition.userCount,
        userOffsets: Buffer((0...Int32(truncatingIfNeeded: partition.userCount)).map { $0 }),
        columns: [partition.userValues(user)]
      )
    }
    return EventLog(
      name: "users",
      schema: Schema([schema[user]]),
      roles: RoleBinding([.user: 0]),
      partitions: parts,
      events: [],
      report: LoadReport()
    )
  }

  /// What names each user, in the order of users.
  package var userNames: Column {
    guard let user = roles[.user] else { return Column([], type: .int) }
    let parts = partitions.map { partition in
      partition.userValues(user).decode(0..<partition.userCount)
    }
    return Column.concatenate(parts, type: schema[user].type)
  }
}

extension StoredColumn {
  /// Repeats a value a user over the users' rows.
  fileprivate func repeated(over partition: Partition) -> StoredColumn {
    if partition.rowCount == partition.userCount, partition.hasOneRowAUser { return self }
    return StoredColumn(
      type: type,
      storage: .perUser(values: self, offsets: partition.userOffsets),
      count: partition.rowCount
    )
  }
}

extension Partition {
  fileprivate var hasOneRowAUser: Bool {
    userOffsets.withSpan { offsets in offsets.indices.allSatisfy { Int(offsets[$0]) == $0 } }
  }

  /// Returns the user column with one row a user.
  package func userValues(_ user: Int) -> StoredColumn {
    if case .perUser(let values, _) = columns[user].storage { return values }
    let column = userOffsets.withSpan { offsets in
      let firstRows = (0..<userCount).map { offsets[$0] }
      // A user without rows has no name.
      var named = Bitmap(repeating: true, count: userCount)
      for user in 0..<userCount where offsets[user] == offsets[user + 1] { named[user] = false }
      let rows = firstRows.map { min($0, Int32(max(rowCount - 1, 0))) }
      let gathered =
        rowCount > 0
        ? columns[user].gather(rows: rows)
        : Column(repeating: .null, type: columns[user].type, count: userCount)
      return gathered.masked(by: named)
    }
    return StoredColumn(column, rows: 0..<userCount, dictionary: columns[user].codeDictionary)
  }
}

extension Column {
  /// Returns the column with only the rows of `kept` valid.
  func masked(by kept: Bitmap) -> Column {
    let bits = Bitmap.intersection(validity, kept)
    switch values {
    case .bools(let bools): return Column(bools: bools, validity: bits)
    case .ints(let ints): return Column(type, ints: ints, validity: bits)
    case .floats(let floats): return Column(floats: floats, validity: bits)
    case .texts(let codes, let dictionary):
      return Column(codes: codes, dictionary: dictionary, validity: bits)
    }
  }
}
