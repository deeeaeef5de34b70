import BQLModels

/// Checks grown trees by the values of the rows: every split by trying all others, every leaf by its
/// rows.
///
/// Derivatives are rounded where trees are grown, so that of two splits that gain the same to four
/// digits either is right.
struct PlainBoosting {
  let table: FeatureTable
  let labels: [Double]
  let weights: [Double]?
  let options: BoostingOptions

  private struct Sums {
    var gradient = 0.0
    var hessian = 0.0
    var rows = 0
  }

  /// One tree at work.
  private struct Growth {
    let tree: DecisionTree
    let gradients: [Double]
    let hessians: [Double]
    /// Gains below differ by rounding alone.
    let slack: Double
    var rows: [Int: [Int]]
    var depths: [Int: Int] = [0: 0]
  }

  private var hasConstantHessian: Bool {
    switch options.loss {
    case .squared, .quantile: weights == nil
    case .logistic, .poisson: false
    }
  }

  /// Returns what is wrong with a model; nothing where it is right.
  func findings(_ model: BoostedTrees) -> [String] {
    var findings: [String] = []
    var margins = [Double](repeating: model.start, count: labels.count)
    for (number, tree) in model.trees.enumerated() {
      var (gradients, hessians): ([Double], [Double]) = ([], [])
      for row in labels.indices {
        let (gradient, hessian) = derivatives(margins[row], labels[row])
        gradients.append(gradient * (weights?[row] ?? 1))
        hessians.append(hessian * (weights?[row] ?? 1))
      }
      let size = gradients.reduce(0) { $0 + $1 * $1 } * Double(labels.count)
      var growth = Growth(
        tree: tree,
        gradients: gradients,
        hessians: hessians,
        slack: 1e-4 * size / max(hessians.reduce(0, +), 1e-9),
        rows: [0: Array(labels.indices)]
      )
      findings += splits(&growth).map { "tree \(number): \($0)" }
      findings += leaves(growth, &margins).map { "tree \(number): \($0)" }
    }
    return findings
  }

  private func derivatives(_ margin: Double, _ label: Double) -> (Double, Double) {
    let step = 1e-4
    let loss = options.loss
    let (low, high) = (
      loss.loss(margin: margin - step, label: label), loss.loss(margin: margin + step, label: label)
    )
    switch loss {
    case .squared: return (margin - label, 1)
    case .quantile(let share): return (label > margin ? -share : 1 - share, 1)
    // By differences: nothing of the formulas is used twice.
    case .logistic:
      let probability = loss.prediction(of: margin)
      return ((high - low) / (2 * step), probability * (1 - probability))
    case .poisson:
      return ((high - low) / (2 * step), loss.prediction(of: margin) * 2.0137527074704766)
    }
  }

  /// Follows the splits in the order in which they were made.
  private func splits(_ growth: inout Growth) -> [String] {
    var findings: [String] = []
    let nodes = growth.tree.nodes
    let made = nodes.indices.filter { !nodes[$0].isLeaf }.sorted { nodes[$0].left < nodes[$1].left }
    for node in made {
      guard let rows = growth.rows[node] else { return ["node \(node) has no rows"] }
      let left = rows.filter { growth.tree.goesLeft(nodes[node], value($0, nodes[node])) }
      let right = rows.filter { !growth.tree.goesLeft(nodes[node], value($0, nodes[node])) }
      let own = gain(sums(left, growth), sums(right, growth))
      for (other, rows) in growth.rows {
        let best = bestGain(rows, growth, depth: growth.depths[other] ?? 0)
        if best > own * 1.0001 + growth.slack {
          findings.append("node \(node) gains \(own), but \(best) could be had at \(other)")
        }
      }
      let fewest = hasConstantHessian ? options.minimumRows : 1
      if min(left.count, right.count) < fewest { findings.append("few rows") }
      if own < options.minimumGain - growth.slack { findings.append("gain of \(own)") }
      growth.rows[node] = nil
      growth.rows[Int(nodes[node].left)] = left
      growth.rows[Int(nodes[node].right)] = right
      for child in [nodes[node].left, nodes[node].right] {
        growth.depths[Int(child)] = (growth.depths[node] ?? 0) + 1
      }
    }
    if growth.rows.count > options.leaves { findings.append("\(growth.rows.count) leaves") }
    if growth.rows.count < options.leaves {
      for (node, rows) in growth.rows {
        let best = bestGain(rows, growth, depth: growth.depths[node] ?? 0)
        if best > growth.slack { findings.append("leaf \(node) could gain \(best)") }
      }
    }
    return findings
  }

