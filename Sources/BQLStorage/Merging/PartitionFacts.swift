import BQLColumnar

/// Counts what LOAD tells of a log, in one of its partitions.
package struct PartitionFacts: Hashable, Sendable {
  package let rowCount: Int
  package let userCount: Int
  /// Rows that share their instant with their user's previous row.
  package let tiedRows: Int
  /// Distinct (user, session) pairs; nil where the log has no SESSION.
  package let visitCount: Int?
  /// Rows without a value, by column.
  package let nullCounts: [Int]
  /// Rows by the code of their event; empty where the log has no EVENT.
  package let eventCounts: [Int]
  /// In microseconds; nil without rows.
  package let timeRange: ClosedRange<Int64>?

  /// Counts the rows of a partition of a log with these roles.
  ///
  /// - Complexity: O(rows).
  package init(_ partition: Partition, roles: RoleBinding) {
    rowCount = partition.rowCount
    userCount = partition.userCount
    nullCounts = partition.columns.map { column in
      column.validity.map { $0.count - $0.setCount } ?? 0
    }
    eventCounts =
      roles[.event].map { event in
        let column = partition.columns[event]
        return column.countsByCode(column.codeDictionary?.count ?? 0)
      } ?? []
    visitCount = roles[.session].map { Self.visits(partition, column: $0) }
    guard let time = roles[.time], partition.rowCount > 0 else {
      tiedRows = 0
      timeRange = nil
      return
    }
    let column = partition.columns[time]
    var tied = 0
    var (low, high) = (Int64.max, Int64.min)
    column.withRawInts { raw in
      partition.userOffsets.withSpan { offsets in
        for user in 0..<partition.userCount {
          let rows = Int(offsets[user])..<Int(offsets[user + 1])
          guard let first = rows.first, let last = rows.last else { continue }
          low = min(low, raw(first))
          high = max(high, raw(last))
          for row in rows.dropFirst() where raw(row) == raw(row - 1) { tied += 1 }
        }
      }
    }
    tiedRows = tied
    timeRange = low > high ? nil : low * column.scale...high * column.scale
  }

  private static func visits(_ partition: Partition, column: Int) -> Int {
    let column = partition.columns[column]
    let isCoded = column.codeDictionary != nil
    var lastUser = [Int32](repeating: -1, count: isCoded ? column.codeDictionary?.count ?? 0 : 0)
    var visits = 0
    column.withRawInts { raw in
      for user in 0..<partition.userCount {
        let rows = Int(partition.userOffsets[user])..<Int(partition.userOffsets[user + 1])
        var met: Set<Int64> = []
        for row in rows where column.validity?[row] ?? true {
          let session = raw(row)
          if isCoded {
            visits += lastUser[Int(session)] == Int32(truncatingIfNeeded: user) ? 0 : 1
            lastUser[Int(session)] = Int32(truncatingIfNeeded: user)
          } else if met.insert(session).inserted {
            visits += 1
          }
        }
      }
    }
    return visits
  }
}
