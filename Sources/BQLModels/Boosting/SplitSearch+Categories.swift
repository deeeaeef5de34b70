extension SplitSearch {
  /// Finds the best split of categories: a run from either end of their order by
  /// `G / (H + smoothing)` goes left, the others and what is missing go right.
  ///
  /// Of up to four categories each alone is tried. Ties in the order go by category.
  ///
  /// - Complexity: O(*k* log *k*) of *k* categories that the node has.
  static func categories(
    _ histogram: Span<UInt64>,
    _ binCount: Int,
    _ node: SplitNode,
    _ rules: SplitRules
  ) -> SplitCandidate? {
    var present: [(bin: UInt8, sum: PackedGradient, rank: Double)] = []
    for bin in 0..<binCount {
      let sum = PackedGradient(bits: histogram[bin])
      if sum.hessian < 1 { continue }
      let rank = sum.gradient / (Double(sum.hessian) + rules.categorySmoothing)
      present.append((UInt8(truncatingIfNeeded: bin), sum, rank))
    }
    let isOne = present.count <= 4
    let l2 = rules.l2 + node.extraL2
    let whole = answer(node.total.gradient, node.total.hessian, node, rules, l2)
    let least = rules.leastHessian(node)
    // A category alone needs no pull to the middle: there is no choice among many.
    let sideL2 = isOne ? l2 : l2 + rules.categoryL2
    present.sort { ($0.rank, $0.bin) < ($1.rank, $1.bin) }
    var best: SplitCandidate?
    for isDescending in [false, true] {
      let ordered = isDescending ? Array(present.reversed()) : present
      var sum: UInt64 = 0
      for (place, category) in ordered.enumerated() {
        if isOne { sum = 0 } else if place >= rules.maximumCategories { break }
        sum &+= category.sum.bits
        let side = PackedGradient(bits: sum)
        let rest = node.total.hessian - side.hessian
        if side.hessian < least || rest < least { continue }
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
