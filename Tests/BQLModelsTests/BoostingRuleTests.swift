import BQLModels
import BQLTestSupport
import Testing

/// Sampling, weights, monotone features, early stopping and rows that teach nothing.
@Suite struct BoostingRuleTests {
  private static func rows(
    _ count: Int,
    _ columns: Int,
    seed: UInt64
  ) throws -> (table: FeatureTable, labels: [Double]) {
    var random = SeededGenerator(seed: seed)
    let values = (0..<columns).map { _ in
      (0..<count).map { _ in Double.random(in: -1..<1, using: &random) }
    }
    let labels = (0..<count).map { row in
      values[0][row] + values[1][row] * values[1][row] + Double.random(in: -1..<1, using: &random)
    }
    return (try FeatureTable(numbers: values), labels)
  }

  @Test func samples() throws {
    let (table, labels) = try Self.rows(1000, 10, seed: 1)
    var options = BoostingOptions(.squared)
    (options.trees, options.rowShare, options.columnShare) = (30, 0.35, 0.2)
    let model = try BoostedTrees(table, labels: labels, options, threads: 2)
    #expect(model.trees.count == 30)
    for tree in model.trees {
      #expect(tree.nodes[0].rows == 350)
      #expect(Set(tree.nodes.filter { !$0.isLeaf }.map(\.feature)).count <= 2)
    }
    #expect(Set(model.trees.flatMap { $0.nodes.map(\.feature) }).count == 11)
    // Rows that a tree did not see follow it as well.
    var sum = 0.0
    let margins = try model.margins(of: table, threads: 2)
    for row in labels.indices { sum += (margins[row] - labels[row]) * (margins[row] - labels[row]) }
    #expect(sum / 1000 < 0.5)
  }

  @Test(arguments: [1, -1]) func monotone(_ direction: Int) throws {
    for seed in 0..<8 as Range<UInt64> {
      let (table, labels) = try Self.rows(400, 3, seed: seed)
      var options = BoostingOptions(.squared)
      (options.trees, options.minimumRows, options.rate) = (20, 3, 0.3)
      options.monotone = [direction, 0, -direction]
      let model = try BoostedTrees(table, labels: labels, options, threads: 2)
      var asked: [[Double]] = [[], [], []]
      for base in stride(from: 0, to: 400, by: 13) {
        for step in -10...10 {
          for column in 0..<3 { asked[column].append(table.columns[column].values[base]) }
          asked[0][asked[0].count - 1] = Double(step) / 10
        }
      }
      let found = try model.margins(of: FeatureTable(numbers: asked), threads: 1)
      for place in found.indices where place % 21 != 0 {
        #expect(Double(direction) * (found[place] - found[place - 1]) >= 0, "seed \(seed)")
      }
      // Labels rise with the feature: where it may, the model follows.
      #expect(direction < 0 || SplitImportance(model).splits[0] > 0)
    }
  }

