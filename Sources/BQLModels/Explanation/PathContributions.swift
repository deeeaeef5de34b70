/// Shares the value of a leaf among the features on its way.
///
/// With `o` 1 where the row meets a feature's conditions, 0 else, and `z` the share of the training
/// rows that do, the Shapley value of feature `i` is
/// `v (oᵢ − zᵢ) ∫₀¹ Π_{j ≠ i} (oⱼ t + zⱼ (1 − t)) dt`: the integral of `tˢ (1 − t)^{d − 1 − s}` is the
/// weight `s! (d − 1 − s)! / d!` of a coalition of `s` others. Gauss's rule with `⌈d / 2⌉` points
/// integrates it exactly, and all its terms have one sign: nothing cancels.
struct PathContributions {
  private var rules: [GaussLegendre?] = []
  private var factors: [Double] = []
  private var products: [Double] = []

  private mutating func rule(_ length: Int) -> GaussLegendre {
    let count = (length + 1) / 2
    while rules.count <= count { rules.append(nil) }
    if let rule = rules[count] { return rule }
    let rule = GaussLegendre(count)
    rules[count] = rule
    return rule
  }

  /// Returns what each feature of a leaf's way adds.
  ///
  /// - `shares`: `z`, feature by feature.
  /// - `isMet`: `o`, feature by feature.
  /// - Complexity: O(*d*²).
  mutating func values(_ value: Double, _ shares: ArraySlice<Double>, _ isMet: [Bool]) -> [Double] {
    let count = shares.count
    let first = shares.startIndex
    var sums = [Double](repeating: 0, count: count)
    let rule = rule(count)
    for (t, weight) in zip(rule.points, rule.weights) {
      fill(t, shares, isMet)
      // Products of the factors before, times those behind.
      var before = weight
      for place in 0..<count {
        products[place] = before
        before *= factors[place]
      }
      var behind = 1.0
      for place in stride(from: count - 1, through: 0, by: -1) {
        sums[place] += products[place] * behind
        behind *= factors[place]
      }
    }
    for place in 0..<count {
      sums[place] *= value * ((isMet[place] ? 1 : 0) - shares[first + place])
    }
    return sums
  }

  /// Returns what each pair of features adds beyond what each adds alone, half of it to each order
  /// of the pair; shape `[d * d]` with zeros on the diagonal.
  ///
  /// `½ v (oᵢ − zᵢ)(oⱼ − zⱼ) ∫₀¹ Π_{k ≠ i, j} (o_k t + z_k (1 − t)) dt`.
  ///
  /// - Complexity: O(*d*⁴).
  mutating func pairs(_ value: Double, _ shares: ArraySlice<Double>, _ isMet: [Bool]) -> [Double] {
    let count = shares.count
    let excess = shares.enumerated().map { (isMet[$0.offset] ? 1 : 0) - $0.element }
    var sums = [Double](repeating: 0, count: count * count)
    let rule = rule(count)
    for (t, weight) in zip(rule.points, rule.weights) {
      fill(t, shares, isMet)
      for i in 0..<count {
        for j in 0..<i {
          var product = weight
          for k in 0..<count where k != i && k != j { product *= factors[k] }
          sums[i * count + j] += product
        }
      }
    }
    for i in 0..<count {
      for j in 0..<i {
        sums[i * count + j] *= value * excess[i] * excess[j] / 2
        sums[j * count + i] = sums[i * count + j]
      }
    }
    return sums
  }

  private mutating func fill(_ t: Double, _ shares: ArraySlice<Double>, _ isMet: [Bool]) {
    while factors.count < shares.count {
      factors.append(0)
      products.append(0)
    }
    for (place, share) in shares.enumerated() {
      factors[place] = share * (1 - t) + (isMet[place] ? t : 0)
    }
  }
}
