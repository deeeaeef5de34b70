import BQLJSON
import BQLModels
import BQLTestSupport
import Testing

/// Models come back from their files as they were, and broken files are refused.
@Suite struct ExchangeTests {
  private static func model(
    seed: UInt64,
    loss: BoostingLoss = .squared
  ) throws -> (trees: NamedTrees, table: FeatureTable) {
    var random = SeededGenerator(seed: seed)
    let numbers = try BoostingTests.table(&random, rows: 90, columns: 5, categories: false)
    var columns = numbers.columns
    // Singles, so that XGBoost's rounding has nothing to round.
    columns[1].values = columns[1].values.map { Double(Float($0 / 7)) }
    columns[2] = FeatureColumn(
      (0..<90).map { _ in
        random.chance(10) ? Double.nan : Double(Int.random(in: 0..<70, using: &random))
      },
      .category
    )
    let table = try FeatureTable(columns)
    let labels = BoostingTests.labels(&random, table, loss)
    var options = BoostingOptions(loss)
    (options.trees, options.leaves, options.minimumRows) = (5, 8, 2)
    (options.categoryRows, options.categoryGroupRows) = (0, 0)
    let model = try BoostedTrees(table, labels: labels, options, threads: 2)
    return (try NamedTrees(model, names: ["a", "b", "c", "d", "e"]), table)
  }

  @Test(arguments: BoostingTests.losses) func comeBack(_ loss: BoostingLoss) throws {
    for seed in 0..<20 as Range<UInt64> {
      let (trees, table) = try Self.model(seed: seed, loss: loss)
      let margins = try trees.model.margins(of: table, threads: 1)
      let own = try ModelDocument(
        .trees(trees.model),
        names: trees.names,
        about: [JSONMember("target", .string("churn"))]
      )
      #expect(try ModelDocument(json: own.json()) == own, "seed \(seed)")
      let text = try LightGBMText.write(trees)
      let light = try LightGBMText.read(text)
      #expect(light.model.loss == loss && light.names == trees.names)
      let found = try light.model.margins(of: table, threads: 1)
      #expect(ModelRows.areClose(found, margins, 1e-12), "seed \(seed)")
      let again = try LightGBMText.read(LightGBMText.write(light))
      // Lists of categories are numbered by their nodes from here on.
      #expect(try LightGBMText.read(LightGBMText.write(again)) == again)
      #expect(try again.model.margins(of: table, threads: 1) == found)
      let bytes = try XGBoostJSON.write(trees)
      let extreme = try XGBoostJSON.read(bytes)
      #expect(extreme.model.loss == loss && extreme.names == trees.names)
      let singles = try extreme.model.margins(of: table, threads: 1)
      #expect(ModelRows.areClose(singles, margins, 1e-5), "seed \(seed)")
      let shap = try TreeExplainer(trees.model).values(of: table, threads: 1)
      for other in [light.model, extreme.model] {
        let again = try TreeExplainer(other).values(of: table, threads: 1)
        #expect(ModelRows.areClose(again.values.values, shap.values.values, 1e-5))
      }
    }
  }

  /// Numbers near a condition go where XGBoost sends them once rounded to singles.
  @Test func singlesAreRounded() throws {
    let condition: Float = 0.3
    let text = """
      {"learner":{"feature_names":[],"gradient_booster":{"name":"gbtree","model":{\
      "gbtree_model_param":{"num_parallel_tree":"1"},"trees":[{"left_children":[1,-1,-1],\
      "right_children":[2,-1,-1],"split_conditions":[\(condition),1,2],"split_indices":[0,0,0],\
      "default_left":[0,0,0],"sum_hessian":[2,1,1],"loss_changes":[1,0,0],\
      "base_weights":[0,1,2]}]}},"learner_model_param":{"base_score":"0","num_feature":"1"},\
      "objective":{"name":"reg:squarederror"}}}
      """
    let model = try XGBoostJSON.read(Array(text.utf8)).model
    var asked: [Double] = [.nan, -.infinity, .infinity]
    for single in [condition, condition.nextUp, condition.nextDown] {
      let middle = (Double(single) + Double(single.nextDown)) / 2
      asked += [Double(single), middle, middle.nextUp, middle.nextDown]
    }
    let found = try model.margins(of: FeatureTable(numbers: [asked]), threads: 1)
    #expect(found == asked.map { $0.isNaN || !(Float($0) < condition) ? 2 : 1 })
  }

