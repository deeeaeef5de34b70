import Glibc

/// Chooses starting centres with greedy k-means++.
///
/// The first centre is a row drawn uniformly. Each further one is the best of `2 + ⌊ln k⌋` rows
/// drawn with probability proportional to `D²`, the squared distance to the nearest centre so far:
/// the one that leaves the smallest sum of `D²`. Boxes of rows that a candidate cannot be nearer to
/// keep their sums unseen.
///
/// Source: D. Arthur, S. Vassilvitskii, *SODA* 2007, doi:10.5555/1283383.1283494; the greedy
/// variant: C. Grunau et al., *SODA* 2023, doi:10.1137/1.9781611977554.ch64.
struct KMeansSeeding {
  private let rows: KMeansRows
  /// The squared distance of each place to its nearest centre.
  private var nearest: [Double]
  /// Sum and largest of ``nearest``, a leaf.
  private var leafSums: [Double]
  private var leafLargest: [Double]
  /// The same of a run of leaves.
  private var runSums: [Double]
  private var runLargest: [Double]

  private init(_ rows: KMeansRows) {
    self.rows = rows
    nearest = [Double](repeating: .infinity, count: rows.rowCount)
    leafSums = [Double](repeating: .infinity, count: rows.leaves.count)
    leafLargest = leafSums
    runSums = [Double](repeating: .infinity, count: rows.runs.count)
    runLargest = runSums
  }

  /// Returns the packed starting centres: fewer than `count` where there are fewer distinct rows.
  ///
  /// - Complexity: O(*n* · *d* · *k* · log *k*) time at most, O(*n*) memory.
  static func centres(
    _ rows: KMeansRows,
    count: Int,
    random: inout SeededStream
  ) -> [SIMD4<Double>] {
    var seeding = KMeansSeeding(rows)
    let width = rows.width
    let trials = 2 + Int(log(Double(count)))
    var places = [random.below(rows.rowCount)]
    seeding.add(places[0])
    while places.count < count {
      let total = seeding.runSums.reduce(0, +)
      guard total > 0 else { break }
      var best: (sum: Double, place: Int)?
      for _ in 0..<trials {
        let place = seeding.place(at: random.uniform() * total)
        let sum = seeding.sum(with: place)
        if best.map({ sum < $0.sum }) ?? true { best = (sum, place) }
      }
      guard let best else { break }
      seeding.add(best.place)
      places.append(best.place)
    }
    return places.flatMap { rows.points[$0 * width..<($0 + 1) * width] }
  }

  /// Returns the place at which the running sum of ``nearest`` passes `target`.
  private func place(at target: Double) -> Int {
    var rest = target
    let run = Self.index(in: runSums[...], passing: &rest)
    let firstLeaf = run * KMeansRows.leavesInRun
    let leaves = firstLeaf..<min(firstLeaf + KMeansRows.leavesInRun, leafSums.count)
    let leaf = Self.index(in: leafSums[leaves], passing: &rest)
    let places = rows.leaves.rows(leaf, of: rows.rowCount)
    return Self.index(in: nearest[places], passing: &rest)
  }

  /// Rounding may carry the target past the end: then the last positive number is it.
  private static func index(in numbers: ArraySlice<Double>, passing rest: inout Double) -> Int {
    var last = numbers.startIndex
    for index in numbers.indices where numbers[index] > 0 {
      last = index
      if rest < numbers[index] { return index }
      rest -= numbers[index]
    }
    rest = .infinity
    return last
  }

  /// Returns what the sum of ``nearest`` would be with one more centre.
  private func sum(with centre: Int) -> Double {
    let width = rows.width
    let (points, near) = (rows.points.span, nearest.span)
    let (middles, halves) = (rows.leaves.middles.span, rows.leaves.halves.span)
    let (runMiddles, runHalves) = (rows.runs.middles.span, rows.runs.halves.span)
    let (leafSums, leafLargest) = (leafSums.span, leafLargest.span)
    var total = 0.0
    for run in 0..<rows.runs.count {
      let least = RowBoxes.leastDistance(runMiddles, runHalves, run, points, centre, width)
      if least >= runLargest[run] {
        total += runSums[run]
        continue
      }
      var runSum = 0.0
      let first = run &* KMeansRows.leavesInRun
      for leaf in first..<min(first &+ KMeansRows.leavesInRun, leafSums.count) {
        let least = RowBoxes.leastDistance(middles, halves, leaf, points, centre, width)
        if least >= leafLargest[leaf] {
          runSum += leafSums[leaf]
          continue
        }
        var sum = 0.0
        let start = leaf &* KMeansRows.leafRows
        for place in start..<min(start &+ KMeansRows.leafRows, near.count) {
          let distance = PackedRows.squaredDistance(points, place, points, centre, width)
          sum += min(near[place], distance)
        }
        runSum += sum
      }
      total += runSum
    }
    return total
  }

  /// Takes the row at a place as one more centre.
  private mutating func add(_ centre: Int) {
    let rows = rows
    let width = rows.width
    let points = rows.points.span
    let (middles, halves) = (rows.leaves.middles.span, rows.leaves.halves.span)
    // Moved out and back, so that three of them can be written in one loop.
    var (own, ownSums, ownLargest) = (nearest, leafSums, leafLargest)
    (nearest, leafSums, leafLargest) = ([], [], [])
    var near = own.mutableSpan
    var sums = ownSums.mutableSpan
    var largest = ownLargest.mutableSpan
    for leaf in 0..<rows.leaves.count {
      let least = RowBoxes.leastDistance(middles, halves, leaf, points, centre, width)
      if least >= largest[leaf] { continue }
      var (sum, most) = (0.0, 0.0)
      let start = leaf &* KMeansRows.leafRows
      for place in start..<min(start &+ KMeansRows.leafRows, near.count) {
        let distance = PackedRows.squaredDistance(points, place, points, centre, width)
        let least = min(near[place], distance)
        near[place] = least
        sum += least
        most = max(most, least)
      }
      sums[leaf] = sum
      largest[leaf] = most
    }
    (nearest, leafSums, leafLargest) = (own, ownSums, ownLargest)
    addUpRuns()
  }

  private mutating func addUpRuns() {
    for run in runSums.indices {
      let first = run * KMeansRows.leavesInRun
      var (sum, most) = (0.0, 0.0)
      for leaf in first..<min(first + KMeansRows.leavesInRun, leafSums.count) {
        sum += leafSums[leaf]
        most = max(most, leafLargest[leaf])
      }
      runSums[run] = sum
      runLargest[run] = most
    }
  }
}
