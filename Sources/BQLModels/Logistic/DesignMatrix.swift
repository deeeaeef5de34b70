/// Turns features into columns of complete numbers, by what was seen in training.
///
/// A number that is NaN takes the mean of the training rows, and where training rows had NaN a
/// column of its own says so (1 missing, 0 not). A category becomes a column each (1 or 0) for up to
/// ``categories`` of the most frequent ones; those unknown have 0 in all. Infinities count as missing.
package struct DesignMatrix: Hashable, Sendable {
  /// Describes one column.
  package struct Column: Hashable, Sendable {
    /// The feature it is made of.
    package let feature: Int
    package let part: Part
  }

  /// Says what of a feature a column tells.
  package enum Part: Hashable, Sendable {
    /// The number, this mean where it is missing.
    case number(mean: Double)
    case isMissing
    case isCategory(Double)
  }

  /// Categories of a feature that have a column, at most.
  package static let categories = 50

  package let columns: [Column]
  /// How the features are to be read; shape `[features]`.
  package let kinds: [FeatureKind]

  /// Looks at the training rows.
  ///
  /// - Throws: ``ModelError/noRows``.
  package init(fitting table: FeatureTable) throws(ModelError) {
    guard table.rowCount > 0 else { throw .noRows }
    var columns: [Column] = []
    for (feature, column) in table.columns.enumerated() {
      let seen = column.values.filter { Self.isKnown($0) }
      switch column.kind {
      case .number:
        let mean = seen.reduce(0) { $0 + $1 / Double(seen.count) }
        columns.append(Column(feature: feature, part: .number(mean: mean)))
      case .category:
        var counts: [Double: Int] = [:]
        for code in seen { counts[code, default: 0] += 1 }
        let frequent = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        for code in frequent.prefix(Self.categories).map(\.key).sorted() {
          columns.append(Column(feature: feature, part: .isCategory(code)))
        }
      }
      if seen.count < column.values.count {
        columns.append(Column(feature: feature, part: .isMissing))
      }
    }
    self.columns = columns
    kinds = table.columns.map(\.kind)
  }

  init(_ columns: [Column], _ kinds: [FeatureKind]) {
    self.columns = columns
    self.kinds = kinds
  }

  private static func isKnown(_ value: Double) -> Bool { abs(value) < Matrix.largest }

  /// Returns the columns of a table's rows.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` where the table has not as many features.
  /// - Complexity: O(*n* · *columns*).
  package func apply(to table: FeatureTable) throws(ModelError) -> Matrix {
    guard table.columns.count == kinds.count else {
      throw .shape(expected: kinds.count, found: table.columns.count)
    }
    return try Matrix(
      columns: columns.map { column in
        table.columns[column.feature].values.map { value in
          switch column.part {
          case .number(let mean): Self.isKnown(value) ? value : mean
          case .isMissing: Self.isKnown(value) ? 0 : 1
          case .isCategory(let code): value == code ? 1 : 0
          }
        }
      }
    )
  }
}
