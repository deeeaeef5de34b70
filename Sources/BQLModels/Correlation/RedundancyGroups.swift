/// Finds columns that say nearly the same.
package enum RedundancyGroups {
  /// Returns the connected components of columns whose correlation is at least `threshold` in size.
  ///
  /// Two columns of a group need not be correlated themselves where others connect them.
  ///
  /// - Parameters:
  ///   - correlations: As ``CorrelationTable/allPairs(_:_:threads:)`` returns them.
  ///   - columns: How many columns there are.
  ///   - threshold: 0…1; pairs without a coefficient are not connected.
  /// - Returns: The number of its group for each column, from 0 in the order of first columns; nil
  ///   of a column that is alone.
  /// - Throws: ``ModelError/shape(expected:found:)`` unless there are `columns (columns − 1) / 2`.
  /// - Complexity: O(columns²).
  package static func groups(
    _ correlations: [Correlation],
    columns: Int,
    threshold: Double
  ) throws(ModelError) -> [Int?] {
    let pairs = max(columns, 0).multipliedReportingOverflow(by: max(columns - 1, 0))
    guard !pairs.overflow, correlations.count == pairs.partialValue / 2 else {
      throw .shape(expected: pairs.partialValue / 2, found: correlations.count)
    }
    var parents = Array(0..<max(columns, 0))
    func root(_ column: Int) -> Int {
      var column = column
      while parents[column] != column {
        parents[column] = parents[parents[column]]
        column = parents[column]
      }
      return column
    }
    var place = 0
    for first in 0..<max(columns, 0) {
      for second in 0..<first {
        let coefficient = correlations[place].coefficient
        place += 1
        guard let coefficient, abs(coefficient) >= threshold else { continue }
        let (a, b) = (root(first), root(second))
        // The lower column leads, so that groups are numbered by their first.
        parents[max(a, b)] = min(a, b)
      }
    }
    let roots = parents.indices.map(root)
    var sizes = [Int](repeating: 0, count: roots.count)
    for root in roots { sizes[root] += 1 }
    var numbers = [Int?](repeating: nil, count: roots.count)
    var count = 0
    for root in sizes.indices where sizes[root] >= 2 {
      numbers[root] = count
      count += 1
    }
    return roots.map { numbers[$0] }
  }
}
