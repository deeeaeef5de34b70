import BQLColumnar

extension EventLog {
  /// Cuts the log into runs of whole users, in store order, of at most `targetRows` rows each.
  ///
  /// A user is never split: one with more rows than that is a morsel of its own. The cut depends on
  /// the log and `targetRows` alone, and is kept with the log.
  ///
  /// - Complexity: O(morsels × log users) the first time.
  package func morsels(targetRows: Int = 65_536) -> [Morsel] {
    let key = "morsels of \(targetRows) rows"
    if let kept = memo.value(key, as: [Morsel].self) { return kept }
    let morsels = partitions.indices.flatMap { partition in
      partitions[partition].morsels(partition: partition, targetRows: max(targetRows, 1))
    }
    return memo.keep(morsels, key)
  }
}

extension Partition {
  fileprivate func morsels(partition: Int, targetRows: Int) -> [Morsel] {
    userOffsets.withSpan { offsets in
      var morsels: [Morsel] = []
      var user = 0
      while user < userCount {
        let firstRow = Int(offsets[user])
        // The last boundary that is not past the target; at least one user is taken.
        var low = user + 1
        var high = userCount
        while low < high {
          let middle = (low + high + 1) / 2
          if Int(offsets[middle]) - firstRow <= targetRows {
            low = middle
          } else {
            high = middle - 1
          }
        }
        morsels.append(
          Morsel(partition: partition, users: user..<low, rows: firstRow..<Int(offsets[low]))
        )
        user = low
      }
      return morsels
    }
  }
}
