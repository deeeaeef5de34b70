/// Searches the histogram of one feature for the split that gains most.
///
/// The gain of sides with gradients `G` and hessians `H` is
/// `S(G_l)² / (H_l + λ) + S(G_r)² / (H_r + λ) − S(G)² / (H + λ)`, where `S` pulls towards 0 by `l1`
/// and `λ` is `l2`. Missing values are tried on both sides; where a node has none, they go with the
/// side of more hessian.
///
/// Source: T. Chen, C. Guestrin, *KDD* 2016, doi:10.1145/2939672.2939785; categories: W. D. Fisher,
/// *JASA* 53(284), 1958, doi:10.1080/01621459.1958.10501479, as G. Ke et al. use it, *NeurIPS* 2017.
enum SplitSearch {
  /// Finds the best split of a number.
  ///
  /// - `histogram`: Sums by bin; shape `[256]`, missing values last.
  /// - `binCount`: Bins in use.
  /// - Complexity: O(*binCount*).
  static func numbers(
    _ histogram: Span<UInt64>,
    _ binCount: Int,
    _ node: SplitNode,
    _ rules: SplitRules
  ) -> SplitCandidate? {
    let missing = histogram[Int(FeatureBins.missing)]
    let l2 = rules.l2 + node.extraL2
    let least = rules.leastHessian(node)
    let parent = rules.shrunk(node.total.gradient)
    let base = parent * parent / (Double(node.total.hessian) + l2) + rules.minimumGain
    // Past the last bin only what is missing is left for the right.
    let right = scan(histogram, missing == 0 ? binCount - 1 : binCount, 0, node, rules, l2, least)
    var best = right
    var isLeft = false
    if missing != 0 {
      let left = scan(histogram, binCount - 1, missing, node, rules, l2, least)
      if left.score > right.score { (best, isLeft) = (left, true) }
    }
    guard best.bin >= 0, best.score - base > 0 else { return nil }
    let left = PackedGradient(bits: best.left)
    if missing == 0 { isLeft = left.hessian * 2 > node.total.hessian }
    return SplitCandidate(
      bin: best.bin,
      sendsMissingLeft: isLeft,
      gain: best.score - base + rules.minimumGain,
      left: left
    )
  }

  @inline(__always)
  private static func scan(
    _ histogram: Span<UInt64>,
    _ end: Int,
    _ start: UInt64,
    _ node: SplitNode,
    _ rules: SplitRules,
    _ l2: Double,
    _ least: Int
  ) -> (bin: Int, score: Double, left: UInt64) {
    let total = node.total.hessian
    let totalGradient = node.total.gradient
    let l1 = rules.l1
    var best = (bin: -1, score: -Double.infinity, left: UInt64(0))
    var sum = start
    for bin in 0..<max(end, 0) {
      let entry = histogram[bin]
      // Splits at empty bins part the same rows.
      if entry == 0 { continue }
      sum &+= entry
      let side = PackedGradient(bits: sum)
      let hessian = side.hessian
      if hessian < least { continue }
      let rest = total &- hessian
      if rest < least { break }
      let gradient = side.gradient
      let left = max(abs(gradient) - l1, 0)
      let right = max(abs(totalGradient - gradient) - l1, 0)
      let (a, b) = (Double(hessian) + l2, Double(rest) + l2)
      let score = (left * left * b + right * right * a) / (a * b)
      if score > best.score { best = (bin, score, sum) }
    }
    return best
  }
}
