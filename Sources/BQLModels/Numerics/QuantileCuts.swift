/// Cuts a column into bins of about equal frequency whose equal values are never split.
///
/// The cut of bin `b` of `q` is the smallest value that at least the share `b / q` of the numbers
/// does not exceed; a number's bin counts the cuts below it, so a number equal to a cut lies in the
/// lower bin. Cuts that coincide, and a cut at the largest value, leave fewer bins than asked for.
package struct QuantileCuts: Hashable, Sendable {
  /// The largest value of each bin but the last, strictly ascending.
  package let cuts: [Double]
  /// The number of bins that were asked for.
  package let requested: Int

  /// The number of bins, none of them empty; 0 where there was no number.
  package let binCount: Int

  /// Finds the cuts; NaN are left out.
  ///
  /// - Throws: ``ModelError/parameter(_:)`` where `bins` is below 1.
  /// - Complexity: O(*n*).
  package init(_ values: [Double], bins: Int) throws(ModelError) {
    guard bins >= 1 else { throw .parameter("bins") }
    self.init(sorted: Quantiles.sorted(values), bins: bins)
  }

  /// Restores cuts, `isEmpty` saying that there was no number to cut; nil unless they ascend.
  package init?(restoring cuts: [Double], requested: Int, isEmpty: Bool) {
    guard zip(cuts, cuts.dropFirst()).allSatisfy({ $0 < $1 }), !isEmpty || cuts.isEmpty else {
      return nil
    }
    self.cuts = cuts
    self.requested = requested
    binCount = isEmpty ? 0 : cuts.count + 1
  }

  init(sorted: [Double], bins: Int) {
    var cuts: [Double] = []
    requested = bins
    if let largest = sorted.last {
      // More bins than values cut at each value.
      for bin in 1..<max(min(bins, sorted.count), 1) {
        let (high, low) = bin.multipliedFullWidth(by: sorted.count)
        let bins = min(bins, sorted.count)
        let (quotient, remainder) = bins.dividingFullWidth((high, low))
        let cut = sorted[max(quotient + (remainder > 0 ? 1 : 0), 1) - 1]
        if cut < largest, cuts.last.map({ $0 < cut }) ?? true { cuts.append(cut) }
      }
      binCount = cuts.count + 1
    } else {
      binCount = 0
    }
    self.cuts = cuts
  }

  /// Returns the bin of each number, from 0; −1 for NaN.
  ///
  /// - Complexity: O(*n* log *bins*).
  package func bins(of values: [Double]) -> [Int32] {
    let cuts = cuts.span
    return values.map { value in
      if value.isNaN { return -1 }
      var (low, high) = (0, cuts.count)
      while low < high {
        let middle = (low &+ high) / 2
        if cuts[middle] < value { low = middle &+ 1 } else { high = middle }
      }
      return Int32(truncatingIfNeeded: low)
    }
  }
}
