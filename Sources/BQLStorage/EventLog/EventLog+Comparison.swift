import BQLColumnar
import Synchronization

extension EventLog {
  /// Whether another log has the same columns, roles and rows in the same order, so that what was
  /// computed from one holds for the other.
  ///
  /// Texts are compared by their dictionaries: logs whose dictionaries differ in order count as
  /// different. Reads both logs until the first difference.
  package func hasSameRows(as other: EventLog, threads: Int) -> Bool {
    guard schema == other.schema, roles == other.roles, events == other.events,
      partitions.count == other.partitions.count,
      zip(partitions, other.partitions).allSatisfy({ $0.rowCount == $1.rowCount })
    else { return false }
    let differs = Mutex(false)
    ParallelWork.forEach(count: partitions.count, threads: threads) { index in
      if differs.withLock({ $0 }) { return }
      if !partitions[index].hasSameRows(as: other.partitions[index]) {
        differs.withLock { $0 = true }
      }
    }
    return !differs.withLock { $0 }
  }
}

extension Partition {
  fileprivate func hasSameRows(as other: Partition) -> Bool {
    zip(columns, other.columns).allSatisfy { column, twin in
      let isSameText =
        switch (column.codeDictionary, twin.codeDictionary) {
        case (nil, nil): true
        case (let texts?, let twins?): texts === twins || texts.hasSameTexts(as: twins)
        default: false
        }
      guard isSameText else { return false }
      let step = 65_536
      return stride(from: 0, to: rowCount, by: step).allSatisfy { start in
        let rows = start..<min(start + step, rowCount)
        return column.decode(rows).hasSameNumbers(as: twin.decode(rows))
      }
    }
  }
}

extension CodeDictionary {
  fileprivate func hasSameTexts(as other: CodeDictionary) -> Bool {
    guard count == other.count else { return false }
    let (texts, twins) = (texts, other.texts)
    if let own = texts.uuids, let others = twins.uuids {
      return own.withSpan { own in
        others.withSpan { others in own.indices.allSatisfy { own[$0] == others[$0] } }
      }
    }
    return texts.offsets == twins.offsets && texts.bytes == twins.bytes
  }
}

extension Column {
  /// Whether two columns hold the same stored numbers in the same rows.
  fileprivate func hasSameNumbers(as other: Column) -> Bool {
    guard type == other.type, validity == other.validity else { return false }
    switch (values, other.values) {
    case (.bools(let own), .bools(let theirs)): return own == theirs
    case (.ints(let own), .ints(let theirs)): return own == theirs
    case (.floats(let own), .floats(let theirs)):
      return own.elementsEqual(theirs) { $0.bitPattern == $1.bitPattern }
    case (.texts(let own, _), .texts(let theirs, _)): return own == theirs
    default: return false
    }
  }
}
