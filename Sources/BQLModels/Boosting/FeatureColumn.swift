/// Says how the numbers of a feature are to be read.
package enum FeatureKind: String, Hashable, Sendable, CaseIterable {
  /// Numbers with an order.
  case number
  /// Codes that are equal or not, and have no order.
  case category
}

/// Holds one feature of all rows; NaN stands for NULL.
package struct FeatureColumn: Hashable, Sendable {
  /// Shape `[rows]`; infinities are numbers like others.
  package var values: [Double]
  package var kind: FeatureKind

  package init(_ values: [Double], _ kind: FeatureKind = .number) {
    self.values = values
    self.kind = kind
  }
}

/// Holds features of equal length, at least one.
package struct FeatureTable: Hashable, Sendable {
  package let columns: [FeatureColumn]
  package let rowCount: Int

  /// Takes columns of equal length.
  ///
  /// - Throws: ``ModelError/noColumns``; ``ModelError/shape(expected:found:)`` where lengths differ;
  ///   ``ModelError/tooLarge`` from 2²⁷ rows or 2²⁰ columns on.
  package init(_ columns: [FeatureColumn]) throws(ModelError) {
    guard let first = columns.first else { throw .noColumns }
    rowCount = first.values.count
    guard rowCount < 1 << 27, columns.count < 1 << 20 else { throw .tooLarge }
    for column in columns where column.values.count != rowCount {
      throw .shape(expected: rowCount, found: column.values.count)
    }
    self.columns = columns
  }

  /// Takes numbers, column by column.
  ///
  /// - Throws: As ``init(_:)``.
  package init(numbers: [[Double]]) throws(ModelError) {
    try self.init(numbers.map { FeatureColumn($0) })
  }

  /// Returns some of the rows, in the order asked for.
  ///
  /// - Precondition: Each is a row of the table.
  package func selecting(_ rows: [Int32]) -> FeatureTable {
    FeatureTable(
      unchecked: columns.map { column in
        FeatureColumn(rows.map { column.values[Int($0)] }, column.kind)
      },
      rowCount: rows.count
    )
  }

  init(unchecked columns: [FeatureColumn], rowCount: Int) {
    self.columns = columns
    self.rowCount = rowCount
  }
}
