/// Draws indices with given weights in O(1) with the alias method.
///
/// Several tables can share one object: ``append(_:)`` returns a range of it, and ``draw(in:_:)``
/// draws within the range. Thus one pair of flat arrays serves every category's products.
///
/// Source: A. J. Walker, *ACM TOMS* 3(3), 1977, doi:10.1145/355744.355749; the O(*n*) set-up is
/// M. D. Vose's, *IEEE TSE* 17(9), 1991, doi:10.1109/32.92917.
package struct AliasTable {
  private var threshold: [Double] = []
  private var alias: [UInt32] = []

  /// Makes a table without weights.
  package init() {}

  /// Adds a table for weights that are not negative and not all zero.
  ///
  /// - Complexity: O(*n*).
  package mutating func append(_ weights: [Double]) -> Range<Int> {
    let base = threshold.count
    let total = weights.reduce(0, +)
    var scaled = weights.map { $0 / total * Double(weights.count) }
    threshold.append(contentsOf: repeatElement(1, count: weights.count))
    alias.append(contentsOf: weights.indices.map { UInt32($0) })
    var small = scaled.indices.filter { scaled[$0] < 1 }
    var large = scaled.indices.filter { scaled[$0] >= 1 }
    while let low = small.popLast(), let high = large.last {
      threshold[base + low] = scaled[low]
      alias[base + low] = UInt32(high)
      scaled[high] -= 1 - scaled[low]
      if scaled[high] < 1 {
        large.removeLast()
        small.append(high)
      }
    }
    return base..<threshold.count
  }

  /// Draws an index in `0 ..< range.count`.
  package func draw(in range: Range<Int>, _ random: inout RandomStream) -> Int {
    let position = random.uniform() * Double(range.count)
    let column = Int(position)
    let keep = position - Double(column) < threshold[range.lowerBound + column]
    return keep ? column : Int(alias[range.lowerBound + column])
  }
}
