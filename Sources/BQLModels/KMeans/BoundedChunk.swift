/// Assigns rows with many columns: a row whose bounds keep it with its centre costs no distance.
///
/// `upper` is at least the distance to the row's centre, `lower` at most that to the second nearest;
/// both follow the centres' shifts by the triangle inequality.
///
/// Source: G. Hamerly, *SDM* 2010, doi:10.1137/1.9781611972801.12.
// One thread at a time works on a chunk, so that its state needs no lock.
final class BoundedChunk: LloydChunk, @unchecked Sendable {
  let places: Range<Int>
  private(set) var labels: [Int32]
  private(set) var sums: [SIMD4<Double>] = []
  private(set) var counts: [Int] = []
  private(set) var hasChanged = false
  private var upper: [Double]
  private var lower: [Double]

  init(_ places: Range<Int>) {
    self.places = places
    labels = [Int32](repeating: -1, count: places.count)
    upper = [Double](repeating: .infinity, count: places.count)
    lower = [Double](repeating: 0, count: places.count)
  }

  /// What rounding may take from a bound in one iteration, relative.
  private static let margin = 1e-12

  func assign(_ rows: KMeansRows, _ centres: CentreSet) {
    hasChanged = false
    moveBounds(centres)
    var (own, above, below) = (labels, upper, lower)
    (labels, upper, lower) = ([], [], [])
    var labelSpan = own.mutableSpan
    var upperSpan = above.mutableSpan
    var lowerSpan = below.mutableSpan
    let (points, centrePoints) = (rows.points.span, centres.points.span)
    let halfGaps = centres.halfGaps.span
    let (start, width) = (places.lowerBound, rows.width)
    var changed = false
    for row in labelSpan.indices {
      let label = labelSpan[row]
      let place = start &+ row
      if label >= 0 {
        let safe = max(halfGaps[Int(label)], lowerSpan[row]) * (1 - Self.margin)
        if upperSpan[row] < safe { continue }
        let distance = PackedRows.squaredDistance(points, place, centrePoints, Int(label), width)
        upperSpan[row] = distance.squareRoot()
        if upperSpan[row] < safe { continue }
      }
      let nearest = Self.nearest(points, place, centrePoints, centres.count, width)
      upperSpan[row] = nearest.least.squareRoot()
      lowerSpan[row] = nearest.second.squareRoot()
      if nearest.label != label {
        labelSpan[row] = nearest.label
        changed = true
      }
    }
    (labels, upper, lower) = (own, above, below)
    hasChanged = changed
    if changed || counts.isEmpty { addUp(rows, centres) }
  }

  @inline(__always)
  private static func nearest(
    _ points: Span<SIMD4<Double>>,
    _ place: Int,
    _ centres: Span<SIMD4<Double>>,
    _ count: Int,
    _ width: Int
  ) -> (label: Int32, least: Double, second: Double) {
    var (label, least, second) = (0, Double.infinity, Double.infinity)
    for centre in 0..<count {
      let distance = PackedRows.squaredDistance(points, place, centres, centre, width)
      if distance < least {
        second = least
        least = distance
        label = centre
      } else if distance < second {
        second = distance
      }
    }
    return (Int32(truncatingIfNeeded: label), least, second)
  }

  private func moveBounds(_ centres: CentreSet) {
    guard labels.first ?? -1 >= 0 else { return }
    var farthest = (centre: 0, shift: 0.0, next: 0.0)
    for (centre, shift) in centres.shifts.enumerated() {
      if shift > farthest.shift {
        farthest = (centre, shift, farthest.shift)
      } else {
        farthest.next = max(farthest.next, shift)
      }
    }
    let (labels, shifts) = (labels, centres.shifts)
    for row in labels.indices {
      let label = Int(labels[row])
      upper[row] = (upper[row] + shifts[label]) * (1 + Self.margin)
      let shift = label == farthest.centre ? farthest.next : farthest.shift
      lower[row] = max((lower[row] - shift) - Self.margin * (lower[row] + shift), 0)
    }
  }

  private func addUp(_ rows: KMeansRows, _ centres: CentreSet) {
    let width = rows.width
    var sums = [SIMD4<Double>](repeating: .zero, count: centres.count * width)
    var counts = [Int](repeating: 0, count: centres.count)
    var output = sums.mutableSpan
    let points = rows.points.span
    let own = labels
    let labels = own.span
    for row in labels.indices {
      let label = Int(labels[row])
      let place = places.lowerBound &+ row
      for group in 0..<width {
        output[label &* width &+ group] += points[place &* width &+ group]
      }
      counts[label] &+= 1
    }
    self.sums = sums
    self.counts = counts
  }
}
