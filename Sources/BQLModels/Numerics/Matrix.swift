/// Holds numbers in rows and columns, row by row.
///
/// `values[row * columnCount + column]`; shape `[rowCount, columnCount]`. A matrix for clustering
/// holds complete rows only: no NaN, which stands for NULL elsewhere in this module.
package struct Matrix: Hashable, Sendable {
  package let rowCount: Int
  package let columnCount: Int
  /// Row after row; shape `[rowCount * columnCount]`.
  package private(set) var values: [Double]

  /// Takes numbers that lie row by row.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` unless there are `rowCount * columnCount`.
  package init(rowCount: Int, columnCount: Int, values: [Double]) throws(ModelError) {
    let size = rowCount.multipliedReportingOverflow(by: columnCount)
    guard rowCount >= 0, columnCount >= 0, !size.overflow else { throw .tooLarge }
    guard values.count == size.partialValue else {
      throw .shape(expected: size.partialValue, found: values.count)
    }
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
  }

  /// Takes columns of equal length.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` where lengths differ.
  package init(columns: [[Double]]) throws(ModelError) {
    let count = columns.first?.count ?? 0
    for column in columns where column.count != count {
      throw .shape(expected: count, found: column.count)
    }
    self.init(unchecked: columns, rows: nil, count: count)
  }

  /// Takes the rows of columns that have no NaN in any of them.
  ///
  /// - Returns: The matrix, and the place of each of its rows in the columns, ascending.
  /// - Throws: ``ModelError/shape(expected:found:)`` where lengths differ;
  ///   ``ModelError/tooLarge`` from 2³¹ rows on.
  package static func completeRows(
    of columns: [[Double]]
  ) throws(ModelError) -> (matrix: Matrix, rows: [Int32]) {
    let count = columns.first?.count ?? 0
    guard count <= Int(Int32.max) else { throw .tooLarge }
    var complete = [Bool](repeating: true, count: count)
    for column in columns {
      guard column.count == count else { throw .shape(expected: count, found: column.count) }
      for row in column.indices where column[row].isNaN { complete[row] = false }
    }
    let rows = complete.indices.filter { complete[$0] }.map { Int32(truncatingIfNeeded: $0) }
    let matrix = Matrix(
      unchecked: columns,
      rows: rows.count == count ? nil : rows,
      count: rows.count
    )
    return (matrix, rows)
  }

  private init(unchecked columns: [[Double]], rows: [Int32]?, count: Int) {
    rowCount = count
    columnCount = columns.count
    var values = [Double](repeating: 0, count: count * columns.count)
    var output = values.mutableSpan
    for (index, column) in columns.enumerated() {
      let input = column.span
      var place = index
      if let rows {
        for row in rows {
          output[place] = input[Int(row)]
          place &+= columns.count
        }
      } else {
        for row in 0..<count {
          output[place] = input[row]
          place &+= columns.count
        }
      }
    }
    self.values = values
  }

  /// Reads or writes one number.
  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columnCount + column] }
    set { values[row * columnCount + column] = newValue }
  }

  /// Returns the numbers of one row.
  package func row(_ row: Int) -> [Double] {
    Array(values[row * columnCount..<(row + 1) * columnCount])
  }

  /// Returns the numbers of one column.
  package func column(_ column: Int) -> [Double] {
    (0..<rowCount).map { values[$0 * columnCount + column] }
  }

  /// Returns some of the rows, in the order asked for.
  package func selecting(_ rows: [Int32]) -> Matrix {
    var selected: [Double] = []
    selected.reserveCapacity(rows.count * columnCount)
    for row in rows {
      let start = Int(row) * columnCount
      selected.append(contentsOf: values[start..<start + columnCount])
    }
    return Matrix(trusted: selected, rowCount: rows.count, columnCount: columnCount)
  }

  /// Takes numbers whose count is known to be right.
  init(trusted values: [Double], rowCount: Int, columnCount: Int) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
  }

  /// The size from which on squares and their sums would leave the range of Double.
  static let largest = 1e140

  /// Refuses what distances cannot be computed of.
  ///
  /// - Throws: ``ModelError/noRows``, ``ModelError/noColumns``, ``ModelError/tooLarge`` from 2³¹
  ///   rows on, and ``ModelError/notFinite(row:column:)`` at the first NaN, infinity or number
  ///   beyond 1e140.
  func checkForDistances() throws(ModelError) {
    guard columnCount > 0 else { throw .noColumns }
    guard rowCount > 0 else { throw .noRows }
    guard rowCount < Int(Int32.max) else { throw .tooLarge }
    let values = values.span
    for place in values.indices where !(abs(values[place]) < Self.largest) {
      throw .notFinite(row: place / columnCount, column: place % columnCount)
    }
  }
}
