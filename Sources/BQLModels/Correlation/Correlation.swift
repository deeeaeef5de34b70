/// Says how two columns are correlated.
package enum CorrelationMethod: String, Hashable, Sendable, CaseIterable {
  /// Linearly: infinities are errors.
  case pearson
  /// By ranks; equal values have the mean of theirs.
  case spearman
}

/// Measures how far two columns rise together.
package struct Correlation: Hashable, Sendable {
  /// −1…1; nil below two pairs and where one column is constant over them.
  package let coefficient: Double?
  /// Rows in which neither is NaN.
  package let pairs: Int

  /// How probable a coefficient at least this far from 0 is where there is no correlation; nil with
  /// the coefficient and below three pairs.
  ///
  /// Two-sided, of `t = r √((n − 2) / (1 − r²))` with `n − 2` degrees of freedom: exact for normal
  /// columns under Pearson, an approximation under Spearman (SciPy's as well).
  package var pValue: Double? {
    guard let coefficient, pairs >= 3 else { return nil }
    let freedom = Double(pairs - 2)
    let rest = (1 - coefficient) * (1 + coefficient)
    guard rest > 0 else { return 0 }
    return SpecialFunctions.studentTails(
      coefficient * (freedom / rest).squareRoot(),
      freedom: freedom
    )
  }

  package init(coefficient: Double?, pairs: Int) {
    self.coefficient = coefficient
    self.pairs = pairs
  }

  /// Correlates two columns over the rows in which neither is NaN.
  ///
  /// `r = Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² Σ (y − ȳ)²)`, of values or of their ranks among those rows.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` of columns of different length;
  ///   ``ModelError/notFinite(row:column:)``, by Pearson alone, of an infinity or a number beyond
  ///   1e140 in a pair.
  /// - Complexity: O(*n*).
  ///
  /// Source: C. Spearman, *American Journal of Psychology* 15(1), 1904, doi:10.2307/1412159.
  package init(
    _ first: [Double],
    _ second: [Double],
    _ method: CorrelationMethod
  ) throws(ModelError) {
    guard first.count == second.count else {
      throw .shape(expected: first.count, found: second.count)
    }
    var (x, y): ([Double], [Double]) = ([], [])
    x.reserveCapacity(first.count)
    y.reserveCapacity(first.count)
    for row in first.indices where !first[row].isNaN && !second[row].isNaN {
      if method == .pearson {
        guard abs(first[row]) < Matrix.largest else { throw .notFinite(row: row, column: 0) }
        guard abs(second[row]) < Matrix.largest else { throw .notFinite(row: row, column: 1) }
      }
      x.append(first[row])
      y.append(second[row])
    }
    if method == .spearman { (x, y) = (AverageRanks.ranks(x), AverageRanks.ranks(y)) }
    self.init(ofPairs: x, y)
  }

  /// Correlates finite numbers.
  private init(ofPairs x: [Double], _ y: [Double]) {
    guard let a = CentredColumn(x), let b = CentredColumn(y) else {
      self.init(coefficient: nil, pairs: x.count)
      return
    }
    var lanes = SIMD4<Double>.zero
    var place = 0
    let (first, second) = (x.span, y.span)
    while place < first.count {
      lanes[place & 3] += (first[place] - a.mean) * (second[place] - b.mean)
      place &+= 1
    }
    self.init(coefficient: Self.clamped(PackedRows.sum(lanes) / (a.norm * b.norm)), pairs: x.count)
  }

  static func clamped(_ coefficient: Double) -> Double { max(-1, min(1, coefficient)) }
}

/// Holds what centres a column and scales it to length 1.
struct CentredColumn: Sendable {
  let mean: Double
  /// `√Σ (x − x̄)²`, above 0.
  let norm: Double

  /// Returns nil below two numbers and of a constant column.
  init?(_ values: [Double]) {
    let moments = Moments(values)
    guard moments.count >= 2, moments.variance > 0 else { return nil }
    mean = moments.mean
    norm = (moments.variance * Double(moments.count)).squareRoot()
  }
}
