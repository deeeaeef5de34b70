import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLSyntax

/// Holds whole partitions, their rows in the order of the window, and computes calls over them.
struct WindowBlock {
  let count: Int
  /// Where each partition begins, and where the last ends.
  let partitions: [Int32]
  /// In the order of the rows; empty where no call asks.
  let keys: [WindowKey]
  /// Whether a row differs in ORDER BY from the one before; empty where no call asks.
  let isFirstPeer: [Bool]
  /// The rows in order; nil where they stand in it already.
  let rows: [Int32]?
  let context: ExecutionContext
  private let columns: [Column?]

  /// Sorts the rows of partitions.
  ///
  /// `columns` (nil where no call reads one) and `keys` are of all rows; `rows` says which of them,
  /// partition by partition, nil for all in their order. They are sorted unless `isSorted`.
  init(
    _ window: CompiledWindow,
    columns: [Column?],
    keys: [WindowKey],
    rows: [Int32]?,
    partitions: [Int32],
    isSorted: Bool = false,
    _ context: ExecutionContext
  ) {
    self.columns = columns
    self.partitions = partitions
    self.context = context
    count = Int(partitions.last ?? 0)
    let needsPeers = window.calls.contains(where: \.needsPeers)
    if isSorted && !needsPeers {
      self.keys = []
      self.rows = rows
    } else {
      let gathered = rows.map { rows in keys.map { $0.gather(rows) } } ?? keys
      let sorted = PartitionSort(
        gathered,
        rows: rows,
        partitions: isSorted ? [] : partitions,
        keepsKeys: needsPeers
      )
      self.keys = sorted.keys
      self.rows = sorted.rows
    }
    isFirstPeer = needsPeers ? Self.firstPeers(self.keys, partitions, count) : []
  }

  private static func firstPeers(
    _ keys: [WindowKey],
    _ partitions: [Int32],
    _ count: Int
  ) -> [Bool] {
    var isFirst = [Bool](repeating: false, count: count)
    for key in keys {
      let values = key.values
      for row in isFirst.indices.dropFirst() where values[row] != values[row - 1] {
        isFirst[row] = true
      }
      guard let isNull = key.isNull else { continue }
      for row in isFirst.indices.dropFirst() where isNull[row] != isNull[row - 1] {
        isFirst[row] = true
      }
    }
    for start in partitions where Int(start) < count { isFirst[Int(start)] = true }
    return isFirst
  }

  /// Returns an input in the order of the rows.
  func column(_ input: Int) -> Column {
    guard let column = columns[input] else { preconditionFailure("an input that no call names") }
    return rows.map { column.gather($0) } ?? column
  }

  /// The partition of each row.
  var partitionOfRow: [Int32] {
    [Int32](capacity: count) { (output: inout OutputSpan<Int32>) in
      for partition in 0..<partitions.count - 1 {
        for _ in partitions[partition]..<partitions[partition + 1] {
          output.append(Int32(truncatingIfNeeded: partition))
        }
      }
    }
  }

  /// Computes a call, one value a row in their order.
  func evaluate(_ call: WindowCall) throws(ExecutionError) -> Column {
    try context.checkCancelled()
    let result: Column
    do throws(FunctionError) {
      switch call.function {
      case .ranking(let kind): result = ranking(kind)
      case .tile(let count): result = try tiles(count)
      case .offset(let distance, let isLead, let otherwise):
        result = offsetValues(call, distance, isLead: isLead, otherwise: otherwise)
      case .first, .last, .nth: result = try frameValues(call)
      case .aggregate(let aggregate): result = try self.aggregate(aggregate, call)
      }
    } catch {
      throw .function(error, at: call.range)
    }
    // What was broken off has no result.
    try context.checkCancelled()
    return result
  }
}
