extension SplitSearch {
  /// Finds the best split of categories: a run from either end of their order by
  /// `G / (H + smoothing)` goes left, the others and what is missing go right.
  ///
  /// Of up to four categories each alone is tried. Of more, those with few rows are not listed, at
  /// most half of the others are, and only every so many rows a split is tried: what few rows say
  /// about many categories is mostly chance. Rows are told by their share of the hessian. Ties in the
  /// order go by category.
  ///
  /// - Complexity: O(*k* log *k*) of *k* categories that the node has.
  static func categories(
    _ histogram: Span<UInt64>,
    _ binCount: Int,
    _ node: SplitNode,
    _ rules: SplitRules
  ) -> SplitCandidate? {
    let isOne = (0..<binCount).count { histogram[$0] != 0 } <= 4
    let rowsPerHessian =
      node.total.hessian > 0 ? Double(node.rows) / Double(node.total.hessian) : 0
    var present: [(bin: UInt8, sum: PackedGradient, rank: Double)] = []
    for bin in 0..<binCount {
      let sum = PackedGradient(bits: histogram[bin])
      if sum.hessian < 1 { continue }
      let rows = (Double(sum.hessian) * rowsPerHessian).rounded()
      if !isOne, rows < Double(rules.categoryRows) { continue }
      let rank = sum.gradient / (Double(sum.hessian) + rules.categorySmoothing)
      present.append((UInt8(truncatingIfNeeded: bin), sum, rank))
    }
    let l2 = rules.l2 + node.extraL2
    let whole = answer(node.total.gradient, node.total.hessian, node, rules, l2)
    let least = rules.leastHessian(node)
    // A category alone needs no pull to the middle: there is no choice among many.
    let sideL2 = isOne ? l2 : l2 + rules.categoryL2
    let most = isOne ? present.count : min(rules.maximumCategories, (present.count + 1) / 2)
    let group = isOne ? 0 : Double(rules.categoryGroupRows)
    present.sort { ($0.rank, $0.bin) < ($1.rank, $1.bin) }
    var best: SplitCandidate?
    for isDescending in [false, true] {
      let ordered = isDescending ? Array(present.reversed()) : present
      var sum: UInt64 = 0
      var rows = 0.0
      for (place, category) in ordered.enumerated() {
        if isOne { sum = 0 } else if place >= most { break }
        rows += Double(category.sum.hessian) * rowsPerHessian
        sum &+= category.sum.bits
        let side = PackedGradient(bits: sum)
        let rest = node.total.hessian - side.hessian
        if side.hessian < least { continue }
        if rest < least || Double(rest) * rowsPerHessian < group {
          if isOne { continue }
          break
        }
        if rows < group { continue }
        rows = 0
        let left = answer(side.gradient, side.hessian, node, rules, sideL2)
        let right = answer(node.total.gradient - side.gradient, rest, node, rules, sideL2)
        let gain = left.score + right.score - whole.score
        guard gain > rules.minimumGain, gain > best?.gain ?? 0 else { continue }
        let chosen = isOne ? [category.bin] : ordered[...place].map(\.bin).sorted()
        best = SplitCandidate(categories: chosen, gain: gain, left: side)
      }
      if isOne { break }
    }
    return best
  }
}
