package import BQLColumnar

/// Holds the frame of each row: a run of places, from its start up to, not including, its end.
///
/// Rows stand in the order of their windows, whole partitions one after the other; frames never
/// leave their partition.
package struct Frames: Sendable {
  package let starts: [Int32]
  /// At least the start; equal to it for an empty frame.
  package let ends: [Int32]
  /// Whether the result is not wanted any more; then it may be anything.
  private let isCancelled: @Sendable () -> Bool

  /// Makes frames from as many starts and ends; `isCancelled` is asked now and then on the way
  /// through them.
  package init(
    starts: [Int32],
    ends: [Int32],
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    precondition(starts.count == ends.count, "a frame has two ends")
    self.starts = starts
    self.ends = ends
    self.isCancelled = isCancelled
  }

  package var count: Int { starts.count }
}

/// Computes an aggregate over the frame of each row.
///
/// Results depend on the frames and values of a row's own partition alone, so that it does not matter
/// which partitions are computed together.
package protocol FramedAggregate: Sendable {
  /// Returns one value a frame.
  ///
  /// - Parameters:
  ///   - arguments: One column an argument that depends on the row, of as many rows as frames.
  ///   - present: The rows that count: those without NULL that pass the FILTER; nil for all.
  ///   - frames: One a row.
  /// - Returns: As many values as frames.
  /// - Throws: ``FunctionError/overflow(_:)`` for a result that does not fit.
  func values(
    _ arguments: [Column],
    present: Bitmap?,
    _ frames: Frames
  ) throws(FunctionError) -> Column
}

/// Collects the rows of a frame while it moves.
protocol FrameState {
  /// Adds the row behind the last one.
  mutating func add(_ row: Int)

  /// Removes the first row.
  mutating func remove(_ row: Int)

  /// Forgets all rows, which are `rows`.
  mutating func removeAll(_ rows: Range<Int>)
}

extension Frames {
  /// Moves a state from frame to frame, and hands it over at each that is not empty.
  ///
  /// - Complexity: O(*n*) changes where starts and ends ascend, as they do but for some distances in
  ///   months; a frame that begins or ends before the last one is collected anew.
  @inline(__always)
  func slide<State: FrameState>(
    _ state: inout State,
    _ present: Bitmap?,
    _ emit: (_ frame: Int, _ state: inout State) throws(FunctionError) -> Void
  ) throws(FunctionError) {
    var first = 0
    var next = 0
    for frame in starts.indices {
      if frame & 0xFFFF == 0, isCancelled() { return }
      let start = Int(starts[frame])
      let end = Int(ends[frame])
      if start >= end { continue }
      if start < first || end < next || start >= next {
        if first < next { state.removeAll(first..<next) }
        first = start
        next = start
      }
      if let present {
        while next < end {
          if present[next] { state.add(next) }
          next &+= 1
        }
        while first < start {
          if present[first] { state.remove(first) }
          first &+= 1
        }
      } else {
        while next < end {
          state.add(next)
          next &+= 1
        }
        while first < start {
          state.remove(first)
          first &+= 1
        }
      }
      try emit(frame, &state)
    }
  }
}
