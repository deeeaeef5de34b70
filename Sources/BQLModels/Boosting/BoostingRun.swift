/// Trains trees one after another.
struct BoostingRun {
  private let options: BoostingOptions
  private let team: WorkerTeam
  private let interruption: Interruption
  private let binned: BinnedTable
  private let rows: GradientRows
  private let partition: RowPartition
  private let validation: Watched?
  let start: Double
  private(set) var trees: [DecisionTree] = []
  /// The mean loss of the validation rows after each tree.
  private(set) var losses: [Double] = []
  /// How many trees had the least of ``losses``; nil where all are kept.
  private(set) var bestCount: Int?

  /// Validation rows by bins, with their margins.
  private struct Watched: Sendable {
    let table: BinnedTable
    let labels: [Double]
    let weights: [Double]?
    let margins: SharedRows<Double>
  }

  private static let blockRows = 4096

  init(
    _ table: FeatureTable,
    _ labels: [Double],
    _ weights: [Double]?,
    _ validation: ValidationRows?,
    _ options: BoostingOptions,
    _ team: WorkerTeam,
    _ interruption: Interruption
  ) throws(ModelError) {
    self.options = options
    self.team = team
    self.interruption = interruption
    binned = try BinnedTable(table, bins: options.bins, team, interruption)
    let weights = Self.weights(labels, weights, options)
    let start = options.loss.start(labels: labels, weights: weights)
    self.start = start
    rows = GradientRows(labels: labels, weights: weights, start: start)
    partition = RowPartition(rows: labels.count)
    let features = binned.features
    self.validation = try validation.map { (rows) throws(ModelError) in
      Watched(
        table: try BinnedTable(rows.table, features, team, interruption),
        labels: rows.labels,
        weights: Self.weights(rows.labels, rows.weights, options),
        margins: SharedRows(repeating: start, count: rows.labels.count)
      )
    }
  }

  private static func weights(
    _ labels: [Double],
    _ weights: [Double]?,
    _ options: BoostingOptions
  ) -> [Double]? {
    guard options.loss == .logistic, options.positiveWeight != 1 else { return weights }
    return labels.indices.map { row in
      (weights?[row] ?? 1) * (labels[row] == 1 ? options.positiveWeight : 1)
    }
  }

  /// Trains until the options say that it is enough.
  ///
  /// - Throws: ``ModelError/interrupted``; asked at every split.
  mutating func run() throws(ModelError) {
    var least = Double.infinity
    var leastCount = 0
    for number in 0..<options.trees {
      guard let grown = try grow(number) else { break }
      let tree = finish(grown)
      trees.append(tree)
      guard let validation else { continue }
      watch(validation, tree, grown)
      let loss = losses.last ?? .infinity
      if loss < least {
        least = loss
        leastCount = trees.count
      }
      guard let patience = options.patience else { continue }
      bestCount = leastCount
      if trees.count - leastCount >= patience { break }
    }
  }

  /// Grows one tree; nil where the root cannot be split.
  private func grow(_ number: Int) throws(ModelError) -> TreeGrower.Grown? {
    let largest = rows.update(options.loss, team)
    let stream = UInt64(number) * 2
    let sampled = plant(stream)
    let isConstant = options.loss.hasConstantHessian && rows.weights == nil
    let scale = GradientScale(
      largestGradient: largest.gradient,
      largestHessian: largest.hessian,
      rows: sampled,
      isConstantHessian: isConstant
    )
    var random = SeededStream(seed: options.seed, stream: stream + 1)
    rows.pack(partition, sampled, scale, key: random.next(), team)
    let grown = try TreeGrower.grow(
      TreeGrower(binned, partition, options, scale, allowed: columns(&random), team),
      rows: sampled,
      interruption
    )
    // A sample that cannot be split says nothing about the next one.
    let isFinal = options.rowShare == 1 && options.columnShare == 1
    return grown.leaves.count < 2 && isFinal ? nil : grown
  }

  /// Writes the rows that the tree sees into the partition; returns their number.
  private func plant(_ stream: UInt64) -> Int {
    let order = partition.orders[0]
    guard options.rowShare < 1 else {
      team.forEach(count: (order.count + Self.blockRows - 1) / Self.blockRows) { block in
        for row in block * Self.blockRows..<min((block + 1) * Self.blockRows, order.count) {
          order[row] = Int32(truncatingIfNeeded: row)
        }
      }
      return order.count
    }
    var random = SeededStream(seed: options.seed, stream: stream)
    let count = max(1, Int((Double(rows.count) * options.rowShare).rounded()))
    let chosen = random.sample(count, of: rows.count)
    for (place, row) in chosen.enumerated() { order[place] = row }
    return chosen.count
  }

