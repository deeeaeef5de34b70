import BQLModels

/// Lloyd's iterations as they are written down: every row against every centre.
struct PlainLloyd {
  var centres: [[Double]]
  var labels: [Int32]
  var iterations = 0

  init(_ rows: [[Double]], from start: [[Double]], limit: Int) {
    centres = start
    labels = []
    while iterations < limit {
      iterations += 1
      let found = rows.map { row in Self.nearest(row, centres) }
      let isSettled = found == labels
      labels = found
      centres = Self.moved(rows, labels, centres)
      if isSettled { return }
    }
    labels = rows.map { row in Self.nearest(row, centres) }
  }

  /// Adds in the order of the fast one, column by column modulo four, so that ties are the same.
  static func distance(_ a: [Double], _ b: [Double]) -> Double {
    var lanes = [0.0, 0.0, 0.0, 0.0]
    for (column, pair) in zip(a, b).enumerated() {
      lanes[column % 4] += (pair.0 - pair.1) * (pair.0 - pair.1)
    }
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
  }

  static func nearest(_ row: [Double], _ centres: [[Double]]) -> Int32 {
    var best = 0
    for centre in centres.indices
    where distance(row, centres[centre]) < distance(row, centres[best]) {
      best = centre
    }
    return Int32(best)
  }

  private static func moved(
    _ rows: [[Double]],
    _ labels: [Int32],
    _ centres: [[Double]]
  ) -> [[Double]] {
    var members = [[Int]](repeating: [], count: centres.count)
    for row in rows.indices { members[Int(labels[row])].append(row) }
    let apart = rows.indices.map { (distance(rows[$0], centres[Int(labels[$0])]), $0) }
    var farthest = apart.filter { $0.0 > 0 }.sorted { ($1.0, $0.1) < ($0.0, $1.1) }[...]
    for centre in centres.indices where members[centre].isEmpty {
      guard let (_, row) = farthest.popFirst() else { break }
      members[Int(labels[row])].removeAll { $0 == row }
      members[centre] = [row]
    }
    return centres.indices.map { centre in
      guard !members[centre].isEmpty else { return centres[centre] }
      return centres[centre].indices.map { column in
        members[centre].reduce(0) { $0 + rows[$1][column] } / Double(members[centre].count)
      }
    }
  }
}
