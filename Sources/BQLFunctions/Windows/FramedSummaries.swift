import BQLColumnar

/// Summarizes rows so that summaries of neighbouring rows can be put together.
protocol RowSummary: Sendable {
  /// What the summary is of: one or two columns of floats.
  associatedtype Values: Sendable

  init()

  mutating func add(_ row: Int, of values: Values)

  /// Adds the rows that come behind.
  mutating func add(_ other: Self)
}

/// Keeps the summary of a frame without taking anything out of a sum, so that no rounding error stays
/// behind when large values have left.
///
/// Two stacks: of the rows before the last turn the summaries from each of them up to the turn, of
/// the rows behind it one summary. When the first stack is used up, the rows of the second make a new
/// one; each row thus enters two summaries at most.
///
/// - Complexity: O(1) a row, amortized.
struct SummaryQueue<Summary: RowSummary>: FrameState {
  private let values: Summary.Values
  private var front: [Summary] = []
  private var back = Summary()
  private var backRows: [Int32] = []

  init(_ values: Summary.Values) {
    self.values = values
  }

  /// The summary of all rows.
  var summary: Summary {
    guard var all = front.last else { return back }
    all.add(back)
    return all
  }

  mutating func add(_ row: Int) {
    back.add(row, of: values)
    backRows.append(Int32(truncatingIfNeeded: row))
  }

  mutating func remove(_ row: Int) {
    if front.isEmpty {
      for row in backRows.reversed() {
        var summary = Summary()
        summary.add(Int(row), of: values)
        if let behind = front.last { summary.add(behind) }
        front.append(summary)
      }
      back = Summary()
      backRows.removeAll(keepingCapacity: true)
    }
    front.removeLast()
  }

  mutating func removeAll(_ rows: Range<Int>) {
    front.removeAll(keepingCapacity: true)
    back = Summary()
    backRows.removeAll(keepingCapacity: true)
  }
}

/// Holds a sum of floats and their number.
private struct FloatTotal: RowSummary {
  var sum = CompensatedSum()
  var count = 0

  mutating func add(_ row: Int, of values: [Double]) {
    sum.add(values[row])
    count &+= 1
  }

  mutating func add(_ other: FloatTotal) {
    sum.add(other.sum)
    count &+= other.count
  }
}

/// Adds up floats over frames, and averages them.
struct FramedFloatSum: FramedAggregate {
  private let result: ExactSumAccumulator.Result

  init(_ result: ExactSumAccumulator.Result) {
    self.result = result
  }

  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    let isMean = result == .average
    return try FramedSummaries.column(
      FloatTotal.self,
      arguments[0].floats,
      present,
      frames
    ) { total in
      guard total.count > 0 else { return nil }
      return isMean ? total.sum.value / Double(total.count) : total.sum.value
    }
  }
}

extension MomentsAccumulator.Moments: RowSummary {
  mutating func add(_ row: Int, of values: [Double]) { add(values[row]) }
}

/// Measures over frames how far floats lie from their mean.
struct FramedMoments: FramedAggregate {
  private let result: MomentsAccumulator.Result
  private let isSample: Bool

  init(_ result: MomentsAccumulator.Result, isSample: Bool) {
    self.result = result
    self.isSample = isSample
  }

  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    let result = result
    let freedom: Double = isSample ? 1 : 0
    return try FramedSummaries.column(
      MomentsAccumulator.Moments.self,
      arguments[0].floats,
      present,
      frames
    ) { $0.value(of: result, freedom: freedom) }
  }
}

/// Holds the two columns of a correlation.
struct FloatPairs: Sendable {
  let x: [Double]
  let y: [Double]
}

extension PairAccumulator.Moments: RowSummary {
  mutating func add(_ row: Int, of values: FloatPairs) { add(values.x[row], values.y[row]) }
}

/// Tells how two columns vary together over frames.
struct FramedPairs: FramedAggregate {
  /// Any but `count`.
  let result: PairAccumulator.Result

  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column {
    try FramedSummaries.column(
      PairAccumulator.Moments.self,
      FloatPairs(x: arguments[0].floats, y: arguments[1].floats),
      present,
      frames
    ) { $0.value(result) }
  }
}

/// Makes columns of what summaries of frames say.
enum FramedSummaries {
  @inline(__always)
  static func column<Summary: RowSummary>(
    _ type: Summary.Type,
    _ values: Summary.Values,
    _ present: Bitmap?,
    _ frames: Frames,
    _ value: (Summary) -> Double?
  ) throws(FunctionError) -> Column {
    var queue = SummaryQueue<Summary>(values)
    var results = [Double](repeating: 0, count: frames.count)
    var validity = Bitmap(repeating: false, count: frames.count)
    try frames.slide(&queue, present) { (frame, queue) throws(FunctionError) in
      guard let result = value(queue.summary) else { return }
      results[frame] = result
      validity[frame] = true
    }
    return Column(floats: results, validity: validity)
  }
}
