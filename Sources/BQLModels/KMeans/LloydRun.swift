import BQLColumnar

/// Runs Lloyd's iterations from given centres.
///
/// An iteration assigns every row to its nearest centre and moves each centre to the mean of its
/// rows. It ends when no label changes, when the squared shifts of the centres sum to at most the
/// tolerance times the mean variance of the columns, or after the iteration limit; the labels
/// returned are always those of the centres returned.
///
/// Source: S. P. Lloyd, *IEEE Trans. Inf. Theory* 28(2), 1982, doi:10.1109/TIT.1982.1056489.
struct LloydRun {
  private let rows: KMeansRows
  private let threads: Int
  private let chunks: [any LloydChunk]
  private var centres: CentreSet

  private init(_ rows: KMeansRows, _ start: [SIMD4<Double>], threads: Int) {
    self.rows = rows
    self.threads = threads
    let isBoxed = rows.order != nil
    chunks = (0..<rows.chunkCount).map { chunk -> any LloydChunk in
      let places = rows.places(chunk)
      return isBoxed ? BoxedChunk(rows, places) : BoundedChunk(places)
    }
    centres = CentreSet(start, width: rows.width, after: nil, needsBounds: !isBoxed)
  }

  /// What a run comes to; labels by place.
  struct Outcome: Sendable {
    var centres: [SIMD4<Double>]
    var labels: [Int32]
    var counts: [Int]
    var inertia: Double
    var iterations: Int
    var isConverged: Bool
  }

  /// Runs from packed centres, at least one.
  static func outcome(
    _ rows: KMeansRows,
    from start: [SIMD4<Double>],
    _ options: KMeansOptions,
    threads: Int,
    _ interruption: Interruption
  ) throws(ModelError) -> Outcome {
    var run = LloydRun(rows, start, threads: threads)
    let limit = options.tolerance * rows.meanVariance
    var (iterations, isConverged, isSettled) = (0, false, false)
    while iterations < max(options.maximumIterations, 1), !isConverged {
      try interruption.check()
      iterations += 1
      run.assign()
      let shift = run.moveCentres()
      isSettled = !run.chunks.contains { $0.hasChanged }
      isConverged = isSettled || shift <= limit
    }
    // A settled run has moved its centres by no more than rounding: labels stay those it has.
    if !isSettled { run.assign() }
    return run.outcome(iterations, isConverged)
  }

  private func assign() {
    let (rows, chunks, centres) = (rows, chunks, centres)
    ParallelWork.forEach(count: chunks.count, threads: threads) { chunk in
      chunks[chunk].assign(rows, centres)
    }
  }

  /// Moves centres to the means of their rows; returns the sum of their squared shifts.
  private mutating func moveCentres() -> Double {
    let (count, width) = (centres.count, rows.width)
    var sums = [SIMD4<Double>](repeating: .zero, count: count * width)
    var counts = [Int](repeating: 0, count: count)
    for chunk in chunks {
      for index in sums.indices { sums[index] += chunk.sums[index] }
      for index in counts.indices { counts[index] += chunk.counts[index] }
    }
    relocate(&sums, &counts)
    var points = centres.points
    for centre in 0..<count where counts[centre] > 0 {
      for group in centre * width..<(centre + 1) * width {
        points[group] = sums[group] / Double(counts[centre])
      }
    }
    var shift = 0.0
    for group in points.indices {
      let moved = points[group] - centres.points[group]
      shift += PackedRows.sum(moved * moved)
    }
    centres = CentreSet(
      points,
      width: width,
      after: centres,
      needsBounds: rows.order == nil
    )
    return shift
  }

  /// Gives centres without rows the rows farthest from their own centres, one each.
  ///
  /// Of rows equally far the first is taken. Nothing moves when every row lies on its centre.
  private func relocate(_ sums: inout [SIMD4<Double>], _ counts: inout [Int]) {
    let empty = counts.indices.filter { counts[$0] == 0 }
    guard !empty.isEmpty else { return }
    let width = rows.width
    for (farthest, centre) in zip(farthestPlaces(empty.count), empty) {
      let old = Int(label(at: farthest))
      for group in 0..<width {
        let point = rows.points[farthest * width + group]
        sums[old * width + group] -= point
        sums[centre * width + group] = point
      }
      counts[old] -= 1
      counts[centre] = 1
    }
  }

  private func label(at place: Int) -> Int32 {
    chunks[place / KMeansRows.chunkRows].labels[place % KMeansRows.chunkRows]
  }

  private func farthestPlaces(_ count: Int) -> [Int] {
    var found: [(distance: Double, row: Int, place: Int)] = []
    for place in 0..<rows.rowCount {
      let distance = PackedRows.squaredDistance(
        rows.points.span,
        place,
        centres.points.span,
        Int(label(at: place)),
        rows.width
      )
      let row = rows.order.map { Int($0[place]) } ?? place
      if distance > 0 { found.append((distance, row, place)) }
      guard found.count >= 2 * count + 1024 else { continue }
      found.sort { ($1.distance, $0.row) < ($0.distance, $1.row) }
      found.removeLast(found.count - count)
    }
    found.sort { ($1.distance, $0.row) < ($0.distance, $1.row) }
    return found.prefix(count).map(\.place)
  }

  private func outcome(_ iterations: Int, _ isConverged: Bool) -> Outcome {
    let (rows, chunks, centres) = (rows, chunks, centres)
    let inertias = ParallelWork.map(count: chunks.count, threads: threads) { chunk in
      chunks[chunk].inertia(rows, centres)
    }
    var counts = [Int](repeating: 0, count: centres.count)
    for chunk in chunks {
      for index in counts.indices { counts[index] += chunk.counts[index] }
    }
    return Outcome(
      centres: centres.points,
      labels: chunks.flatMap(\.labels),
      counts: counts,
      inertia: inertias.reduce(0, +),
      iterations: iterations,
      isConverged: isConverged
    )
  }
}
