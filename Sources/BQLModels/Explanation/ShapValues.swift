/// Holds what each feature adds to the margin of each row.
package struct ShapValues: Hashable, Sendable {
  /// Shape `[rows, features]`, in the units of the margin.
  package let values: Matrix
  /// The mean margin over the training rows, by the trees' own counts.
  package let expected: Double
  /// The largest distance of `expected + Σ values` of a row and its margin, relative to the margin
  /// where that exceeds 1.
  package let largestGap: Double

  /// Returns of each feature the mean size of what it adds, its weight in the whole.
  package func meanSizes() -> [Double] {
    var sums = [Double](repeating: 0, count: values.columnCount)
    for row in 0..<values.rowCount {
      for column in sums.indices { sums[column] += abs(values[row, column]) }
    }
    return sums.map { $0 / Double(max(values.rowCount, 1)) }
  }

  /// Returns of each feature the rank correlation of its values and of what they add: towards 1 the
  /// margin rises with the feature, towards −1 it falls; nil of categories and of what is constant.
  ///
  /// - `table`: The rows that were explained.
  /// - Throws: ``ModelError/shape(expected:found:)`` where the table is another one.
  package func directions(_ table: FeatureTable) throws(ModelError) -> [Double?] {
    guard table.rowCount == values.rowCount else {
      throw .shape(expected: values.rowCount, found: table.rowCount)
    }
    guard table.columns.count == values.columnCount else {
      throw .shape(expected: values.columnCount, found: table.columns.count)
    }
    var directions: [Double?] = []
    for (place, column) in table.columns.enumerated() {
      if column.kind == .category {
        directions.append(nil)
      } else {
        let found = try Correlation(column.values, values.column(place), .spearman)
        directions.append(found.coefficient)
      }
    }
    return directions
  }
}
