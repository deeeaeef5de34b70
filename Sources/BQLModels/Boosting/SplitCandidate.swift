/// Describes a split of a node's rows by bins.
struct SplitCandidate: Hashable, Sendable {
  var feature = 0
  /// The last bin that goes left; of categories 0.
  var bin = 0
  var sendsMissingLeft = false
  /// The bins of categories that go left, ascending; empty of numbers.
  var categories: [UInt8] = []
  var gain: Double
  /// Sums of the left side.
  var left: PackedGradient

  /// Tells of each bin whether it goes left.
  func sides(_ kind: FeatureKind) -> [UInt8] {
    var sides = [UInt8](repeating: 0, count: FeatureBand.bins)
    if kind == .category {
      for bin in categories { sides[Int(bin)] = 1 }
    } else {
      for place in 0...bin { sides[place] = 1 }
      sides[Int(FeatureBins.missing)] = sendsMissingLeft ? 1 : 0
    }
    return sides
  }
}

/// Describes what a split of a node must know of it.
struct SplitNode: Hashable, Sendable {
  var rows: Int
  var total: PackedGradient
  /// What is added to `l2` because the split above was by categories, in units.
  var extraL2 = 0.0
  /// Bounds of the answers of all leaves below, in units of gradient over hessian.
  var lower = -Double.infinity
  var upper = Double.infinity
}

/// Holds the rules of splitting in the units of one tree.
struct SplitRules: Sendable {
  var l1: Double
  var l2: Double
  var categoryL2: Double
  var categorySmoothing: Double
  var maximumCategories: Int
  var categoryRows: Int
  var categoryGroupRows: Int
  var minimumRows: Int
  var minimumHessian: Double
  var minimumGain: Double
  var monotone: [Int]

  init(_ options: BoostingOptions, _ scale: GradientScale) {
    l1 = options.l1 * scale.gradient
    l2 = options.l2 * scale.hessian
    categoryL2 = options.categoryL2 * scale.hessian
    categorySmoothing = options.categorySmoothing * scale.hessian
    maximumCategories = options.maximumCategories
    categoryRows = options.categoryRows
    categoryGroupRows = options.categoryGroupRows
    minimumRows = options.minimumRows
    minimumHessian = options.minimumHessian * scale.hessian
    minimumGain = options.minimumGain / scale.gain
    monotone = options.monotone.contains { $0 != 0 } ? options.monotone : []
  }

  /// Returns the least hessian of a side of a node's split, at least 1 unit.
  ///
  /// Histograms do not count rows: a side's share of the hessian is taken for its share of the
  /// rows. A side with hessian has a row.
  func leastHessian(_ node: SplitNode) -> Int {
    let byRows =
      node.rows > 0
      ? Double(minimumRows) * Double(node.total.hessian) / Double(node.rows) : 0
    return max(1, Int(min(max(minimumHessian.rounded(.up), byRows.rounded(.up)), 0x1p40)))
  }

  /// Pulls a gradient towards 0 by `l1`.
  @inline(__always)
  func shrunk(_ gradient: Double) -> Double {
    gradient > l1 ? gradient - l1 : gradient < -l1 ? gradient + l1 : 0
  }
}
