/// Ranks numbers.
package enum AverageRanks {
  /// Returns the rank of each number from 1, equal numbers having the mean of theirs; NaN stays NaN.
  ///
  /// - Complexity: O(*n*).
  package static func ranks(_ values: [Double]) -> [Double] {
    let order = Quantiles.order(values)
    var ranks = [Double](repeating: .nan, count: values.count)
    var start = 0
    while start < order.count, !values[Int(order[start])].isNaN {
      let value = values[Int(order[start])]
      var end = start + 1
      while end < order.count, values[Int(order[end])] == value { end += 1 }
      let rank = Double(start + 1 + end) / 2
      for place in start..<end { ranks[Int(order[place])] = rank }
      start = end
    }
    return ranks
  }
}
