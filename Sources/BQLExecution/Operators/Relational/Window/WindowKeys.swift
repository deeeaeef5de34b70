import BQLColumnar
import BQLFunctions

/// Holds one ORDER BY key of a window as integers that ascend in the order asked for.
struct WindowKey: Sendable {
  let type: DataType
  let isDescending: Bool
  let nullsFirst: Bool
  /// 0 for NULL.
  var values: [Int64]
  /// Which rows are NULL; nil where none is.
  var isNull: [Bool]?

  init(_ column: Column, _ key: CompiledWindow.Key, threads: Int) {
    type = column.type
    isDescending = key.isDescending
    nullsFirst = key.nullsFirst
    var values = SortOrder.integers(column, threads)
    if isDescending { values = values.map { ~$0 } }
    if let validity = column.validity {
      let isNull = (0..<column.count).map { !validity[$0] }
      for row in values.indices where isNull[row] { values[row] = 0 }
      self.isNull = isNull
    }
    self.values = values
  }

  /// The number of an integer of the key's type, and back: `~x` turns the order over.
  @inline(__always)
  func directed(_ value: Int64) -> Int64 { isDescending ? ~value : value }

  /// Returns the key at `rows`, in their order.
  func gather(_ rows: [Int32]) -> WindowKey {
    var copy = self
    let values = values
    copy.values = rows.map { values[Int($0)] }
    if let isNull { copy.isNull = rows.map { isNull[Int($0)] } }
    return copy
  }

  func slice(_ range: Range<Int>) -> WindowKey {
    if range == values.indices { return self }
    var copy = self
    copy.values = Array(values[range])
    copy.isNull = isNull.map { Array($0[range]) }
    return copy
  }

  /// −1, 0 or 1 as row `a` comes before row `b`, equals it or comes behind it.
  @inline(__always)
  func compare(_ a: Int, _ b: Int) -> Int {
    if let isNull, isNull[a] != isNull[b] { return isNull[a] == nullsFirst ? -1 : 1 }
    return values[a] < values[b] ? -1 : values[a] == values[b] ? 0 : 1
  }
}

/// Sorts the rows of each partition by keys; equal rows keep their order.
struct PartitionSort {
  /// The keys in the order of the rows, where they are wanted.
  private(set) var keys: [WindowKey]
  /// The rows in order; nil where they stand in it already.
  private(set) var rows: [Int32]?

  private let keepsKeys: Bool

  /// Below this many rows comparing is faster than counting digits.
  private static let smallCount = 1_024

  /// Sorts rows, one partition behind the other; `keys` are in their order, `rows` says which rows
  /// they are, nil for 0, 1, ….
  init(_ keys: [WindowKey], rows: [Int32]?, partitions: [Int32], keepsKeys: Bool) {
    self.keys = keys
    self.rows = rows
    self.keepsKeys = keepsKeys
    guard !keys.isEmpty else { return }
    let count = keys[0].values.count
    if isMostlyUnsorted(partitions) {
      sortTogether(partitions, count)
      return
    }
    for partition in 0..<max(partitions.count - 1, 0) {
      let range = Int(partitions[partition])..<Int(partitions[partition + 1])
      if isSorted(range) { continue }
      if self.rows == nil { self.rows = (0..<Int32(truncatingIfNeeded: count)).map { $0 } }
      apply(range.count < Self.smallCount ? compared(range) : counted(range), to: range)
    }
  }

  /// Whether there are many small partitions, and most of their rows stand in another order.
  private func isMostlyUnsorted(_ partitions: [Int32]) -> Bool {
    guard let count = partitions.last, partitions.count > 64,
      Int(count) / (partitions.count - 1) < Self.smallCount
    else { return false }
    var unsorted = 0
    for partition in 0..<partitions.count - 1 {
      let range = Int(partitions[partition])..<Int(partitions[partition + 1])
      if !isSorted(range) { unsorted += range.count }
    }
    return unsorted * 2 > Int(count)
  }

