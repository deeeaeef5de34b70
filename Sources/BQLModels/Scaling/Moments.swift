/// Holds count, mean and central moments of the numbers of a column.
package struct Moments: Hashable, Sendable {
  /// How many numbers, NaN left out.
  package let count: Int
  package let mean: Double
  /// The mean squared distance from the mean, by `n`; 0 for a constant column, exactly.
  package let variance: Double
  /// `g₁ = m₃ / m₂^{3/2}` with moments by `n`; nil below three numbers and without
  /// variance, and where its cubes leave the range of Double.
  package let skewness: Double?
  package let isConstant: Bool

  /// Computes the moments in two passes; NaN are left out, infinities make them NaN.
  ///
  /// - Complexity: O(*n*).
  package init(_ values: [Double]) {
    let present = values.contains { $0.isNaN } ? values.filter { !$0.isNaN } : values
    count = present.count
    guard let first = present.first else {
      (mean, variance, skewness, isConstant) = (0, 0, nil, true)
      return
    }
    guard present.contains(where: { $0 != first }) else {
      (mean, variance, skewness, isConstant) = (first, 0, nil, true)
      return
    }
    // Of the distances to the first number, which cancel less than the numbers themselves.
    let n = Double(present.count)
    let rough = present.reduce(0) { $0 + ($1 - first) } / n
    var (sum, squares, cubes) = (0.0, 0.0, 0.0)
    let span = present.span
    for place in span.indices {
      let distance = (span[place] - first) - rough
      sum += distance
      squares += distance * distance
      cubes += distance * distance * distance
    }
    let rest = sum / n
    mean = first + (rough + rest)
    let second = max(squares / n - rest * rest, 0)
    let third = cubes / n - 3 * rest * squares / n + 2 * rest * rest * rest
    variance = second
    isConstant = false
    let ratio = third / (second * second.squareRoot())
    skewness = present.count >= 3 && second > 0 && ratio.isFinite ? ratio : nil
  }
}
