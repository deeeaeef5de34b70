import BQLColumnar

/// Says how a group of rows differs from the other rows in one column.
package struct GroupContrast: Hashable, Sendable {
  /// Rows of the group, and of the others, that are not NaN.
  package let count: Int
  package let restCount: Int
  /// Nil of no rows.
  package let mean: Double?
  package let restMean: Double?
  /// Type 7; nil of no rows, and where medians were not asked for.
  package let median: Double?
  package let restMedian: Double?
  /// Cohen's `d = (mean − rest mean) / s`, `s² = ((n₁ − 1) s₁² + (n₂ − 1) s₂²) / (n₁ + n₂ − 2)`;
  /// infinite where both sides are constant and differ; nil where either side has no row, there are
  /// fewer than three, or nothing varies.
  package let difference: Double?
  /// `d ± 1.96 √((n₁ + n₂) / (n₁ n₂) + d² / 2 (n₁ + n₂))`, which holds for many rows.
  package let low: Double?
  package let high: Double?

  /// Compares each group with all others, in each column.
  ///
  /// - Parameters:
  ///   - columns: Shape `[columns][rows]`; NaN is left out, column by column.
  ///   - labels: The group of each row, shape `[rows]`; rows with a negative one are no group's and
  ///     are left out of the others too.
  ///   - groups: How many groups there are.
  ///   - hasMedians: Whether medians are asked for, which take most of the time.
  ///   - threads: At most so many.
  /// - Returns: Shape `[columns][groups]`.
  /// - Throws: ``ModelError/shape(expected:found:)``; ``ModelError/parameter(_:)`` of a label that is
  ///   no group; ``ModelError/notFinite(row:column:)`` of an infinity or a number beyond 1e140.
  /// - Complexity: O(*n* · columns).
  ///
  /// Source: J. Cohen, *Statistical Power Analysis for the Behavioral Sciences*, 1988; interval:
  /// L. V. Hedges, I. Olkin, *Statistical Methods for Meta-Analysis*, 1985, 5.E.
  package static func table(
    _ columns: [[Double]],
    labels: [Int32],
    groups: Int,
    hasMedians: Bool = true,
    threads: Int
  ) throws(ModelError) -> [[GroupContrast]] {
    for column in columns where column.count != labels.count {
      throw .shape(expected: labels.count, found: column.count)
    }
    guard groups >= 0, !labels.contains(where: { Int($0) >= groups }) else {
      throw .parameter("labels")
    }
    return try ParallelWork.map(
      count: columns.count,
      threads: threads
    ) { (column) throws(ModelError) in
      let values = columns[column]
      if let row = values.firstIndex(where: { !(abs($0) < Matrix.largest) && !$0.isNaN }) {
        throw .notFinite(row: row, column: column)
      }
      return hasMedians
        ? contrasts(values, labels, groups) : meanContrasts(values, labels, groups)
    }
  }

  /// Compares means alone.
  private static func meanContrasts(
    _ values: [Double],
    _ labels: [Int32],
    _ groups: Int
  ) -> [GroupContrast] {
    var members = [[Double]](repeating: [], count: groups)
    for (value, label) in zip(values, labels) where label >= 0 && !value.isNaN {
      members[Int(label)].append(value)
    }
    let moments = members.map { Moments($0) }
    return (0..<groups).map { group in
      let rest = RestMoments(moments, without: group)
      return GroupContrast(moments[group], rest, median: nil, restMedian: nil)
    }
  }

  private static func contrasts(
    _ values: [Double],
    _ labels: [Int32],
    _ groups: Int
  ) -> [GroupContrast] {
    var members = [[Double]](repeating: [], count: groups)
    var all: [Double] = []
    var sortedLabels: [Int32] = []
    for row in Quantiles.order(values) {
      let (value, label) = (values[Int(row)], labels[Int(row)])
      if value.isNaN { break }
      if label < 0 { continue }
      members[Int(label)].append(value)
      all.append(value)
      sortedLabels.append(label)
    }
    let moments = members.map { Moments($0) }
    return (0..<groups).map { group in
      let rest = RestMoments(moments, without: group)
      return GroupContrast(
        moments[group],
        rest,
        median: Quantiles.quantile(members[group], 0.5),
        restMedian: restMedian(all, sortedLabels, Int32(truncatingIfNeeded: group), rest.count)
      )
    }
  }

  /// Returns the median of the ascending numbers that are not of a group.
  private static func restMedian(
    _ sorted: [Double],
    _ labels: [Int32],
    _ group: Int32,
    _ count: Int
  ) -> Double? {
    guard count > 0 else { return nil }
    let (low, high) = ((count - 1) / 2, count / 2)
    var (place, first) = (0, 0.0)
    for (index, value) in sorted.enumerated() where labels[index] != group {
      if place == low { first = value }
      if place == high { return first == value ? value : first + 0.5 * (value - first) }
      place += 1
    }
    return nil
  }

  private init(_ own: Moments, _ rest: RestMoments, median: Double?, restMedian: Double?) {
    count = own.count
    restCount = rest.count
    mean = own.count > 0 ? own.mean : nil
    restMean = rest.count > 0 ? rest.mean : nil
    self.median = median
    self.restMedian = restMedian
    let (n, m) = (Double(own.count), Double(rest.count))
    let squares = own.variance * n + rest.squares
    guard own.count > 0, rest.count > 0, own.count + rest.count > 2,
      squares > 0 || own.mean != rest.mean
    else {
      (difference, low, high) = (nil, nil, nil)
      return
    }
    guard squares > 0 else {
      let apart = own.mean > rest.mean ? Double.infinity : -.infinity
      (difference, low, high) = (apart, apart, apart)
      return
    }
    let d = (own.mean - rest.mean) / (squares / (n + m - 2)).squareRoot()
    let error = ((n + m) / (n * m) + d * d / (2 * (n + m))).squareRoot()
    difference = d
    low = d - RestMoments.normalQuantile * error
    high = d + RestMoments.normalQuantile * error
  }
}

/// Holds count, mean and squared distances of several groups taken as one.
///
/// Source: T. F. Chan, G. H. Golub, R. J. LeVeque, *The American Statistician* 37(3), 1983,
/// doi:10.1080/00031305.1983.10483115.
private struct RestMoments {
  var count = 0
  var mean = 0.0
  /// `Σ (x − x̄)²`.
  var squares = 0.0

  /// Of the standard normal distribution at 0.975.
  static let normalQuantile = 1.959963984540054

  init(_ groups: [Moments], without left: Int) {
    for (index, group) in groups.enumerated() where index != left && group.count > 0 {
      let total = count + group.count
      let apart = group.mean - mean
      squares +=
        group.variance * Double(group.count)
        + (count == 0
          ? 0 : apart * apart * Double(count) * Double(group.count) / Double(total))
      mean = count == 0 ? group.mean : mean + apart * Double(group.count) / Double(total)
      count = total
    }
  }
}
