import BQLModels
import BQLTestSupport
import Testing

/// Explanations are Shapley values as their definition computes them, and sum to the margin.
@Suite struct ExplanationTests {
  private static func model(
    seed: UInt64,
    rows: Int,
    columns: Int,
    leaves: Int
  ) throws -> (model: BoostedTrees, table: FeatureTable) {
    var random = SeededGenerator(seed: seed)
    let table = try BoostingTests.table(
      &random,
      rows: rows,
      columns: columns,
      categories: seed % 2 == 0
    )
    let labels = (0..<rows).map { row in
      let known = table.columns.map { $0.values[row].isNaN ? 1 : $0.values[row] }
      return known.reduce(0, +) + known[0] * known[columns - 1]
        + Double.random(in: 0..<1, using: &random)
    }
    var options = BoostingOptions(.squared)
    (options.trees, options.leaves, options.minimumRows) = (4, leaves, 1)
    (options.categoryRows, options.categoryGroupRows) = (0, 0)
    return (try BoostedTrees(table, labels: labels, options, threads: 2), table)
  }

  /// The mean margin where features outside of `known` are as they were in training.
  private static func value(_ model: BoostedTrees, _ row: [Double], _ known: Set<Int>) -> Double {
    func mean(_ tree: DecisionTree, _ place: Int) -> Double {
      let node = tree.nodes[place]
      if node.isLeaf { return node.value }
      let (left, right) = (Int(node.left), Int(node.right))
      if known.contains(Int(node.feature)) {
        return mean(tree, tree.goesLeft(node, row[Int(node.feature)]) ? left : right)
      }
      let sum =
        tree.nodes[left].rows * mean(tree, left) + tree.nodes[right].rows * mean(tree, right)
      return sum / node.rows
    }
    return model.trees.reduce(model.start) { $0 + mean($1, 0) }
  }

  private static func factorial(_ n: Int) -> Double {
    (1..<max(n, 1) + 1).reduce(1) { $0 * Double($1) }
  }

  @Test func valuesAreThoseOfTheDefinition() throws {
    for seed in 0..<ModelRows.cases("SHAP_CASES", 20) {
      let width = 1 + seed % 5
      let (model, table) = try Self.model(seed: UInt64(seed), rows: 40, columns: width, leaves: 9)
      let found = try TreeExplainer(model).values(of: table, threads: 2)
      #expect(found.largestGap < 1e-12)
      for row in stride(from: 0, to: 40, by: 7) {
        let values = table.columns.map { $0.values[row] }
        let interactions = try TreeExplainer(model).interactions(of: table, row: row)
        for feature in 0..<width {
          var sum = 0.0
          for mask in 0..<1 << width where mask >> feature & 1 == 0 {
            let others = Set((0..<width).filter { mask >> $0 & 1 == 1 })
            let weight =
              Self.factorial(others.count) * Self.factorial(width - 1 - others.count)
              / Self.factorial(width)
            let own = Self.value(model, values, others.union([feature]))
            sum += weight * (own - Self.value(model, values, others))
          }
          #expect(abs(found.values[row, feature] - sum) < 1e-9, "seed \(seed)")
          let line = interactions.row(feature).reduce(0, +)
          #expect(abs(line - sum) < 1e-9, "seed \(seed)")
          for other in 0..<width where other != feature {
            let pair = Self.pair(model, values, feature, other, width)
            #expect(abs(interactions[feature, other] - pair / 2) < 1e-9, "seed \(seed)")
          }
        }
        #expect(abs(found.expected - Self.value(model, values, [])) < 1e-9)
      }
    }
  }

  private static func pair(
    _ model: BoostedTrees,
    _ row: [Double],
    _ i: Int,
    _ j: Int,
    _ width: Int
  ) -> Double {
    var sum = 0.0
    for mask in 0..<1 << width where mask >> i & 1 == 0 && mask >> j & 1 == 0 {
      let others = Set((0..<width).filter { mask >> $0 & 1 == 1 })
      let weight =
        factorial(others.count) * factorial(width - 2 - others.count) / factorial(width - 1)
      sum +=
        weight
        * (value(model, row, others.union([i, j])) - value(model, row, others.union([i]))
          - value(model, row, others.union([j])) + value(model, row, others))
    }
    return sum
  }

  /// Ways of many features have no tables, and large trees several words of decisions.
  @Test(arguments: [(16, 300), (3, 150), (30, 40)]) func largeTrees(_ shape: (Int, Int)) throws {
    let (model, table) = try Self.model(seed: 7, rows: 500, columns: shape.0, leaves: shape.1)
    #expect(model.trees[0].leafCount > 30)
    let found = try TreeExplainer(model).values(of: table, threads: 2)
    #expect(found.largestGap < 1e-9)
    let one = try TreeExplainer(model).values(of: table.selecting([3]), threads: 1)
    let row = Array(found.values.values[3 * shape.0..<4 * shape.0])
    #expect(ModelRows.areClose(one.values.values, row, 1e-9))
    #expect(try TreeExplainer(model).values(of: table, threads: 3) == found)
  }

  @Test func importances() throws {
    var random = SeededGenerator(seed: 9)
    let values = (0..<4).map { column in
      (0..<600).map { _ in column == 3 ? 1 : Double.random(in: 0..<1, using: &random) }
    }
    let labels = values[0].indices.map { 10 * values[0][$0] - 2 * values[1][$0] }
    let table = try FeatureTable(numbers: values)
    let model = try BoostedTrees(table, labels: labels, BoostingOptions(.squared), threads: 2)
    let gains = SplitImportance(model)
    #expect(gains.gains[0] > gains.gains[1] && gains.gains[1] > gains.gains[2])
    #expect(gains.splits[3] == 0)
    let shap = try TreeExplainer(model).values(of: table, threads: 2)
    let sizes = shap.meanSizes()
    #expect(sizes[0] > sizes[1] && sizes[1] > sizes[2] && sizes[3] == 0)
    let directions = try shap.directions(table)
    #expect(directions[0] ?? 0 > 0.99 && directions[1] ?? 0 < -0.9 && directions[3] == nil)
    let measure: @Sendable ([Double]) -> Double? = { margins in
      -zip(margins, labels).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 600
    }
    let permuted = try PermutationImportance.table(model, table, threads: 2, measure: measure)
    // Of two independent draws of a feature with slope b the mean squared distance is b² / 6.
    #expect(abs((permuted[0]?.mean ?? 0) - 100 / 6) < 1.5)
    #expect(abs((permuted[1]?.mean ?? 0) - 4 / 6.0) < 0.1)
    #expect(permuted[3]?.mean == 0)
    #expect(
      try PermutationImportance.table(model, table, threads: 1, measure: measure) == permuted
    )
    let curve = try PartialDependence.table(
      model,
      table,
      feature: 0,
      values: [0.1, 0.9],
      threads: 2
    )
    var columns = values
    columns[0] = columns[0].map { _ in 0.9 }
    let margins = try model.margins(of: FeatureTable(numbers: columns), threads: 1)
    #expect(abs(curve[1].meanMargin - margins.reduce(0, +) / 600) < 1e-9)
    #expect(abs(curve[1].meanMargin - curve[0].meanMargin - 8) < 0.5)
    let constant = try PartialDependence.table(model, table, feature: 3, threads: 1)
    #expect(constant.map(\.value) == [1])
  }
}
