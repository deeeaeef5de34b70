/// Holds the centres of one iteration, and how far they moved and lie apart.
struct CentreSet: Sendable {
  let count: Int
  let width: Int
  /// Packed; shape `[count * width]`.
  let points: [SIMD4<Double>]
  /// How far each centre moved since the iteration before; infinite before the first.
  let shifts: [Double]
  /// Half the distance of each centre to the nearest other one; infinite of a single one.
  let halfGaps: [Double]
  /// The numbers of all centres, ascending.
  let all: [Int32]

  /// Takes packed centres; shifts are counted from `previous`, nil of the first, and left out with
  /// the gaps unless asked for.
  init(_ points: [SIMD4<Double>], width: Int, after previous: CentreSet?, needsBounds: Bool) {
    self.points = points
    self.width = width
    let count = points.count / width
    self.count = count
    all = (0..<count).map { Int32(truncatingIfNeeded: $0) }
    var shifts = [Double](repeating: .infinity, count: count)
    var halfGaps = shifts
    if needsBounds {
      if let previous {
        for centre in 0..<count {
          shifts[centre] =
            PackedRows.squaredDistance(
              points.span,
              centre,
              previous.points.span,
              centre,
              width
            ).squareRoot()
        }
      }
      for first in 0..<count {
        for second in 0..<first {
          let gap = PackedRows.squaredDistance(points.span, first, points.span, second, width)
          let half = gap.squareRoot() / 2
          halfGaps[first] = min(halfGaps[first], half)
          halfGaps[second] = min(halfGaps[second], half)
        }
      }
    }
    self.shifts = shifts
    self.halfGaps = halfGaps
  }
}
