import BQLColumnar

/// Holds columns that have NaN in the same rows.
struct MissingRows: Sendable {
  /// Ascending.
  let columns: [Int]
  /// nil where there is no NaN.
  let isMissing: [Bool]?

  /// Puts columns of equal length into groups, in the order of their first columns.
  static func groups(of columns: [[Double]], threads: Int) -> [MissingRows] {
    let masks = ParallelWork.map(count: columns.count, threads: threads) { index -> [Bool]? in
      let mask = columns[index].map(\.isNaN)
      return mask.contains(true) ? mask : nil
    }
    var order: [[Bool]?] = []
    var members: [[Bool]?: [Int]] = [:]
    for (column, mask) in masks.enumerated() {
      if members[mask] == nil { order.append(mask) }
      members[mask, default: []].append(column)
    }
    return order.map { MissingRows(columns: members[$0] ?? [], isMissing: $0) }
  }
}