  @Test func logisticModelsComeBack() throws {
    let table = try FeatureTable([
      FeatureColumn([1, 2, .nan, 4, 5, 6]), FeatureColumn([0, 1, 0, 1, 2, .nan], .category),
    ])
    let labels: [Double] = [0, 1, 0, 0, 1, 1]
    let model = try LogisticModel(table, labels: labels, LogisticOptions(penalty: 0.1), threads: 1)
    let margins = try model.margins(of: table)
    for method in ProbabilityCalibration.Method.allCases {
      let calibration = try ProbabilityCalibration(method, margins: margins, labels: labels)
      let document = try ModelDocument(
        .logistic(model),
        names: ["x", "y"],
        calibration: calibration
      )
      let again = try ModelDocument(json: document.json())
      #expect(again == document)
      #expect(
        try again.learner.predictions(of: table, calibration: again.calibration, threads: 1)
          == margins.map(calibration.probability)
      )
    }
  }

  @Test func refusals() throws {
    var leaf = TreeNode()
    leaf.value = 1
    var split = TreeNode()
    (split.feature, split.left, split.right, split.categorySet) = (0, 1, 2, 0)
    func trees(_ categories: [Double], missingLeft: Bool = false) throws -> NamedTrees {
      var node = split
      node.sendsMissingLeft = missingLeft
      let tree = DecisionTree(nodes: [node, leaf, leaf], categorySets: [categories])
      let model = try BoostedTrees(loss: .squared, start: 0, trees: [tree], kinds: [.category])
      return try NamedTrees(model, names: ["a"])
    }
    for codes in [[-1.0], [0.5], [1e12]] {
      let odd = try trees(codes)
      #expect(throws: ModelExchangeError.self) { try LightGBMText.write(odd) }
      #expect(throws: ModelExchangeError.self) { try XGBoostJSON.write(odd) }
    }
    let missing = try trees([3], missingLeft: true)
    #expect(throws: ModelExchangeError.self) { try LightGBMText.write(missing) }
    let again = try XGBoostJSON.read(XGBoostJSON.write(missing)).model
    let table = try FeatureTable([FeatureColumn([3, 2, .nan], .category)])
    #expect(again.trees[0].nodes[0].sendsMissingLeft)
    #expect(
      try again.margins(of: table, threads: 1) == missing.model.margins(of: table, threads: 1)
    )
    let blank = try NamedTrees(missing.model, names: ["a b"])
    #expect(throws: ModelExchangeError.self) { try LightGBMText.write(blank) }
    #expect(throws: ModelExchangeError.self) { try LightGBMText.read("") }
    #expect(throws: ModelExchangeError.self) { try XGBoostJSON.read(Array("{}".utf8)) }
    #expect(throws: ModelExchangeError.malformed("format")) {
      try ModelDocument(json: Array("{}".utf8))
    }
    let text = try LightGBMText.write(Self.model(seed: 1).trees)
    for (old, new) in [
      ("objective=regression", "objective=lambdarank"), ("num_class=1", "num_class=3"),
      ("is_linear=0", "is_linear=1"),
    ] {
      let changed = text.split(separator: old, omittingEmptySubsequences: false)
        .joined(separator: new)
      #expect(throws: ModelExchangeError.self, "\(new)") { try LightGBMText.read(changed) }
    }
  }

  /// Whatever a byte becomes, a file is read or refused, and what was read predicts.
  @Test func brokenFiles() throws {
    let (trees, table) = try Self.model(seed: 2, loss: .logistic)
    let files = [
      Array(try LightGBMText.write(trees).utf8), try XGBoostJSON.write(trees),
      try ModelDocument(.trees(trees.model), names: trees.names).json(),
    ]
    for seed in 0..<ModelRows.cases("BROKEN_CASES", 600) {
      var random = SeededGenerator(seed: UInt64(seed))
      let kind = seed % 3
      var bytes = files[kind]
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = Array("-0123456789,.[]{}\" =e".utf8).randomElement(using: &random) ?? 48
      }
      do {
        let model: BoostedTrees
        switch kind {
        case 0: model = try LightGBMText.read(String(decoding: bytes, as: UTF8.self)).model
        case 1: model = try XGBoostJSON.read(bytes).model
        default:
          guard case .trees(let own) = try ModelDocument(json: bytes).learner else { continue }
          model = own
        }
        guard model.featureCount == 5 else { continue }
        #expect(try model.margins(of: table, threads: 1).count == 90)
        _ = try? TreeExplainer(model).values(of: table, threads: 1)
      } catch {
        #expect(error is ModelExchangeError, "seed \(seed)")
      }
    }
  }
}
