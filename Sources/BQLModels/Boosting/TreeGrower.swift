/// Grows one tree: always the leaf whose split gains most is split next, of equal gains the one
/// that is older.
///
/// The histogram of the smaller child is built, that of the other is the parent's less it.
struct TreeGrower {
  private let table: BinnedTable
  private let partition: RowPartition
  private let options: BoostingOptions
  private let rules: SplitRules
  private let scale: GradientScale
  /// Whether this tree may ask a feature.
  private let allowed: [Bool]
  private let team: WorkerTeam

  private var nodes: [TreeNode] = []
  private var splits: [SplitCandidate?] = []
  private var leaves: [Growing] = []
  private var freeSlots: [Int] = []
  private var slotCount = 0

  /// A leaf that may yet be split.
  private struct Growing: Sendable {
    var node: Int
    var rows: RowPartition.Leaf
    var sums: SplitNode
    var depth: Int
    /// Of its histogram, −1 of none.
    var slot = -1
    var candidate: SplitCandidate?
  }

  /// A tree whose leaves have no answers yet.
  struct Grown: Sendable {
    var nodes: [TreeNode]
    /// Of each node that is no leaf.
    var splits: [SplitCandidate?]
    var leaves: [Leaf]

    struct Leaf: Sendable {
      var node: Int
      var rows: RowPartition.Leaf
      /// Bounds of the answer.
      var lower: Double
      var upper: Double
      var extraL2: Double
    }
  }

  init(
    _ table: BinnedTable,
    _ partition: RowPartition,
    _ options: BoostingOptions,
    _ scale: GradientScale,
    allowed: [Bool],
    _ team: WorkerTeam
  ) {
    self.table = table
    self.partition = partition
    self.options = options
    self.scale = scale
    self.allowed = allowed
    self.team = team
    rules = SplitRules(options, scale)
  }

  /// Grows from the first `rows` places of the partition.
  ///
  /// - Throws: ``ModelError/interrupted``.
  static func grow(
    _ grower: consuming TreeGrower,
    rows: Int,
    _ interruption: Interruption
  ) throws(ModelError) -> Grown {
    try interruption.check()
    grower.plant(rows)
    while grower.leaves.count < grower.options.leaves, grower.splitBest() {
      try interruption.check()
    }
    let leaves = grower.leaves.map { leaf in
      Grown.Leaf(
        node: leaf.node,
        rows: leaf.rows,
        lower: leaf.sums.lower * grower.scale.output,
        upper: leaf.sums.upper * grower.scale.output,
        extraL2: leaf.sums.extraL2 / grower.scale.hessian
      )
    }
    return Grown(nodes: grower.nodes, splits: grower.splits, leaves: leaves)
  }

  private mutating func plant(_ rows: Int) {
    let slot = takeSlot()
    let (table, partition) = (table, partition)
    let places = 0..<rows
    team.forEach(count: table.bands.count) { band in
      table.bands[band].build(slot, partition.orders[0], partition.packed[0], places)
    }
    let total = table.bands.first?.total(slot) ?? PackedGradient(bits: 0)
    var root = Growing(
      node: 0,
      rows: RowPartition.Leaf(places: places),
      sums: SplitNode(rows: rows, total: total),
      depth: 0,
      slot: slot
    )
    add(root.sums)
    if canSplit(root) { root.candidate = best(of: root) }
    leaves = [root]
  }

  private mutating func add(_ sums: SplitNode) {
    var node = TreeNode()
    node.rows = Double(sums.rows)
    node.hessian = Double(sums.total.hessian) / scale.hessian
    let l2 = rules.l2 + sums.extraL2
    let answer = SplitSearch.answer(sums.total.gradient, sums.total.hessian, sums, rules, l2)
    node.value = answer.value * scale.output * options.rate
    nodes.append(node)
    splits.append(nil)
  }

  private func canSplit(_ leaf: Growing) -> Bool {
    leaf.rows.places.count >= 2 * options.minimumRows
      && leaf.depth < options.maximumDepth ?? Int.max
  }

  private mutating func takeSlot() -> Int {
    if let slot = freeSlots.popLast() { return slot }
    slotCount += 1
    for band in table.bands { band.reserve(slotCount) }
    return slotCount - 1
  }

  /// Returns the best split of a leaf that has a histogram.
  private func best(of leaf: Growing) -> SplitCandidate? {
    let (table, rules, allowed) = (table, rules, allowed)
    let found = team.map(count: table.bands.count) { band in
      table.bands[band].bestSplit(leaf.slot, leaf.sums, rules) { feature in
        allowed[feature]
      }
    }
    return Self.best(found)
  }

  private static func best(_ candidates: [SplitCandidate?]) -> SplitCandidate? {
    candidates.reduce(nil) { best, next in
      next?.gain ?? 0 > best?.gain ?? 0 ? next : best
    }
  }

