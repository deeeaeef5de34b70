import BQLJSON
import Glibc

/// Writes and reads models in the JSON format of XGBoost 3.
///
/// XGBoost rounds values to single precision and sends those below a split's condition to the left:
/// of a threshold the next single above it is written, and of a condition that is read the largest
/// double that rounds to less, so that both decide alike about singles, and what is read about
/// doubles as well. Leaves are rounded to singles. The start is added to the leaves of the first
/// tree. XGBoost's cover holds the rows, not the second derivatives, so that its explanations weigh
/// as ours do.
package enum XGBoostJSON {
  private static let version: [Int] = [3, 0, 0]
  /// From here on a single is no longer any whole number.
  static let categoryLimit = 16_777_216.0

  /// Returns a model as a JSON document.
  ///
  /// - Throws: ``ModelExchangeError/unsupported(_:)`` where a category is no whole number below
  ///   2²⁴, or a leaf is too large for a single.
  package static func write(_ trees: NamedTrees) throws(ModelExchangeError) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("learner")
    writer.beginObject()
    writer.name("attributes")
    writer.value(.object([]))
    writer.name("feature_names")
    writer.value(.array(trees.names.map { .string($0) }))
    writer.name("feature_types")
    writer.value(.array(trees.model.kinds.map { .string($0 == .category ? "c" : "float") }))
    writer.name("gradient_booster")
    try write(trees, &writer)
    writer.name("learner_model_param")
    writer.value(
      .object([
        JSONMember("base_score", .string(trees.model.loss.baseOfZero)),
        JSONMember("boost_from_average", .string("1")),
        JSONMember("num_class", .string("0")),
        JSONMember("num_feature", .string(String(trees.names.count))),
        JSONMember("num_target", .string("1")),
      ])
    )
    writer.name("objective")
    writer.value(objective(trees.model.loss))
    writer.endObject()
    writer.integers("version", version)
    writer.endObject()
    return writer.bytes
  }

  private static func write(
    _ trees: NamedTrees,
    _ writer: inout JSONWriter
  ) throws(ModelExchangeError) {
    let list = trees.treesWithStart()
    writer.beginObject()
    writer.name("model")
    writer.beginObject()
    writer.name("gbtree_model_param")
    writer.value(
      .object([
        JSONMember("num_parallel_tree", .string("1")),
        JSONMember("num_trees", .string(String(list.count))),
      ])
    )
    writer.integers("iteration_indptr", 0...list.count)
    writer.integers("tree_info", repeatElement(0, count: list.count))
    writer.name("trees")
    writer.beginArray()
    for (number, tree) in list.enumerated() {
      try XGBoostTree.write(tree, number, features: trees.names.count, &writer)
    }
    writer.endArray()
    writer.endObject()
    writer.name("name")
    writer.string("gbtree")
    writer.endObject()
  }

  private static func objective(_ loss: BoostingLoss) -> JSONValue {
    let weight = JSONValue.object([JSONMember("scale_pos_weight", .string("1"))])
    switch loss {
    case .logistic:
      return .object([
        JSONMember("name", .string("binary:logistic")), JSONMember("reg_loss_param", weight),
      ])
    case .squared:
      return .object([
        JSONMember("name", .string("reg:squarederror")), JSONMember("reg_loss_param", weight),
      ])
    case .poisson:
      let step = JSONValue.object([JSONMember("max_delta_step", .string("0.7"))])
      return .object([
        JSONMember("name", .string("count:poisson")),
        JSONMember("poisson_regression_param", step),
      ])
    case .quantile(let share):
      let alpha = JSONValue.object([JSONMember("quantile_alpha", .string("[\(share)]"))])
      return .object([
        JSONMember("name", .string("reg:quantileerror")),
        JSONMember("quantile_loss_param", alpha),
      ])
    }
  }

  /// Reads a model of one output.
  ///
  /// Features without names are called `f0`, `f1`, …, as XGBoost calls them.
  ///
  /// - Throws: ``ModelExchangeError``: unsupported are linear boosters, dropped trees (DART),
  ///   several outputs, random forests, encoded categories and other objectives.
  /// - Complexity: O(*n*).
  package static func read(_ bytes: [UInt8]) throws(ModelExchangeError) -> NamedTrees {
    let learner = try JSONFields.read(bytes).object("learner")
    let booster = try learner.object("gradient_booster")
    let kind = try booster.text("name")
    guard kind == "gbtree" else { throw .unsupported("booster \(kind)") }
    let parameters = try learner.object("learner_model_param")
    for (name, single) in [("num_class", ["0", "1"]), ("num_target", ["1"])]
    where parameters.has(name) {
      guard single.contains(try parameters.text(name)) else { throw .unsupported(name) }
    }
    guard let width = Int(try parameters.text("num_feature")), width > 0, width < 1 << 20 else {
      throw .malformed("num_feature")
    }
    let loss = try loss(learner.object("objective"))
    let model = try booster.object("model")
    if let codes = model.value["cats"]?["enc"]?.elements, !codes.isEmpty {
      throw .unsupported("categories encoded by XGBoost")
    }
    let parallel = try model.object("gbtree_model_param").text("num_parallel_tree")
    guard parallel == "1" else { throw .unsupported("num_parallel_tree = \(parallel)") }
    var trees: [DecisionTree] = []
    var categories: Set<Int32> = []
    for fields in try model.objects("trees") {
      let tree = try XGBoostTree.read(fields)
      for node in tree.nodes where node.categorySet >= 0 { categories.insert(node.feature) }
      trees.append(tree)
    }
    let given = learner.has("feature_names") ? try learner.texts("feature_names") : []
    let names = given.isEmpty ? (0..<width).map { "f\($0)" } : given
    guard names.count == width else { throw .malformed("feature_names") }
    let start = try start(parameters.text("base_score"), loss)
    return try NamedTrees.assembled(
      loss,
      start: start,
      trees,
      names: names,
      categories: categories
    )
  }

  private static func loss(_ objective: JSONFields) throws(ModelExchangeError) -> BoostingLoss {
    switch try objective.text("name") {
    case "binary:logistic", "reg:logistic": return .logistic
    case "reg:squarederror": return .squared
    case "count:poisson": return .poisson
    case "reg:absoluteerror": return .quantile(0.5)
    case "reg:quantileerror":
      let text = try objective.object("quantile_loss_param").text("quantile_alpha")
      guard let share = single(text), share > 0, share < 1 else {
        throw .unsupported("quantile_alpha = \(text)")
      }
      return .quantile(share)
    case let name: throw .unsupported("objective \(name)")
    }
  }

  /// Reads a number that may stand in brackets.
  private static func single(_ text: String) -> Double? {
    let isList = text.hasPrefix("[") && text.hasSuffix("]")
    return Double(isList ? text.dropFirst().dropLast() : Substring(text))
  }

  private static func start(
    _ text: String,
    _ loss: BoostingLoss
  ) throws(ModelExchangeError) -> Double {
    guard let base = single(text) else { throw .malformed("base_score") }
    switch loss {
    case .logistic:
      guard base > 0, base < 1 else { throw .malformed("base_score") }
      return log(base / (1 - base))
    case .poisson:
      guard base > 0 else { throw .malformed("base_score") }
      return log(base)
    case .squared, .quantile: return base
    }
  }
}

extension BoostingLoss {
  /// The prediction of margin 0, as XGBoost writes it.
  fileprivate var baseOfZero: String {
    switch self {
    case .logistic: "[5E-1]"
    case .poisson: "[1E0]"
    case .squared, .quantile: "[0E0]"
    }
  }
}