  private func value(_ row: Int, _ node: TreeNode) -> Double {
    table.columns[Int(node.feature)].values[row]
  }

  private func sums(_ rows: [Int], _ growth: Growth) -> Sums {
    rows.reduce(into: Sums()) { sums, row in
      sums.gradient += growth.gradients[row]
      sums.hessian += growth.hessians[row]
      sums.rows += 1
    }
  }

  private func score(_ sums: Sums) -> Double {
    let shrunk = max(abs(sums.gradient) - options.l1, 0)
    let weight = sums.hessian + options.l2
    return weight > 0 ? shrunk * shrunk / weight : 0
  }

  private func gain(_ left: Sums, _ right: Sums) -> Double {
    let whole = Sums(
      gradient: left.gradient + right.gradient,
      hessian: left.hessian + right.hessian,
      rows: left.rows + right.rows
    )
    return score(left) + score(right) - score(whole)
  }

  /// Tries every split that is allowed beyond doubt.
  private func bestGain(_ rows: [Int], _ growth: Growth, depth: Int) -> Double {
    if let limit = options.maximumDepth, depth >= limit { return 0 }
    var best = 0.0
    let whole = sums(rows, growth)
    let share = Double(options.minimumRows) * whole.hessian / Double(max(whole.rows, 1))
    let least = max(share, options.minimumHessian) * 1.001
    for column in table.columns {
      for left in sides(column, rows) {
        let isLeft = Set(left)
        let own = sums(left, growth)
        let other = sums(rows.filter { !isLeft.contains($0) }, growth)
        guard min(own.rows, other.rows) >= (hasConstantHessian ? options.minimumRows : 1),
          hasConstantHessian || min(own.hessian, other.hessian) >= least
        else { continue }
        let found = gain(own, other)
        if found > options.minimumGain { best = max(best, found) }
      }
    }
    return best
  }

  /// Returns the rows of one side for each way of parting them by a column.
  private func sides(_ column: FeatureColumn, _ rows: [Int]) -> [[Int]] {
    let missing = rows.filter { column.values[$0].isNaN }
    let known = Set(rows.map { column.values[$0] }.filter { !$0.isNaN }).sorted()
    var sides: [[Int]] = []
    switch column.kind {
    case .number:
      for cut in known {
        let below = rows.filter { column.values[$0] <= cut }
        sides += missing.isEmpty ? [below] : [below, below + missing]
      }
    case .category:
      for subset in 1..<1 << known.count where known.count > 4 || subset.nonzeroBitCount == 1 {
        let codes = Set(known.indices.filter { subset >> $0 & 1 == 1 }.map { known[$0] })
        sides.append(rows.filter { codes.contains(column.values[$0]) })
      }
    }
    return sides
  }

  /// Checks leaves and adds them to the margins.
  private func leaves(_ growth: Growth, _ margins: inout [Double]) -> [String] {
    var findings: [String] = []
    for (node, rows) in growth.rows {
      let leaf = growth.tree.nodes[node]
      let own = sums(rows, growth)
      if leaf.rows != Double(own.rows) { findings.append("leaf \(node) counts \(leaf.rows)") }
      var answer = 0.0
      if case .quantile(let share) = options.loss {
        let rest = Quantiles.sorted(rows.map { labels[$0] - margins[$0] })
        answer = Quantiles.quantile(rest, share) ?? 0
      } else {
        let shrunk = max(abs(own.gradient) - options.l1, 0)
        let weight = own.hessian + options.l2
        answer = weight > 0 ? (own.gradient > 0 ? -shrunk : shrunk) / weight : 0
      }
      answer *= options.rate
      if abs(leaf.value - answer) > 1e-6 * max(1, abs(answer)) {
        findings.append("leaf \(node) says \(leaf.value), not \(answer)")
      }
      for row in rows { margins[row] += leaf.value }
    }
    return findings
  }
}