  /// Splits the leaf that gains most; false where none gains.
  private mutating func splitBest() -> Bool {
    var place = -1
    var candidate: SplitCandidate?
    for (index, leaf) in leaves.enumerated() {
      if let own = leaf.candidate, own.gain > candidate?.gain ?? 0 {
        (place, candidate) = (index, own)
      }
    }
    guard let candidate else { return false }
    let parent = leaves[place]
    let band = table.bands[candidate.feature / FeatureBand.width]
    let bins = table.features[candidate.feature]
    let sides = partition.split(
      parent.rows,
      band.words,
      candidate.feature % FeatureBand.width * 8,
      candidate.sides(bins.kind),
      team
    )
    record(candidate, bins, at: parent.node)
    var (left, right) = children(of: parent, candidate, sides, isCategory: bins.kind == .category)
    let isLast = leaves.count + 1 >= options.leaves
    if isLast || !(canSplit(left) || canSplit(right)) {
      freeSlots.append(parent.slot)
    } else {
      search(&left, &right, parent)
    }
    leaves[place] = left
    leaves.append(right)
    return true
  }

  private mutating func record(_ candidate: SplitCandidate, _ bins: FeatureBins, at node: Int) {
    nodes[node].feature = Int32(truncatingIfNeeded: candidate.feature)
    nodes[node].gain = candidate.gain * scale.gain
    nodes[node].left = Int32(truncatingIfNeeded: nodes.count)
    nodes[node].right = Int32(truncatingIfNeeded: nodes.count + 1)
    nodes[node].sendsMissingLeft = candidate.sendsMissingLeft
    if bins.kind == .number {
      // Behind the last bin come missing values alone.
      let cut = candidate.bin < bins.cuts.count ? bins.cuts[candidate.bin] : .infinity
      nodes[node].threshold = cut
    }
    splits[node] = candidate
  }

  /// Makes the children of a split and their nodes.
  private mutating func children(
    of parent: Growing,
    _ candidate: SplitCandidate,
    _ sides: (left: RowPartition.Leaf, right: RowPartition.Leaf),
    isCategory: Bool
  ) -> (left: Growing, right: Growing) {
    var left = parent.sums
    left.rows = sides.left.places.count
    left.total = candidate.left
    left.extraL2 = isCategory ? rules.categoryL2 : 0
    var right = left
    right.rows = sides.right.places.count
    right.total = PackedGradient(bits: parent.sums.total.bits &- candidate.left.bits)
    if !isCategory, !rules.monotone.isEmpty, rules.monotone[candidate.feature] != 0 {
      let l2 = rules.l2 + parent.sums.extraL2
      let own = SplitSearch.answer(left.total.gradient, left.total.hessian, parent.sums, rules, l2)
      let other = SplitSearch.answer(
        right.total.gradient,
        right.total.hessian,
        parent.sums,
        rules,
        l2
      )
      let middle = own.value / 2 + other.value / 2
      if rules.monotone[candidate.feature] > 0 {
        (left.upper, right.lower) = (middle, middle)
      } else {
        (left.lower, right.upper) = (middle, middle)
      }
    }
    let next = nodes.count
    add(left)
    add(right)
    let depth = parent.depth + 1
    return (
      Growing(node: next, rows: sides.left, sums: left, depth: depth),
      Growing(node: next + 1, rows: sides.right, sums: right, depth: depth)
    )
  }

  /// Makes the histograms of both children and finds their best splits.
  private mutating func search(_ left: inout Growing, _ right: inout Growing, _ parent: Growing) {
    let isLeftSmaller = left.rows.places.count <= right.rows.places.count
    let slot = takeSlot()
    left.slot = isLeftSmaller ? slot : parent.slot
    right.slot = isLeftSmaller ? parent.slot : slot
    let small = isLeftSmaller ? left : right
    let (first, second) = (left, right)
    let searches = (canSplit(left), canSplit(right))
    let (table, rules, allowed, partition) = (table, rules, allowed, partition)
    let found = team.map(count: table.bands.count) { index in
      let band = table.bands[index]
      let copy = small.rows.copy
      band.build(slot, partition.orders[copy], partition.packed[copy], small.rows.places)
      band.subtract(slot, from: parent.slot)
      let left =
        searches.0
        ? band.bestSplit(first.slot, first.sums, rules) { allowed[$0] } : nil
      let right =
        searches.1
        ? band.bestSplit(second.slot, second.sums, rules) { allowed[$0] } : nil
      return (left, right)
    }
    left.candidate = Self.best(found.map(\.0))
    right.candidate = Self.best(found.map(\.1))
    for leaf in [left, right] where leaf.candidate == nil { freeSlots.append(leaf.slot) }
  }
}