  @Test func weightsCountRows() throws {
    let (table, labels) = try Self.rows(200, 4, seed: 3)
    let classes = labels.map { $0 > 0 ? 1.0 : 0 }
    var options = BoostingOptions(.logistic)
    (options.trees, options.minimumRows, options.minimumHessian) = (1, 1, 0)
    options.leaves = 4
    // Twice as many rows of one class, or rows of twice the weight.
    let twice = (0..<200).flatMap { classes[$0] == 1 ? [Int32($0), Int32($0)] : [Int32($0)] }
    let copied = try BoostedTrees(
      table.selecting(twice),
      labels: twice.map { classes[Int($0)] },
      options,
      threads: 1
    )
    options.positiveWeight = 2
    let byOption = try BoostedTrees(table, labels: classes, options, threads: 1)
    options.positiveWeight = 1
    let weights = classes.map { $0 == 1 ? 2.0 : 1 }
    let weighted = try BoostedTrees(table, labels: classes, weights: weights, options, threads: 1)
    #expect(byOption == weighted)
    #expect(abs(weighted.start - copied.start) < 1e-12)
    let found = try weighted.margins(of: table, threads: 1)
    let other = try copied.margins(of: table, threads: 1)
    #expect(ModelRows.areClose(found, other, 1e-9))
    var ignored = weights
    ignored[5] = 0
    let without = try BoostedTrees(table, labels: classes, weights: ignored, options, threads: 1)
    var moved = classes
    moved[5] = 1 - moved[5]
    #expect(
      try BoostedTrees(table, labels: moved, weights: ignored, options, threads: 1).start
        == without.start
    )
  }

  @Test func earlyStopping() throws {
    let (table, labels) = try Self.rows(300, 5, seed: 4)
    let (fresh, truth) = try Self.rows(200, 5, seed: 5)
    var options = BoostingOptions(.squared)
    (options.trees, options.rate, options.patience) = (400, 0.3, 10)
    let validation = ValidationRows(fresh, labels: truth)
    let model = try BoostedTrees(
      table,
      labels: labels,
      validation: validation,
      options,
      threads: 2
    )
    let losses = model.validationLosses
    let least = try #require(losses.indices.min { (losses[$0], $0) < (losses[$1], $1) })
    #expect(model.trees.count == least + 1)
    #expect(losses.count == least + 11)
    for count in [1, least + 1] {
      let margins = try model.prefix(count).margins(of: fresh, threads: 1)
      let sum = zip(margins, truth).reduce(0) { $0 + options.loss.loss(margin: $1.0, label: $1.1) }
      #expect(abs(sum / 200 - losses[count - 1]) < 1e-12)
    }
    options.patience = nil
    options.trees = least + 5
    let all = try BoostedTrees(table, labels: labels, validation: validation, options, threads: 2)
    #expect(all.trees.count == least + 5)
    #expect(Array(all.trees.prefix(least + 1)) == model.trees)
  }

  @Test func nothingToLearn() throws {
    let some = BoostingOptions(.squared)
    let one = try BoostedTrees(FeatureTable(numbers: [[3]]), labels: [7], some, threads: 2)
    #expect(one.trees.isEmpty)
    #expect(try one.margins(of: FeatureTable(numbers: [[1, .nan]]), threads: 1) == [7, 7])
    var eager = some
    (eager.minimumRows, eager.leaves, eager.minimumHessian) = (1, 1000, 0)
    // Fewer rows than leaves: a leaf a row, and no more.
    let few = try BoostedTrees(
      FeatureTable(numbers: [[1, 2, 3, 4, 5]]),
      labels: [1, 5, 2, 8, 3],
      eager,
      threads: 2
    )
    #expect(few.trees[0].leafCount == 5)
    let constant = try FeatureTable(numbers: [[4, 4, 4, 4], [.nan, .nan, .nan, .nan]])
    #expect(try BoostedTrees(constant, labels: [1, 2, 3, 4], eager, threads: 2).trees.isEmpty)
    let missing = try FeatureTable(numbers: [[.nan, .nan, 2, 2]])
    let known = try BoostedTrees(missing, labels: [1, 1, 4, 4], eager, threads: 1)
    #expect(known.trees[0].leafCount == 2)
    let found = try known.margins(of: missing, threads: 1)
    #expect(found[0] < 2 && found[3] > 3)
    let infinite = try FeatureTable(numbers: [[-.infinity, 0, .infinity, .nan]])
    let wide = try BoostedTrees(infinite, labels: [1, 9, 2, 8], eager, threads: 1)
    #expect(wide.trees[0].leafCount == 4)
    #expect(try wide.margins(of: infinite, threads: 1).allSatisfy(\.isFinite))
    // Labels that do not differ leave nothing to gain.
    let flat = try BoostedTrees(
      FeatureTable(numbers: [[1, 2, 3]]),
      labels: [2, 2, 2],
      eager,
      threads: 1
    )
    #expect(flat.trees.isEmpty && flat.start == 2)
    #expect(throws: ModelError.oneClass) {
      try BoostedTrees(
        FeatureTable(numbers: [[1, 2]]),
        labels: [1, 1],
        BoostingOptions(.logistic),
        threads: 1
      )
    }
    let zeros = try BoostedTrees(
      FeatureTable(numbers: [[1, 2]]),
      labels: [0, 0],
      BoostingOptions(.poisson),
      threads: 1
    )
    #expect(zeros.start.isFinite)
  }

  @Test func refusals() throws {
    let table = try FeatureTable(numbers: [[1, 2, 3]])
    func train(
      _ labels: [Double],
      weights: [Double]? = nil,
      _ loss: BoostingLoss = .squared,
      _ change: (inout BoostingOptions) -> Void = { _ in }
    ) throws {
      var options = BoostingOptions(loss)
      change(&options)
      _ = try BoostedTrees(table, labels: labels, weights: weights, options, threads: 1)
    }
    #expect(throws: ModelError.noColumns) { try FeatureTable([]) }
    #expect(throws: ModelError.noRows) {
      try BoostedTrees(FeatureTable(numbers: [[]]), labels: [], .init(.squared), threads: 1)
    }
    #expect(throws: ModelError.shape(expected: 3, found: 2)) { try train([1, 2]) }
    #expect(throws: ModelError.label(row: 1)) { try train([1, .nan, 2]) }
    #expect(throws: ModelError.label(row: 2)) { try train([1, 0, 2], .logistic) }
    #expect(throws: ModelError.label(row: 0)) { try train([-1, 0, 2], .poisson) }
    #expect(throws: ModelError.weights) { try train([1, 0, 2], weights: [1, -1, 1]) }
    #expect(throws: ModelError.weights) { try train([1, 0, 2], weights: [0, 0, 0]) }
    #expect(throws: ModelError.parameter("quantile")) { try train([1, 2, 3], .quantile(1)) }
    #expect(throws: ModelError.parameter("rate")) { try train([1, 2, 3]) { $0.rate = .nan } }
    #expect(throws: ModelError.parameter("leaves")) { try train([1, 2, 3]) { $0.leaves = 1 } }
    #expect(throws: ModelError.parameter("bins")) { try train([1, 2, 3]) { $0.bins = 256 } }
    #expect(throws: ModelError.parameter("rowShare")) { try train([1, 2, 3]) { $0.rowShare = 0 } }
    #expect(throws: ModelError.shape(expected: 1, found: 2)) {
      try train([1, 2, 3]) { $0.monotone = [1, 1] }
    }
    let model = try BoostedTrees(table, labels: [1, 2, 3], .init(.squared), threads: 1)
    #expect(throws: ModelError.shape(expected: 1, found: 2)) {
      try model.margins(of: FeatureTable(numbers: [[1], [2]]), threads: 1)
    }
  }
}
