import BQLJSON

extension BoostedTrees {
  /// Writes loss, start and trees; of a tree a list for each part of its nodes.
  func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.name("loss")
    writer.string(loss.name)
    if case .quantile(let share) = loss {
      writer.name("quantile")
      writer.number(share)
    }
    writer.name("start")
    writer.number(start)
    writer.numbers("validation_losses", validationLosses)
    writer.name("trees")
    writer.beginArray()
    for tree in trees {
      writer.beginObject()
      let nodes = tree.nodes
      writer.integers("feature", nodes.map(\.feature))
      writer.numbers("threshold", nodes.map(\.threshold))
      writer.integers("missing_left", nodes.map { $0.sendsMissingLeft ? 1 : 0 })
      writer.integers("categories", nodes.map(\.categorySet))
      writer.integers("left", nodes.map(\.left))
      writer.integers("right", nodes.map(\.right))
      writer.numbers("gain", nodes.map(\.gain))
      writer.numbers("rows", nodes.map(\.rows))
      writer.numbers("hessian", nodes.map(\.hessian))
      writer.numbers("value", nodes.map(\.value))
      writer.name("category_sets")
      writer.beginArray()
      for set in tree.categorySets {
        writer.value(.array(set.map { .number($0) }))
      }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }

  init(fields: JSONFields, _ kinds: [FeatureKind]) throws(ModelExchangeError) {
    let loss = try BoostingLoss(fields: fields)
    var trees: [DecisionTree] = []
    for tree in try fields.objects("trees") { trees.append(try Self.tree(tree)) }
    let start = try fields.number("start")
    let losses = try fields.numbers("validation_losses")
    do throws(ModelError) {
      try self.init(
        loss: loss,
        start: start,
        trees: trees,
        kinds: kinds,
        validationLosses: losses
      )
    } catch {
      throw .model(error)
    }
  }

  private static func tree(_ fields: JSONFields) throws(ModelExchangeError) -> DecisionTree {
    let features = try fields.integers("feature")
    let count = features.count
    let thresholds = try fields.numbers("threshold", count: count)
    let missing = try fields.flags("missing_left", count: count)
    let categories = try fields.integers("categories", count: count)
    let left = try fields.integers("left", count: count)
    let right = try fields.integers("right", count: count)
    let gains = try fields.numbers("gain", count: count)
    let rows = try fields.numbers("rows", count: count)
    let hessians = try fields.numbers("hessian", count: count)
    let values = try fields.numbers("value", count: count)
    var nodes: [TreeNode] = []
    for place in 0..<count {
      var node = TreeNode()
      node.feature = max(features[place], -1)
      node.threshold = thresholds[place]
      node.sendsMissingLeft = missing[place]
      node.categorySet = max(categories[place], -1)
      (node.left, node.right) = (left[place], right[place])
      (node.gain, node.rows, node.hessian) = (gains[place], rows[place], hessians[place])
      node.value = values[place]
      nodes.append(node)
    }
    var sets: [[Double]] = []
    for element in try fields.elements("category_sets") {
      let codes = (element.elements ?? []).compactMap(\.double)
      guard codes.count == element.elements?.count else {
        throw .malformed(fields.path + ".category_sets")
      }
      sets.append(codes.sorted())
    }
    return DecisionTree(nodes: nodes, categorySets: sets)
  }
}

extension BoostingLoss {
  /// The name in documents.
  package var name: String {
    switch self {
    case .logistic: "logistic"
    case .squared: "squared"
    case .poisson: "poisson"
    case .quantile: "quantile"
    }
  }

  init(fields: JSONFields) throws(ModelExchangeError) {
    switch try fields.text("loss") {
    case "logistic": self = .logistic
    case "squared": self = .squared
    case "poisson": self = .poisson
    case "quantile":
      let share = try fields.number("quantile")
      guard share > 0, share < 1 else { throw .malformed("quantile") }
      self = .quantile(share)
    case let name: throw .unsupported("loss \(name)")
    }
  }
}
