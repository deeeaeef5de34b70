/// Writes and reads models in the text format of LightGBM, version 4.
///
/// LightGBM loads what is written and predicts the same numbers: thresholds and leaves keep all
/// digits, and its comparisons are ours. The start is added to the leaves of the first tree, as
/// LightGBM itself does. Infinite thresholds become the largest finite number, so that infinite
/// values, which LightGBM has no place for, may go elsewhere.
package enum LightGBMText {
  /// Returns a model as text.
  ///
  /// - Throws: ``ModelExchangeError/unsupported(_:)`` where a category is no whole number below
  ///   2³¹ or goes with missing values, and where a name has a blank.
  package static func write(_ trees: NamedTrees) throws(ModelExchangeError) -> String {
    let model = trees.model
    for name in trees.names where name.contains(where: { $0.isWhitespace }) || name.isEmpty {
      throw .unsupported("the feature name \"\(name)\": LightGBM's names have no blanks")
    }
    var parts: [String] = []
    for (number, tree) in trees.treesWithStart().enumerated() {
      parts.append("Tree=\(number)\n" + (try LightGBMTree.text(tree)) + "\n\n")
    }
    var lines = [
      "tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0",
      "max_feature_idx=\(trees.names.count - 1)",
      "objective=\(objective(model.loss))",
      "feature_names=" + trees.names.joined(separator: " "),
      "feature_infos=" + infos(model).joined(separator: " "),
      "tree_sizes=" + parts.map { String($0.utf8.count) }.joined(separator: " "),
      "", "",
    ]
    let gains = SplitImportance(model)
    lines[lines.count - 1] = parts.joined() + "end of trees\n\nfeature_importances:"
    let asked = gains.splits.indices.filter { gains.splits[$0] > 0 }
    for feature in asked.sorted(by: { (gains.splits[$1], $0) < (gains.splits[$0], $1) }) {
      lines.append("\(trees.names[feature])=\(gains.splits[feature])")
    }
    lines += ["", "parameters:", "[boosting: gbdt]", "[objective: \(name(model.loss))]"]
    if case .quantile(let share) = model.loss { lines.append("[alpha: \(share)]") }
    lines += ["end of parameters", "", "pandas_categorical:null", ""]
    return lines.joined(separator: "\n")
  }

  private static func name(_ loss: BoostingLoss) -> String {
    switch loss {
    case .logistic: "binary"
    case .squared: "regression"
    case .poisson: "poisson"
    case .quantile: "quantile"
    }
  }

  private static func objective(_ loss: BoostingLoss) -> String {
    loss == .logistic ? "binary sigmoid:1" : name(loss)
  }

  /// Returns what each feature's values are: a range, which nobody asks for, or categories.
  private static func infos(_ model: BoostedTrees) -> [String] {
    var codes = [Set<Int>](repeating: [], count: model.featureCount)
    for tree in model.trees {
      for node in tree.nodes where node.categorySet >= 0 {
        for code in tree.categorySets[Int(node.categorySet)] {
          codes[Int(node.feature)].insert(Int(code))
        }
      }
    }
    return model.kinds.indices.map { feature in
      switch model.kinds[feature] {
      case .number: "[-1e308:1e308]"
      case .category:
        codes[feature].isEmpty
          ? "none" : codes[feature].sorted().map(String.init).joined(separator: ":")
      }
    }
  }

  /// Reads a model of one output.
  ///
  /// - Throws: ``ModelExchangeError/malformed(_:)`` with the line's name;
  ///   ``ModelExchangeError/unsupported(_:)`` for several classes, averaged or linear trees, other
  ///   objectives, and splits that send zeros elsewhere; ``ModelExchangeError/model(_:)``.
  /// - Complexity: O(*n*).
  package static func read(_ text: String) throws(ModelExchangeError) -> NamedTrees {
    var lines = LightGBMLines(text)
    guard lines.next() == "tree" else { throw .malformed("first line: tree expected") }
    let header = lines.section()
    guard header["num_class"] ?? "1" == "1", header["num_tree_per_iteration"] ?? "1" == "1" else {
      throw .unsupported("several classes")
    }
    if header["average_output"] != nil { throw .unsupported("average_output") }
    let names = (header["feature_names"] ?? "").split(separator: " ").map(String.init)
    guard !names.isEmpty, header["max_feature_idx"] == String(names.count - 1) else {
      throw .malformed("feature_names")
    }
    var trees: [DecisionTree] = []
    var categories: Set<Int32> = []
    while let line = lines.next(), line != "end of trees" {
      if line.isEmpty { continue }
      guard line.hasPrefix("Tree=") else { throw .malformed("Tree=\(trees.count)") }
      let tree = try LightGBMTree.tree(LightGBMFields(lines.section(), tree: trees.count))
      for node in tree.nodes where node.categorySet >= 0 { categories.insert(node.feature) }
      trees.append(tree)
    }
    let loss = try loss(header["objective"] ?? "", lines)
    return try NamedTrees.assembled(
      loss,
      start: 0,
      trees,
      names: names,
      categories: categories
    )
  }

  private static func loss(
    _ objective: String,
    _ lines: consuming LightGBMLines
  ) throws(ModelExchangeError) -> BoostingLoss {
    switch objective {
    case "binary sigmoid:1": return .logistic
    case "regression", "regression_l2", "l2", "mse": return .squared
    case "regression_l1", "l1", "mae": return .quantile(0.5)
    case "poisson": return .poisson
    case "quantile":
      while let line = lines.next() {
        guard line.hasPrefix("[alpha: "), line.hasSuffix("]") else { continue }
        guard let share = Double(line.dropFirst(8).dropLast()), share > 0, share < 1 else {
          throw .malformed("alpha")
        }
        return .quantile(share)
      }
      throw .malformed("alpha")
    default: throw .unsupported("objective=\(objective)")
    }
  }
}

/// Reads lines one after another.
struct LightGBMLines {
  private let lines: [Substring]
  private var place = 0

  init(_ text: String) {
    lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
  }

  mutating func next() -> Substring? {
    guard place < lines.count else { return nil }
    place += 1
    return lines[place - 1]
  }

  /// Returns the `name=value` lines up to an empty one; a line without `=` has an empty value.
  mutating func section() -> [String: String] {
    var fields: [String: String] = [:]
    while let line = next(), !line.isEmpty {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      fields[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    return fields
  }
}
