/// Holds `OVER (PARTITION BY … ORDER BY … ROWS|RANGE|GROUPS BETWEEN … AND …)`.
package struct Window: Hashable, Sendable {
  package var partitionBy: [Expression]
  package var orderBy: [OrderItem]
  package var frame: Frame?
  package var range: SourceRange

  package init(
    partitionBy: [Expression],
    orderBy: [OrderItem],
    frame: Frame?,
    range: SourceRange
  ) {
    self.partitionBy = partitionBy
    self.orderBy = orderBy
    self.frame = frame
    self.range = range
  }

  /// Holds the rows around the present one that a window function sees.
  package struct Frame: Hashable, Sendable {
    /// Says what a frame's bounds count.
    package enum Unit: String, Hashable, Sendable, CaseIterable {
      case rows = "ROWS"
      case range = "RANGE"
      case groups = "GROUPS"
    }

    /// Says where a frame begins or ends.
    package enum Bound: Hashable, Sendable {
      case unboundedPreceding
      case preceding(Expression)
      case currentRow
      case following(Expression)
      case unboundedFollowing
    }

    package var unit: Unit
    package var start: Bound
    package var end: Bound
    package var range: SourceRange

    package init(unit: Unit, start: Bound, end: Bound, range: SourceRange) {
      self.unit = unit
      self.start = start
      self.end = end
      self.range = range
    }
  }
}
