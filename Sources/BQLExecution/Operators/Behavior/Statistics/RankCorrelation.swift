import BQLColumnar
import Glibc

/// Measures with Spearman's coefficient how far two measures rise together.
///
/// It is the correlation of the ranks, equal values having the mean of theirs. The p-value is that
/// of `ρ √(n − 1)` as a standard normal variable, two-sided.
package struct RankCorrelation: Sendable {
  /// −1…1.
  package let coefficient: Double
  package let pValue: Double

  /// Correlates two lists of one length, ordered by their numbers; nil below three pairs, and where
  /// all values of one list are equal.
  package init?(_ first: [Int64], _ second: [Int64]) {
    precondition(first.count == second.count, "pairs")
    guard first.count >= 3 else { return nil }
    let a = Self.ranks(first)
    let b = Self.ranks(second)
    let mean = Double(first.count + 1) / 2
    var (products, squaresA, squaresB) = (0.0, 0.0, 0.0)
    for index in a.indices {
      products += (a[index] - mean) * (b[index] - mean)
      squaresA += (a[index] - mean) * (a[index] - mean)
      squaresB += (b[index] - mean) * (b[index] - mean)
    }
    guard squaresA > 0, squaresB > 0 else { return nil }
    coefficient = max(-1, min(1, products / (squaresA * squaresB).squareRoot()))
    pValue = erfc(abs(coefficient) * Double(first.count - 1).squareRoot() / 2.0.squareRoot())
  }

  private static func ranks(_ values: [Int64]) -> [Double] {
    var order = (0..<values.count).map { Int32(truncatingIfNeeded: $0) }
    RadixSort.sort(&order, by: values)
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, values[Int(order[end])] == values[Int(order[start])] { end += 1 }
      for place in order[start..<end] { ranks[Int(place)] = Double(start + end + 1) / 2 }
      start = end
    }
    return ranks
  }
}
