/// Finds the names that a misspelled one may have meant.
package enum NearestNames {
  /// Returns the candidates close to the name, the closest first.
  ///
  /// The distance is Damerau–Levenshtein's with adjacent transpositions (optimal string alignment),
  /// without regard to case; the limit grows with the name: 1 up to 4 characters, 2 up to 7, else
  /// 3, and none for a single character. A candidate that extends the name (`product`,
  /// `product_id`) or is extended by it comes after those. Ties keep the order of the candidates,
  /// so the answer is a function of its input alone; a candidate equal to the name is left out.
  ///
  /// - Complexity: O(candidates × *n* × *m*) for the lengths *n* and *m*.
  package static func nearest(
    to name: String,
    in candidates: some Sequence<String>,
    limit: Int = 3
  ) -> [String] {
    let wanted = Array(name.lowercased().unicodeScalars)
    let threshold = Self.threshold(wanted.count)
    guard threshold > 0 else { return [] }
    var found: [(distance: Int, order: Int, name: String)] = []
    for (order, candidate) in candidates.enumerated() {
      let other = Array(candidate.lowercased().unicodeScalars)
      if let distance = distance(wanted, other, atMost: threshold) {
        if candidate != name { found.append((distance, order, candidate)) }
      } else if min(wanted.count, other.count) >= 3,
        other.starts(with: wanted) || wanted.starts(with: other)
      {
        found.append((threshold + 1, order, candidate))
      }
    }
    found.sort { ($0.distance, $0.order) < ($1.distance, $1.order) }
    var names: [String] = []
    for entry in found where !names.contains(entry.name) && names.count < limit {
      names.append(entry.name)
    }
    return names
  }

  private static func threshold(_ length: Int) -> Int {
    switch length {
    case ...1: 0
    case ...4: 1
    case ...7: 2
    default: 3
    }
  }

  /// Returns the number of edits between two words; nil if it is above the bound.
  package static func distance(
    _ first: [Unicode.Scalar],
    _ second: [Unicode.Scalar],
    atMost bound: Int
  ) -> Int? {
    guard abs(first.count - second.count) <= bound else { return nil }
    var beforeLast = [Int](repeating: 0, count: second.count + 1)
    var last = Array(0...second.count)
    for i in 0..<first.count {
      var row = [Int](repeating: i + 1, count: second.count + 1)
      var least = row[0]
      for j in 0..<second.count {
        var cost = last[j] + (first[i] == second[j] ? 0 : 1)
        cost = min(cost, last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row[j + 1] = cost
        least = min(least, cost)
      }
      // A transposition reaches back two rows, so one row above the bound does not decide.
      guard least <= bound + 1 else { return nil }
      beforeLast = last
      last = row
    }
    return last[second.count] <= bound ? last[second.count] : nil
  }
}