  private func columns(_ random: inout SeededStream) -> [Bool] {
    let count = binned.features.count
    guard options.columnShare < 1 else { return [Bool](repeating: true, count: count) }
    var allowed = [Bool](repeating: false, count: count)
    let wanted = max(1, Int((Double(count) * options.columnShare).rounded()))
    for column in random.sample(wanted, of: count) { allowed[Int(column)] = true }
    return allowed
  }

  /// Gives the leaves their answers, from the derivatives as they are, and adds them to the margins.
  private func finish(_ grown: TreeGrower.Grown) -> DecisionTree {
    let (rows, partition, options) = (rows, partition, options)
    let leaves = grown.leaves
    let isSampled = options.rowShare < 1
    let values = team.map(count: leaves.count) { index in
      let leaf = leaves[index]
      let order = partition.orders[leaf.rows.copy]
      let value = Self.answer(leaf, rows, order, options) * options.rate
      if !isSampled {
        for place in leaf.rows.places { rows.margins[Int(order[place])] += value }
      }
      return value
    }
    var nodes = grown.nodes
    for (leaf, value) in zip(leaves, values) { nodes[leaf.node].value = value }
    let tree = listed(nodes, grown)
    if isSampled { add(tree, grown, binned, rows.margins) }
    return tree
  }

  /// Returns the best answer of a leaf, before the rate.
  private static func answer(
    _ leaf: TreeGrower.Grown.Leaf,
    _ rows: GradientRows,
    _ order: SharedRows<Int32>,
    _ options: BoostingOptions
  ) -> Double {
    if case .quantile(let share) = options.loss {
      var rest: [Double] = []
      var weights: [Double]? = rows.weights == nil ? nil : []
      for place in leaf.rows.places {
        let row = Int(order[place])
        rest.append(rows.labels[row] - rows.margins[row])
        if let weight = rows.weights?[row] { weights?.append(weight) }
      }
      return BoostingLoss.quantile(rest, weights: weights, share) ?? 0
    }
    let sums = rows.sums(order, leaf.rows.places)
    let (l1, gradient) = (options.l1, sums.gradient)
    let shrunk = gradient > l1 ? gradient - l1 : gradient < -l1 ? gradient + l1 : 0
    let weight = sums.hessian + options.l2 + leaf.extraL2
    return min(max(weight > 0 ? -shrunk / weight : 0, leaf.lower), leaf.upper)
  }

  /// Writes the categories of splits as lists.
  private func listed(_ nodes: [TreeNode], _ grown: TreeGrower.Grown) -> DecisionTree {
    var tree = DecisionTree(nodes: nodes)
    for (place, split) in grown.splits.enumerated() {
      guard let split, binned.features[split.feature].kind == .category else { continue }
      let codes = binned.features[split.feature].categories
      tree.nodes[place].categorySet = Int32(truncatingIfNeeded: tree.categorySets.count)
      tree.categorySets.append(split.categories.map { codes[Int($0)] })
    }
    return tree
  }

  private func add(
    _ tree: DecisionTree,
    _ grown: TreeGrower.Grown,
    _ table: BinnedTable,
    _ margins: SharedRows<Double>
  ) {
    let walker = BinnedTree(grown, binned.features)
    let values = tree.nodes.map(\.value)
    team.forEach(count: (margins.count + Self.blockRows - 1) / Self.blockRows) { block in
      for row in block * Self.blockRows..<min((block + 1) * Self.blockRows, margins.count) {
        margins[row] += values[walker.leaf(table, row)]
      }
    }
  }

  /// Adds a tree to the validation rows' margins and notes their mean loss.
  private mutating func watch(
    _ validation: Watched,
    _ tree: DecisionTree,
    _ grown: TreeGrower.Grown
  ) {
    add(tree, grown, validation.table, validation.margins)
    let loss = options.loss
    let count = validation.margins.count
    let sums = team.map(count: (count + Self.blockRows - 1) / Self.blockRows) { block in
      var (sum, total) = (0.0, 0.0)
      for row in block * Self.blockRows..<min((block + 1) * Self.blockRows, count) {
        let weight = validation.weights?[row] ?? 1
        sum += weight * loss.loss(margin: validation.margins[row], label: validation.labels[row])
        total += weight
      }
      return [sum, total]
    }
    let total = BlockSums.combined(sums)
    losses.append(total[0] / total[1])
  }
}
