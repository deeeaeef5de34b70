import BQLColumnar

/// Finds the smallest or largest value of frames; texts compare by bytes, NaN is the largest float.
struct FramedExtreme: FramedAggregate {
  /// The rows that may still become the extreme, best first; equal ones are kept once.
  private struct Candidates<Order: Precedence>: FrameState {
    let order: Order
    var rows: [Int32] = []
    var head = 0

    mutating func add(_ row: Int) {
      while rows.count > head, let last = rows.last, !order.precedes(Int(last), row) {
        rows.removeLast()
      }
      rows.append(Int32(truncatingIfNeeded: row))
    }

    mutating func remove(_ row: Int) {
      if head < rows.count, Int(rows[head]) == row { head += 1 }
    }

    mutating func removeAll(_ range: Range<Int>) {
      rows.removeAll(keepingCapacity: true)
      head = 0
    }
  }

  private let end: ExtremeAccumulator.End

  init(_ end: ExtremeAccumulator.End) {
    self.end = end
  }

  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    let column = arguments[0].withFoldedFloats
    if case .texts = column.values {
      let texts = TextOrder(cells: column.texts, isDescending: end == .maximum)
      return try pick(Candidates(order: texts), column, present, frames)
    }
    var keys = KeyEncoder(column.type).keys(column)
    // `~x` turns the order of integers over.
    if end == .maximum { keys = Rows.map(keys) { ~$0 } }
    return try pick(Candidates(order: KeyOrder(keys: keys)), column, present, frames)
  }

  private func pick<Order: Precedence>(
    _ empty: Candidates<Order>,
    _ column: Column,
    _ present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    var candidates = empty
    var rows = [Int32](repeating: -1, count: frames.count)
    try frames.slide(&candidates, present) { (frame, candidates) throws(FunctionError) in
      if candidates.head < candidates.rows.count {
        rows[frame] = candidates.rows[candidates.head]
      }
    }
    return column.gather(orNull: rows)
  }
}

/// Orders rows by their values.
protocol Precedence: Sendable {
  func precedes(_ a: Int, _ b: Int) -> Bool
}

/// Orders rows by integers, ascending.
struct KeyOrder: Precedence {
  let keys: [Int64]

  @inline(__always)
  func precedes(_ a: Int, _ b: Int) -> Bool { keys[a] < keys[b] }
}

/// Orders rows by texts.
struct TextOrder: Precedence {
  let cells: TextCells
  let isDescending: Bool

  func precedes(_ a: Int, _ b: Int) -> Bool {
    isDescending ? cells.precedes(b, cells, a) : cells.precedes(a, cells, b)
  }
}

/// Takes the first or last value of frames that is not NULL.
struct FramedFirst: FramedAggregate {
  private let takesLast: Bool

  init(takesLast: Bool) {
    self.takesLast = takesLast
  }

  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    let near = takesLast ? Self.lastPresent(present, frames) : Self.firstPresent(present, frames)
    return arguments[0].withFoldedFloats.gather(orNull: near)
  }

  private static func firstPresent(_ present: Bitmap?, _ frames: Frames) -> [Int32] {
    guard let present else { return Rows.map(frames.starts, frames.ends) { $0 < $1 ? $0 : -1 } }
    // The first row at or behind each that counts.
    var near = [Int32](repeating: .max, count: frames.count + 1)
    for row in (0..<frames.count).reversed() {
      near[row] = present[row] ? Int32(truncatingIfNeeded: row) : near[row + 1]
    }
    return Rows.map(frames.starts, frames.ends) { near[Int($0)] < $1 ? near[Int($0)] : -1 }
  }

  private static func lastPresent(_ present: Bitmap?, _ frames: Frames) -> [Int32] {
    guard let present else { return Rows.map(frames.starts, frames.ends) { $0 < $1 ? $1 - 1 : -1 } }
    // The last row before each that counts.
    var near = [Int32](repeating: -1, count: frames.count + 1)
    for row in 0..<frames.count {
      near[row + 1] = present[row] ? Int32(truncatingIfNeeded: row) : near[row]
    }
    return Rows.map(frames.starts, frames.ends) { near[Int($1)] >= $0 ? near[Int($1)] : -1 }
  }
}

extension KeyEncoder {
  /// Returns one key a row.
  fileprivate consuming func keys(_ column: Column) -> [Int64] {
    var encoder = self
    return encoder.keys(column, groups: [])
  }
}

extension Column {
  /// The column with −0 as 0 and one NaN, as every aggregate returns floats.
  var withFoldedFloats: Column {
    guard case .floats(let floats) = values else { return self }
    let folded = Rows.map(floats) { FloatOrder.value(FloatOrder.key($0)) }
    return Column(floats: folded, validity: validity)
  }
}
