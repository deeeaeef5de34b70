/// Checks labels before they serve as indices.
enum ClusterLabels {
  /// Returns one more than the largest label.
  ///
  /// - Throws: ``ModelError/noRows``; ``ModelError/shape(expected:found:)`` where there is not one
  ///   label a row; ``ModelError/parameter(_:)`` where a label is negative or at least the number of
  ///   rows: clusters are numbered from 0 without many gaps.
  static func count(_ labels: [Int32], rows: Int) throws(ModelError) -> Int {
    guard rows > 0 else { throw .noRows }
    guard labels.count == rows else { throw .shape(expected: rows, found: labels.count) }
    var most: Int32 = 0
    for label in labels {
      guard label >= 0, Int(label) < rows else { throw .parameter("labels") }
      most = max(most, label)
    }
    return Int(most) + 1
  }
}
