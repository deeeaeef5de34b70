import BQLColumnar
import BQLFunctions
import BQLPlanning

extension WindowBlock {
  /// Computes an aggregate over frames.
  func aggregate(
    _ aggregate: WindowCall.Aggregate,
    _ call: WindowCall
  ) throws(FunctionError) -> Column {
    let arguments = aggregate.arguments.map(column)
    let filter = aggregate.filter.map { column($0).trueBits }
    if call.frame.isWhole { return try whole(aggregate, arguments, filter) }
    let frames = frames(call.frame)
    guard let make = aggregate.overload.makeFramed else {
      return try collected(aggregate, arguments, filter, frames, call.type)
    }
    let present = arguments.reduce(filter) { Bitmap.intersection($0, $1.validity) }
    return try make(aggregate.constants).values(arguments, present: present, frames)
  }

  /// Aggregates each partition once.
  private func whole(
    _ aggregate: WindowCall.Aggregate,
    _ arguments: [Column],
    _ filter: Bitmap?
  ) throws(FunctionError) -> Column {
    let partitionOfRow = partitionOfRow
    var groups = partitionOfRow
    if let filter {
      for row in groups.indices where !filter[row] { groups[row] = -1 }
    }
    var accumulator = try aggregate.overload.makeAccumulator(aggregate.constants)
    accumulator.grow(to: partitions.count - 1)
    try accumulator.update(groups: groups, arguments: arguments)
    return try accumulator.finish().gather(partitionOfRow)
  }

  /// Rows that are collected before they are aggregated.
  private static let batchRows = 1 << 18

  /// Aggregates the rows of each frame anew; frames that follow each other and are equal share a
  /// result.
  ///
  /// - Complexity: O(the rows of all frames).
  private func collected(
    _ aggregate: WindowCall.Aggregate,
    _ arguments: [Column],
    _ filter: Bitmap?,
    _ frames: Frames,
    _ type: BQLColumnar.DataType
  ) throws(FunctionError) -> Column {
    var pieces: [Column] = []
    var resultOfRow = [Int32](repeating: 0, count: count)
    var results = 0
    var first = 0
    while first < count {
      if context.cancellation.isCancelled { break }
      var accumulator = try aggregate.overload.makeAccumulator(aggregate.constants)
      var batch = FrameBatch()
      var size = 0
      var last: Range<Int32>?
      var row = first
      while row < count, size < Self.batchRows {
        let frame = frames.starts[row]..<frames.ends[row]
        if frame != last {
          batch.beginFrame()
          accumulator.grow(to: batch.frameCount)
          for member in frame where filter.map({ $0[Int(member)] }) ?? true {
            batch.add(member)
            if batch.rows.count >= Self.batchRows {
              if context.cancellation.isCancelled { break }
              try batch.flush(into: &accumulator, arguments)
            }
          }
          size += frame.count + 1
          last = frame
        }
        resultOfRow[row] = Int32(truncatingIfNeeded: results + batch.frameCount - 1)
        row += 1
      }
      try batch.flush(into: &accumulator, arguments)
      pieces.append(try accumulator.finish())
      results += batch.frameCount
      first = row
    }
    guard first >= count else { return Column(repeating: .null, type: type, count: count) }
    return Column.concatenate(pieces, type: type).gather(resultOfRow)
  }
}

/// Collects the rows of several frames for an accumulator, a group a frame.
private struct FrameBatch {
  private(set) var frameCount = 0
  private(set) var rows: [Int32] = []
  private var groups: [Int32] = []

  mutating func beginFrame() { frameCount += 1 }

  mutating func add(_ row: Int32) {
    rows.append(row)
    groups.append(Int32(truncatingIfNeeded: frameCount - 1))
  }

  mutating func flush(
    into accumulator: inout any Accumulator,
    _ arguments: [Column]
  ) throws(FunctionError) {
    try accumulator.update(groups: groups, arguments: arguments.map { $0.gather(rows) })
    rows.removeAll(keepingCapacity: true)
    groups.removeAll(keepingCapacity: true)
  }
}

extension Column {
  /// The rows where a condition is true.
  fileprivate var trueBits: Bitmap {
    guard case .bools(let bools) = values else { return Bitmap(repeating: false, count: count) }
    var bits = Bitmap(repeating: false, count: count)
    for row in bools.indices where bools[row] && isValid(row) { bits[row] = true }
    return bits
  }
}