  /// Sorts all rows by the keys and then brings those of each partition together, which for small
  /// partitions costs less than to sort one after the other.
  private mutating func sortTogether(_ partitions: [Int32], _ count: Int) {
    let sorted = counted(0..<count)
    var partitionOfRow = [Int32](repeating: 0, count: count)
    for partition in 0..<partitions.count - 1 {
      for row in partitions[partition]..<partitions[partition + 1] {
        partitionOfRow[Int(row)] = Int32(truncatingIfNeeded: partition)
      }
    }
    var next = partitions
    var order = [Int32](repeating: 0, count: count)
    for row in sorted {
      let partition = Int(partitionOfRow[Int(row)])
      order[Int(next[partition])] = row
      next[partition] += 1
    }
    rows = rows.map { rows in order.map { rows[Int($0)] } } ?? order
    if keepsKeys { keys = keys.map { $0.gather(order) } }
  }

  private func isSorted(_ range: Range<Int>) -> Bool {
    if keys.count == 1, keys[0].isNull == nil {
      let values = keys[0].values
      var row = range.lowerBound + 1
      while row < range.upperBound, values[row - 1] <= values[row] { row += 1 }
      return row >= range.upperBound
    }
    return range.dropFirst().allSatisfy { compare($0 - 1, $0) <= 0 }
  }

  @inline(__always)
  private func compare(_ a: Int, _ b: Int) -> Int {
    for key in keys {
      let order = key.compare(a, b)
      if order != 0 { return order }
    }
    return 0
  }

  private func compared(_ range: Range<Int>) -> [Int32] {
    var order = range.map { Int32(truncatingIfNeeded: $0) }
    if keys.count == 1, keys[0].isNull == nil {
      let values = keys[0].values
      order.sort { a, b in
        let (left, right) = (values[Int(a)], values[Int(b)])
        return left != right ? left < right : a < b
      }
    } else {
      order.sort { a, b in
        let order = compare(Int(a), Int(b))
        return order != 0 ? order < 0 : a < b
      }
    }
    return order
  }

  private func counted(_ range: Range<Int>) -> [Int32] {
    var order = range.map { Int32(truncatingIfNeeded: $0) }
    for key in keys.reversed() {
      RadixSort.sort(&order, by: key.values)
      if let isNull = key.isNull {
        RadixSort.sort(&order, by: isNull.map { $0 == key.nullsFirst ? 0 : 1 })
      }
    }
    return order
  }

  private mutating func apply(_ order: [Int32], to range: Range<Int>) {
    if let rows { self.rows?.replaceSubrange(range, with: order.map { rows[Int($0)] }) }
    guard keepsKeys else { return }
    for index in keys.indices {
      let sorted = keys[index].gather(order)
      keys[index].values.replaceSubrange(range, with: sorted.values)
      if let isNull = sorted.isNull { keys[index].isNull?.replaceSubrange(range, with: isNull) }
    }
  }
}

/// Brings the rows of each partition together, in their order.
struct PartitionOrder {
  /// Where each partition begins, and where the last ends.
  let starts: [Int32]
  /// The rows, partition by partition; nil where they stand so already.
  let rows: [Int32]?

  /// Reads the partition of each row, below `count`.
  init(_ partitions: [Int32], count: Int) {
    var starts = [Int32](repeating: 0, count: count + 1)
    var isGrouped = true
    var last: Int32 = 0
    for partition in partitions {
      starts[Int(partition) + 1] += 1
      isGrouped = isGrouped && last <= partition
      last = partition
    }
    for index in 0..<count { starts[index + 1] += starts[index] }
    self.starts = starts
    guard !isGrouped else {
      rows = nil
      return
    }
    var next = starts
    var rows = [Int32](repeating: 0, count: partitions.count)
    for (row, partition) in partitions.enumerated() {
      let place = Int(next[Int(partition)])
      rows[place] = Int32(truncatingIfNeeded: row)
      next[Int(partition)] += 1
    }
    self.rows = rows
  }

  /// Makes one partition of all rows.
  init(whole count: Int) {
    starts = [0, Int32(truncatingIfNeeded: count)]
    rows = nil
  }

  /// Makes a partition of each run of equal integers.
  init(runsOf values: [Int64]) {
    var starts: [Int32] = []
    var last: Int64?
    for (row, value) in values.enumerated() where value != last {
      starts.append(Int32(truncatingIfNeeded: row))
      last = value
    }
    starts.append(Int32(truncatingIfNeeded: values.count))
    self.starts = starts
    rows = nil
  }
}
