/// Assigns the rows of one chunk to their nearest centres, iteration by iteration.
///
/// Of centres equally near the lowest is taken. What a chunk remembers saves it distances, and never
/// changes a label.
protocol LloydChunk: AnyObject, Sendable {
  /// Places of the prepared rows.
  var places: Range<Int> { get }
  /// The centre of each of the chunk's rows; −1 before the first assignment.
  var labels: [Int32] { get }
  /// The sum of the rows of each centre; shape `[centres * width]`.
  var sums: [SIMD4<Double>] { get }
  /// The number of rows of each centre.
  var counts: [Int] { get }
  /// Whether the last assignment gave some row another label.
  var hasChanged: Bool { get }

  /// Assigns the rows anew.
  func assign(_ rows: KMeansRows, _ centres: CentreSet)
}

extension LloydChunk {
  /// Returns the sum of the squared distances of the rows to the centres they are assigned to.
  func inertia(_ rows: KMeansRows, _ centres: CentreSet) -> Double {
    let (points, centrePoints) = (rows.points.span, centres.points.span)
    let own = labels
    let labels = own.span
    let (start, width) = (places.lowerBound, rows.width)
    var total = 0.0
    for row in labels.indices {
      total += PackedRows.squaredDistance(
        points,
        start &+ row,
        centrePoints,
        Int(labels[row]),
        width
      )
    }
    return total
  }
}
