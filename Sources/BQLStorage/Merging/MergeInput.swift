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
  let log: EventLog
  /// Where the log has each column of the joined one.
  let places: [Int]
  /// The users of each partition of the joined log, where the log is not cut as that is.
  private let split: [[Int32]]?
  private let erased: UserPlace?

  init(
    _ log: EventLog,
    places: [Int],
    partitionCount: Int,
    _ kind: UserKind,
    erased: UserPlace?
  ) {
    self.log = log
    self.places = places
    self.erased = erased
    guard log.partitions.count < partitionCount, let whole = log.partitions.first,
      let user = log.roles[.user]
    else {
      split = nil
      return
    }
    var split = [[Int32]](repeating: [], count: partitionCount)
    let numbers = kind.partitions(of: whole.userValues(user))
    for (user, partition) in numbers.enumerated() {
      if erased == UserPlace(partition: 0, user: user) { continue }
      split[Int(partition)].append(Int32(truncatingIfNeeded: user))
    }
    self.split = split
  }

  /// How many partitions of the joined log it gives rows to at most.
  var partCount: Int { split?.count ?? log.partitions.count }

  /// What the log gives to a partition; nil where that is nothing.
  func part(_ index: Int, of input: Int) -> MergePart? {
    if let split {
      return split[index].isEmpty
        ? nil : MergePart(input: input, partition: log.partitions[0], users: split[index])
    }
    guard log.partitions.indices.contains(index) else { return nil }
    let partition = log.partitions[index]
    guard let erased, erased.partition == index else {
      return MergePart(input: input, partition: partition, users: nil)
    }
    let kept = (0..<partition.userCount).filter { $0 != erased.user }
    return MergePart(
      input: input,
      partition: partition,
      users: kept.map { Int32(truncatingIfNeeded: $0) }
    )
  }
}

/// Holds the rows that one log gives to a partition of the joined one.
struct MergePart: Sendable {
  let input: Int
  let partition: Partition
  /// The users that belong there; nil for all.
  let users: [Int32]?

  var userCount: Int { users?.count ?? partition.userCount }

  func user(_ position: Int) -> Int { users.map { Int($0[position]) } ?? position }

  /// Calls `body` with each run of rows that belong there.
  func forEachRun(_ body: (Range<Int>) -> Void) {
    guard let users else { return body(0..<partition.rowCount) }
    for user in users {
      body(Int(partition.userOffsets[Int(user)])..<Int(partition.userOffsets[Int(user) + 1]))
    }
  }
}
