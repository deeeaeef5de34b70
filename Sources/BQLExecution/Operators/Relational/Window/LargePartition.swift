import BQLColumnar

/// Sorts one partition with many rows by all threads: rows are dealt to parts whose first keys ascend
/// from part to part, each of which a thread sorts.
struct LargePartition {
  /// Rows from which on that is worth it.
  static let leastRows = 1 << 18

  private static let sampleCount = 4_096
  private static let partCount = 64
  /// Rows whose part a thread finds at a time.
  private static let pieceRows = 1 << 16

  let keys: [WindowKey]
  let rows: [Int32]
  let context: ExecutionContext

  /// Returns the rows in order.
  func sorted() throws(ExecutionError) -> [Int32] {
    guard let first = keys.first, !isSorted else { return rows }
    let limits = limits(first)
    let pieces = (rows.count + Self.pieceRows - 1) / Self.pieceRows
    let parts = ParallelWork.map(count: pieces, threads: context.threads) { piece in
      let start = piece * Self.pieceRows
      return part(rows[start..<min(start + Self.pieceRows, rows.count)], first, limits)
    }
    try context.checkCancelled()
    let dealt = PartitionOrder(Array(parts.joined()), count: limits.count + 3)
    let sorted = try ParallelWork.map(
      count: limits.count + 3,
      threads: context.threads
    ) { (part: Int) throws(ExecutionError) in
      try context.checkCancelled()
      return sort(part, of: dealt)
    }
    return Array(sorted.joined())
  }

  private var isSorted: Bool {
    rows.indices.dropFirst().allSatisfy { index in
      let (before, row) = (Int(rows[index - 1]), Int(rows[index]))
      for key in keys {
        let order = key.compare(before, row)
        if order != 0 { return order < 0 }
      }
      return before < row
    }
  }

  /// Keys of some rows that cut all rows into parts of about one size.
  private func limits(_ key: WindowKey) -> [Int64] {
    let step = max(rows.count / Self.sampleCount, 1)
    let sample = stride(from: 0, to: rows.count, by: step)
      .map { key.values[Int(rows[$0])] }.sorted()
    var limits: [Int64] = []
    for part in 1..<Self.partCount {
      let limit = sample[part * sample.count / Self.partCount]
      if limits.last != limit { limits.append(limit) }
    }
    return limits
  }

  /// The part of each row: the number of limits that its key reaches, NULLs before or behind all.
  private func part(
    _ rows: ArraySlice<Int32>,
    _ key: WindowKey,
    _ limits: [Int64]
  ) -> [Int32] {
    let values = key.values
    let isNull = key.isNull
    let nullPart = Int32(truncatingIfNeeded: key.nullsFirst ? 0 : limits.count + 2)
    return rows.map { row in
      if let isNull, isNull[Int(row)] { return nullPart }
      let value = values[Int(row)]
      var low = 0
      var high = limits.count
      while low < high {
        let middle = (low &+ high) &>> 1
        if limits[middle] <= value { low = middle &+ 1 } else { high = middle }
      }
      return Int32(truncatingIfNeeded: low &+ 1)
    }
  }

  private func sort(_ part: Int, of dealt: PartitionOrder) -> [Int32] {
    let places = Int(dealt.starts[part])..<Int(dealt.starts[part + 1])
    let own = dealt.rows.map { $0[places].map { rows[Int($0)] } } ?? Array(rows[places])
    let sort = PartitionSort(
      keys.map { $0.gather(own) },
      rows: own,
      partitions: [0, Int32(truncatingIfNeeded: own.count)],
      keepsKeys: false
    )
    return sort.rows ?? own
  }
}
