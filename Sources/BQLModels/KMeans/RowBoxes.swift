/// Holds a bounding box and the sum of each run of rows.
struct RowBoxes: Sendable {
  /// Rows of a run; the last may have fewer.
  let runLength: Int
  let count: Int
  /// The middle of each box; shape `[count * width]`.
  let middles: [SIMD4<Double>]
  /// Half of each box's extent; shape `[count * width]`.
  let halves: [SIMD4<Double>]
  /// The sum of each run's rows; shape `[count * width]`.
  let sums: [SIMD4<Double>]

  init(_ points: [SIMD4<Double>], rows: Int, width: Int, runLength: Int) {
    self.runLength = runLength
    let count = (rows + runLength - 1) / runLength
    self.count = count
    var middles = [SIMD4<Double>](repeating: .zero, count: count * width)
    var (halves, sums) = (middles, middles)
    let points = points.span
    for run in 0..<count {
      let end = min((run &+ 1) &* runLength, rows)
      for group in 0..<width {
        var place = run &* runLength &* width &+ group
        var (low, high, sum) = (points[place], points[place], SIMD4<Double>.zero)
        for _ in run &* runLength..<end {
          let point = points[place]
          low = pointwiseMin(low, point)
          high = pointwiseMax(high, point)
          sum += point
          place &+= width
        }
        let middle = low * 0.5 + high * 0.5
        middles[run * width + group] = middle
        halves[run * width + group] = pointwiseMax(high - middle, middle - low)
        sums[run * width + group] = sum
      }
    }
    self.middles = middles
    self.halves = halves
    self.sums = sums
  }

  func rows(_ run: Int, of rowCount: Int) -> Range<Int> {
    run * runLength..<min((run + 1) * runLength, rowCount)
  }

  /// What rounding may take from a comparison of a box with rows in it, relative; far more than it
  /// does.
  static let margin = 1e-9

  /// Keeps those of the first `count` of `candidates` that may be nearest to some row in the box.
  ///
  /// Centre `z` goes where `z*`, the nearest to the middle, is nearer to every place of the box:
  /// `|x − z|² − |x − z*|²` is linear in `x`, so its least value is that at the middle less
  /// `2 Σ |z − z*| · half`.
  ///
  /// - Returns: How many are left, in their order, at the front of `kept`.
  ///
  /// Source: D. Pelleg, A. Moore, *KDD* 1999, doi:10.1145/312129.312248.
  @inline(__always)
  static func keepPossible(
    _ middles: Span<SIMD4<Double>>,
    _ halves: Span<SIMD4<Double>>,
    _ run: Int,
    _ centres: Span<SIMD4<Double>>,
    _ width: Int,
    _ candidates: Span<Int32>,
    _ count: Int,
    _ distances: inout MutableSpan<Double>,
    _ kept: inout MutableSpan<Int32>
  ) -> Int {
    var nearest = 0
    for index in 0..<count {
      let centre = Int(candidates[index])
      distances[index] = PackedRows.squaredDistance(middles, run, centres, centre, width)
      if distances[index] < distances[nearest] { nearest = index }
    }
    let least = distances[nearest]
    let best = Int(candidates[nearest])
    var left = 0
    for index in 0..<count {
      if index != nearest {
        let centre = Int(candidates[index])
        var reach = SIMD4<Double>.zero
        for group in 0..<width {
          let apart = centres[centre &* width &+ group] - centres[best &* width &+ group]
          reach += pointwiseMax(apart, -apart) * halves[run &* width &+ group]
        }
        let far = distances[index]
        let most = 2 * PackedRows.sum(reach)
        if far - least - most > margin * (far + most) { continue }
      }
      kept[left] = candidates[index]
      left &+= 1
    }
    return left
  }

  /// Returns the least squared distance that a place in the box can have from a centre.
  @inline(__always)
  static func leastDistance(
    _ middles: Span<SIMD4<Double>>,
    _ halves: Span<SIMD4<Double>>,
    _ run: Int,
    _ centres: Span<SIMD4<Double>>,
    _ centre: Int,
    _ width: Int
  ) -> Double {
    var lanes = SIMD4<Double>.zero
    for group in 0..<width {
      let apart = middles[run &* width &+ group] - centres[centre &* width &+ group]
      let gap = pointwiseMax(
        pointwiseMax(apart, -apart) - halves[run &* width &+ group],
        .zero
      )
      lanes += gap * gap
    }
    return PackedRows.sum(lanes) * (1 - margin)
  }
}
