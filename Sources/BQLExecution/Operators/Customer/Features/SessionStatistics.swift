import BQLPlanning
import Glibc

/// Computes the six statistics of all measures over the sessions of one user, side by side.
///
/// Mean first, deviations from it in a second pass: the textbook's formula, without the cancellation
/// of sums of squares. Sessions beyond a block are worked out twice rather than kept.
struct SessionStatistics {
  private static let lanes = SessionVectors.laneCount
  /// Sessions whose measures are kept between the passes.
  private static let blockCount = 128

  private var vectors = [Double](repeating: 0, count: blockCount * lanes)
  /// Values, least, greatest and squared deviations of each measure.
  private var states = [Double](repeating: 0, count: 4 * lanes)

  /// Computes the statistics of a user's sessions, at least one.
  ///
  /// The first of `values` become mean, sum, min, max, stddev and cv of each measure, as
  /// `SessionStatistic` has them; NaN stands for NULL.
  mutating func compute(
    _ sessions: Range<Int>,
    _ measures: inout SessionVectors,
    to values: inout [Double]
  ) {
    precondition(values.count >= SessionStatistic.allCases.count * Self.lanes)
    unsafe vectors.withUnsafeMutableBufferPointer { vectors in
      unsafe states.withUnsafeMutableBufferPointer { states in
        unsafe values.withUnsafeMutableBufferPointer { results in
          guard let vectors = vectors.baseAddress, let states = states.baseAddress,
            let results = results.baseAddress
          else { return }
          unsafe Self.compute(sessions, &measures, vectors, states, results)
        }
      }
    }
  }

  /// The three pointers reach over as many numbers as the arrays hold, and do not overlap.
  @unsafe
  private static func compute(
    _ sessions: Range<Int>,
    _ measures: inout SessionVectors,
    _ vectors: UnsafeMutablePointer<Double>,
    _ states: UnsafeMutablePointer<Double>,
    _ results: UnsafeMutablePointer<Double>
  ) {
    for lane in 0..<lanes {
      unsafe states[lane] = 0
      unsafe states[lanes + lane] = .infinity
      unsafe states[2 * lanes + lane] = -.infinity
      unsafe states[3 * lanes + lane] = 0
      unsafe results[lanes + lane] = 0
    }
    var start = sessions.lowerBound
    measures.begin()
    while start < sessions.upperBound {
      let block = start..<min(start + blockCount, sessions.upperBound)
      unsafe measures.write(block, to: vectors)
      unsafe add(block.count, vectors, states, results + lanes)
      start = block.upperBound
    }
    for lane in 0..<lanes {
      unsafe results[lane] = results[lanes + lane] / states[lane]
    }
    if sessions.count <= blockCount {
      unsafe addSquares(sessions.count, vectors, results, states + 3 * lanes)
    } else {
      start = sessions.lowerBound
      measures.begin()
      while start < sessions.upperBound {
        let block = start..<min(start + blockCount, sessions.upperBound)
        unsafe measures.write(block, to: vectors)
        unsafe addSquares(block.count, vectors, results, states + 3 * lanes)
        start = block.upperBound
      }
    }
    unsafe finish(states, results)
  }

  @unsafe @inline(__always)
  private static func add(
    _ count: Int,
    _ vectors: UnsafeMutablePointer<Double>,
    _ states: UnsafeMutablePointer<Double>,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    for session in 0..<count {
      let vector = unsafe vectors + session * lanes
      for lane in 0..<lanes {
        // Comparisons with NaN are false.
        let value = unsafe vector[lane]
        let isValue = value == value
        unsafe states[lane] += isValue ? 1 : 0
        unsafe sums[lane] += isValue ? value : 0
        let least = unsafe states[lanes + lane]
        unsafe states[lanes + lane] = value < least ? value : least
        let greatest = unsafe states[2 * lanes + lane]
        unsafe states[2 * lanes + lane] = value > greatest ? value : greatest
      }
    }
  }

  @unsafe @inline(__always)
  private static func addSquares(
    _ count: Int,
    _ vectors: UnsafeMutablePointer<Double>,
    _ means: UnsafeMutablePointer<Double>,
    _ squares: UnsafeMutablePointer<Double>
  ) {
    for session in 0..<count {
      let vector = unsafe vectors + session * lanes
      for lane in 0..<lanes {
        let deviation = unsafe vector[lane] - means[lane]
        let square = deviation * deviation
        unsafe squares[lane] += square == square ? square : 0
      }
    }
  }

  @unsafe @inline(__always)
  private static func finish(
    _ states: UnsafeMutablePointer<Double>,
    _ results: UnsafeMutablePointer<Double>
  ) {
    for lane in 0..<lanes {
      let count = unsafe states[lane]
      let mean = unsafe results[lane]
      let isEmpty = count == 0
      let variance = unsafe states[3 * lanes + lane] / (count - 1)
      let deviation = count < 2 ? .nan : variance.squareRoot()
      unsafe results[lanes + lane] = isEmpty ? .nan : results[lanes + lane]
      unsafe results[2 * lanes + lane] = isEmpty ? .nan : states[lanes + lane]
      unsafe results[3 * lanes + lane] = isEmpty ? .nan : states[2 * lanes + lane]
      unsafe results[4 * lanes + lane] = deviation
      unsafe results[5 * lanes + lane] = mean == 0 ? .nan : deviation / mean
    }
  }
}
