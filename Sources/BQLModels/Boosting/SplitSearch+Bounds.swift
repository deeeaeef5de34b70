extension SplitSearch {
  /// Finds the best split of a number where some features are monotone: answers stay within the
  /// node's bounds, and those of the sides stand in the order that `direction` asks for.
  ///
  /// The score of an answer `w` is `−(2 S(G) w + (H + λ) w²)`.
  static func boundedNumbers(
    _ histogram: Span<UInt64>,
    _ binCount: Int,
    _ node: SplitNode,
    _ rules: SplitRules,
    _ direction: Int
  ) -> SplitCandidate? {
    let missing = histogram[Int(FeatureBins.missing)]
    let l2 = rules.l2 + node.extraL2
    let least = rules.leastHessian(node)
    let whole = answer(node.total.gradient, node.total.hessian, node, rules, l2)
    var best: SplitCandidate?
    for isLeft in missing == 0 ? [false] : [false, true] {
      var sum = isLeft ? missing : 0
      let end = missing == 0 || isLeft ? binCount - 1 : binCount
      for bin in 0..<max(end, 0) {
        let entry = histogram[bin]
        if entry == 0 { continue }
        sum &+= entry
        let side = PackedGradient(bits: sum)
        let rest = node.total.hessian &- side.hessian
        if side.hessian < least { continue }
        if rest < least { break }
        let left = answer(side.gradient, side.hessian, node, rules, l2)
        let right = answer(node.total.gradient - side.gradient, rest, node, rules, l2)
        if Double(direction) * (right.value - left.value) < 0 { continue }
        let gain = left.score + right.score - whole.score
        guard gain > rules.minimumGain, gain > best?.gain ?? 0 else { continue }
        best = SplitCandidate(
          bin: bin,
          sendsMissingLeft: missing == 0 ? side.hessian * 2 > node.total.hessian : isLeft,
          gain: gain,
          left: side
        )
      }
    }
    return best
  }

  /// Returns the best answer within a node's bounds, and its score.
  static func answer(
    _ gradient: Double,
    _ hessian: Int,
    _ node: SplitNode,
    _ rules: SplitRules,
    _ l2: Double
  ) -> (value: Double, score: Double) {
    let shrunk = rules.shrunk(gradient)
    let weight = Double(hessian) + l2
    let free = weight > 0 ? -shrunk / weight : 0
    let value = min(max(free, node.lower), node.upper)
    return (value, -(2 * shrunk * value + weight * value * value))
  }
}
