/// Assigns rows with few columns: whole boxes of rows go to a centre that no other can beat there.
///
/// Only boxes between centres look at their rows, and only at the centres in question.
///
/// Sources: D. Pelleg, A. Moore, *KDD* 1999, doi:10.1145/312129.312248; T. Kanungo et al., *IEEE
/// TPAMI* 24(7), 2002, doi:10.1109/TPAMI.2002.1017616.
// One thread at a time works on a chunk, so that its state needs no lock.
final class BoxedChunk: LloydChunk, @unchecked Sendable {
  let places: Range<Int>
  private(set) var labels: [Int32]
  private(set) var sums: [SIMD4<Double>] = []
  private(set) var counts: [Int] = []
  private(set) var hasChanged = false
  /// The centre that all rows of a leaf have; −1 where they differ or are new.
  private var leafLabels: [Int32]

  init(_ rows: KMeansRows, _ places: Range<Int>) {
    self.places = places
    labels = [Int32](repeating: -1, count: places.count)
    let leaves = (places.count + KMeansRows.leafRows - 1) / KMeansRows.leafRows
    leafLabels = [Int32](repeating: -1, count: leaves)
  }

  func assign(_ rows: KMeansRows, _ centres: CentreSet) {
    if rows.width == 1 {
      assign(rows, centres, width: 1)
    } else {
      assign(rows, centres, width: rows.width)
    }
  }

  @inline(__always)
  private func assign(_ rows: KMeansRows, _ centres: CentreSet, width: Int) {
    var state = Leaves(
      labels: labels,
      leafLabels: leafLabels,
      sums: [SIMD4<Double>](repeating: .zero, count: centres.count * width),
      counts: [Int](repeating: 0, count: centres.count),
      start: places.lowerBound
    )
    labels = []
    leafLabels = []
    var distances = [Double](repeating: 0, count: centres.count)
    var (candidates, leafCandidates) = (centres.all, centres.all)
    var distanceSpan = distances.mutableSpan
    let (middles, halves) = (rows.runs.middles.span, rows.runs.halves.span)
    let (leafMiddles, leafHalves) = (rows.leaves.middles.span, rows.leaves.halves.span)
    let (centrePoints, all) = (centres.points.span, centres.all.span)
    let firstRun = places.lowerBound / KMeansRows.runRows
    let endRun = (places.upperBound + KMeansRows.runRows - 1) / KMeansRows.runRows
    for run in firstRun..<endRun {
      var ofRun = candidates.mutableSpan
      let possible = RowBoxes.keepPossible(
        middles,
        halves,
        run,
        centrePoints,
        width,
        all,
        centres.count,
        &distanceSpan,
        &ofRun
      )
      let firstLeaf = run &* KMeansRows.leavesInRun
      let endLeaf = min(firstLeaf &+ KMeansRows.leavesInRun, rows.leaves.count)
      if possible == 1 {
        let label = ofRun[0]
        let size = rows.runs.rows(run, of: rows.rowCount).count
        state.add(rows.runs.sums.span, run, size, label, width)
        for leaf in firstLeaf..<endLeaf { state.label(rows, leaf, label) }
        continue
      }
      for leaf in firstLeaf..<endLeaf {
        var ofLeaf = leafCandidates.mutableSpan
        let left = RowBoxes.keepPossible(
          leafMiddles,
          leafHalves,
          leaf,
          centrePoints,
          width,
          ofRun.span,
          possible,
          &distanceSpan,
          &ofLeaf
        )
        if left == 1 {
          let size = rows.leaves.rows(leaf, of: rows.rowCount).count
          state.add(rows.leaves.sums.span, leaf, size, ofLeaf[0], width)
          state.label(rows, leaf, ofLeaf[0])
        } else {
          state.assignRows(rows, leaf, centrePoints, ofLeaf.span, left, width)
        }
      }
    }
    labels = state.labels
    leafLabels = state.leafLabels
    sums = state.sums
    counts = state.counts
    hasChanged = state.hasChanged
  }

  /// The labels and sums in the making.
  private struct Leaves {
    var labels: [Int32]
    var leafLabels: [Int32]
    var sums: [SIMD4<Double>]
    var counts: [Int]
    let start: Int
    var hasChanged = false

    /// Adds the sum of a box to a centre.
    @inline(__always)
    mutating func add(
      _ boxSums: Span<SIMD4<Double>>,
      _ box: Int,
      _ size: Int,
      _ label: Int32,
      _ width: Int
    ) {
      for group in 0..<width {
        sums[Int(label) &* width &+ group] += boxSums[box &* width &+ group]
      }
      counts[Int(label)] &+= size
    }

    /// Gives all rows of a leaf one label.
    @inline(__always)
    mutating func label(_ rows: KMeansRows, _ leaf: Int, _ label: Int32) {
      let index = leaf &- start / KMeansRows.leafRows
      if leafLabels[index] == label { return }
      leafLabels[index] = label
      let start = start
      let first = leaf &* KMeansRows.leafRows
      var changed = false
      var output = labels.mutableSpan
      for place in first..<min(first &+ KMeansRows.leafRows, rows.rowCount) {
        if output[place &- start] != label { changed = true }
        output[place &- start] = label
      }
      if changed { hasChanged = true }
    }

    /// Gives each row of a leaf the nearest of the centres in question.
    @inline(__always)
    mutating func assignRows(
      _ rows: KMeansRows,
      _ leaf: Int,
      _ centres: Span<SIMD4<Double>>,
      _ candidates: Span<Int32>,
      _ count: Int,
      _ width: Int
    ) {
      leafLabels[leaf &- start / KMeansRows.leafRows] = -1
      let first = leaf &* KMeansRows.leafRows
      let places = first..<min(first &+ KMeansRows.leafRows, rows.rowCount)
      let hasChanged = Self.assign(
        places,
        start,
        rows.points.span,
        centres,
        candidates,
        count,
        width,
        &labels,
        &sums,
        &counts
      )
      if hasChanged { self.hasChanged = true }
    }

    /// Labels some places and adds their rows up; tells whether a label changed.
    @inline(__always)
    private static func assign(
      _ places: Range<Int>,
      _ start: Int,
      _ points: Span<SIMD4<Double>>,
      _ centres: Span<SIMD4<Double>>,
      _ candidates: Span<Int32>,
      _ count: Int,
      _ width: Int,
      _ labels: inout [Int32],
      _ sums: inout [SIMD4<Double>],
      _ counts: inout [Int]
    ) -> Bool {
      var hasChanged = false
      var output = labels.mutableSpan
      var sums = sums.mutableSpan
      var counts = counts.mutableSpan
      for place in places {
        var label = candidates[0]
        var least = PackedRows.squaredDistance(points, place, centres, Int(label), width)
        for index in 1..<count {
          let centre = candidates[index]
          let distance = PackedRows.squaredDistance(points, place, centres, Int(centre), width)
          if distance < least {
            least = distance
            label = centre
          }
        }
        if output[place &- start] != label {
          hasChanged = true
          output[place &- start] = label
        }
        for group in 0..<width {
          sums[Int(label) &* width &+ group] += points[place &* width &+ group]
        }
        counts[Int(label)] &+= 1
      }
      return hasChanged
    }
  }
}
