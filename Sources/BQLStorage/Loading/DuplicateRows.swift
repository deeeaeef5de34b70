import BQLColumnar

/// Finds the rows of a partition that equal an earlier one in every column.
///
/// Such rows are of one user and one instant, so only runs of equal times are compared: small ones
/// pair by pair, a column at a time; large ones by refining classes of equal rows.
struct DuplicateRows {
  private let partition: Partition
  private let timeColumn: Int
  /// Columns that can differ between rows of one user and instant.
  private let compared: [StoredColumn]

  /// Runs of more rows than this are told apart by classes: pairs would grow with the square.
  private static let longestPairedRun = 16

  init(_ partition: Partition, roles: RoleBinding, timeColumn: Int) {
    self.partition = partition
    self.timeColumn = timeColumn
    compared = partition.columns.enumerated().filter {
      $0.offset != timeColumn && $0.offset != roles[.user]
    }.map(\.element)
  }

  /// The duplicates' places, ascending.
  func places() -> [Int32] {
    var earlier: [Int32] = []
    var later: [Int32] = []
    var long: [Range<Int>] = []
    let times = partition.columns[timeColumn]
    times.withRawInts { raw in
      partition.userOffsets.withSpan { offsets in
        for user in 0..<offsets.count - 1 {
          var start = Int(offsets[user])
          let end = Int(offsets[user + 1])
          while start < end {
            var stop = start + 1
            while stop < end, raw(stop) == raw(start) { stop += 1 }
            if stop - start > Self.longestPairedRun {
              long.append(start..<stop)
            } else if stop - start > 1 {
              for second in start + 1..<stop {
                for first in start..<second {
                  earlier.append(Int32(truncatingIfNeeded: first))
                  later.append(Int32(truncatingIfNeeded: second))
                }
              }
            }
            start = stop
          }
        }
      }
    }
    for column in compared where !later.isEmpty { keepEqual(column, &earlier, &later) }
    var found = Set(later)
    for run in long { found.formUnion(duplicates(in: run)) }
    return found.sorted()
  }

  /// Keeps the pairs that are equal in a column.
  private func keepEqual(
    _ column: StoredColumn,
    _ earlier: inout [Int32],
    _ later: inout [Int32]
  ) {
    var kept = 0
    column.withRawInts { raw in
      for index in earlier.indices {
        let (first, second) = (Int(earlier[index]), Int(later[index]))
        guard raw(first) == raw(second) else { continue }
        if let validity = column.validity, validity[first] != validity[second] { continue }
        earlier[kept] = earlier[index]
        later[kept] = later[index]
        kept += 1
      }
    }
    earlier.removeLast(earlier.count - kept)
    later.removeLast(later.count - kept)
  }

  /// Rows of a class after the last column are equal; all but the first of each are duplicates.
  private func duplicates(in run: Range<Int>) -> [Int32] {
    struct Key: Hashable {
      let group: Int
      let value: Int64?
    }
    var groups = [Int](repeating: 0, count: run.count)
    for column in compared {
      var next: [Key: Int] = [:]
      column.withRawInts { raw in
        for (index, row) in run.enumerated() {
          let isValid = column.validity?[row] ?? true
          let key = Key(group: groups[index], value: isValid ? raw(row) : nil)
          let group = next[key] ?? next.count
          next[key] = group
          groups[index] = group
        }
      }
    }
    var seen: Set<Int> = []
    return run.enumerated().compactMap { index, row in
      seen.insert(groups[index]).inserted ? nil : Int32(truncatingIfNeeded: row)
    }
  }
}

extension StoredColumn {
  /// Lends a function that returns a row's stored number, by which rows of one column compare.
  func withRawInts(_ body: ((Int) -> Int64) -> Void) {
    func lend<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(_ buffer: Buffer<Raw>) {
      buffer.withSpan { span in body { Int64(truncatingIfNeeded: span[$0]) } }
    }
    switch storage {
    case .int8(let buffer): lend(buffer)
    case .int16(let buffer): lend(buffer)
    case .int32(let buffer): lend(buffer)
    case .int64(let buffer): lend(buffer)
    case .bool(let buffer): lend(buffer)
    case .codes8(let buffer, _): lend(buffer)
    case .codes16(let buffer, _): lend(buffer)
    case .codes32(let buffer, _): lend(buffer)
    case .float(let buffer):
      buffer.withSpan { span in body { Int64(bitPattern: span[$0].bitPattern) } }
    case .perUser: body { _ in 0 }
    }
  }

  /// Returns the column's rows at `rows`, in the same representation.
  ///
  /// A column of one value a user gets `userOffsets`: each user's rows afterwards.
  func kept(_ rows: [Int32], userOffsets: Buffer<Int32>) -> StoredColumn {
    func pick<Raw: BitwiseCopyable & Sendable>(_ buffer: Buffer<Raw>) -> Buffer<Raw> {
      buffer.withSpan { span in
        Buffer(count: rows.count) { output in
          for index in rows.indices { output[index] = span[Int(rows[index])] }
        }
      }
    }
    let kept: Storage
    switch storage {
    case .int8(let buffer): kept = .int8(pick(buffer))
    case .int16(let buffer): kept = .int16(pick(buffer))
    case .int32(let buffer): kept = .int32(pick(buffer))
    case .int64(let buffer): kept = .int64(pick(buffer))
    case .float(let buffer): kept = .float(pick(buffer))
    case .bool(let buffer): kept = .bool(pick(buffer))
    case .codes8(let buffer, let dictionary): kept = .codes8(pick(buffer), dictionary)
    case .codes16(let buffer, let dictionary): kept = .codes16(pick(buffer), dictionary)
    case .codes32(let buffer, let dictionary): kept = .codes32(pick(buffer), dictionary)
    case .perUser(let values, _): kept = .perUser(values: values, offsets: userOffsets)
    }
    return StoredColumn(
      type: type,
      storage: kept,
      scale: scale,
      validity: validity.flatMap { bits in
        let picked = bits.gather(rows)
        return picked.allSet ? nil : picked
      },
      count: rows.count
    )
  }
}

extension Partition {
  /// Returns the partition without the rows at `places` (ascending), of which no user has all.
  func removing(_ places: [Int32]) -> Partition {
    guard !places.isEmpty else { return self }
    var isRemoved = [Bool](repeating: false, count: rowCount)
    for place in places { isRemoved[Int(place)] = true }
    var rows: [Int32] = []
    var offsets: [Int32] = [0]
    for user in 0..<userCount {
      for row in Int(userOffsets[user])..<Int(userOffsets[user + 1]) where !isRemoved[row] {
        rows.append(Int32(truncatingIfNeeded: row))
      }
      offsets.append(Int32(truncatingIfNeeded: rows.count))
    }
    let userOffsets = Buffer(offsets)
    return Partition(
      rowCount: rows.count,
      userOffsets: userOffsets,
      columns: columns.map { $0.kept(rows, userOffsets: userOffsets) }
    )
  }
}
