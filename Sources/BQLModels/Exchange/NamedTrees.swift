/// Holds a model of trees with the names of its features, as files carry them.
package struct NamedTrees: Hashable, Sendable {
  package let model: BoostedTrees
  /// Shape `[features]`.
  package let names: [String]

  /// Puts a name to each feature.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` unless there are as many names as features.
  package init(_ model: BoostedTrees, names: [String]) throws(ModelError) {
    guard names.count == model.featureCount else {
      throw .shape(expected: model.featureCount, found: names.count)
    }
    self.model = model
    self.names = names
  }

  /// Puts together what a file held.
  static func assembled(
    _ loss: BoostingLoss,
    start: Double,
    _ trees: [DecisionTree],
    names: [String],
    categories: Set<Int32>
  ) throws(ModelExchangeError) -> NamedTrees {
    let kinds = names.indices.map { feature in
      categories.contains(Int32(truncatingIfNeeded: feature))
        ? FeatureKind.category : FeatureKind.number
    }
    do throws(ModelError) {
      let model = try BoostedTrees(loss: loss, start: start, trees: trees, kinds: kinds)
      return try NamedTrees(model, names: names)
    } catch {
      throw .model(error)
    }
  }

  /// Returns the trees with the start added to the leaves of the first, for formats that have no
  /// place for it that keeps all digits.
  func treesWithStart() -> [DecisionTree] {
    var trees = model.trees
    if trees.isEmpty { trees = [DecisionTree(nodes: [TreeNode()])] }
    for place in trees[0].nodes.indices { trees[0].nodes[place].value += model.start }
    return trees
  }
}

extension DecisionTree {
  /// Returns the tree with its nodes in the order in which they are met, parents first, left before
  /// right: what a file's tree must be brought to.
  ///
  /// - Throws: ``ModelExchangeError/malformed(_:)`` where a child does not exist or is met twice.
  static func ordered(
    _ nodes: [TreeNode],
    _ categorySets: [[Double]]
  ) throws(ModelExchangeError) -> DecisionTree {
    var ordered: [TreeNode] = []
    var queue: [Int] = [0]
    var next = 0
    while next < queue.count {
      guard nodes.indices.contains(queue[next]), queue.count <= nodes.count else {
        throw .malformed("children of a tree's nodes")
      }
      var node = nodes[queue[next]]
      if !node.isLeaf {
        let children = [Int(node.left), Int(node.right)]
        node.left = Int32(truncatingIfNeeded: queue.count)
        node.right = Int32(truncatingIfNeeded: queue.count + 1)
        queue += children
      }
      ordered.append(node)
      next += 1
    }
    return DecisionTree(nodes: ordered, categorySets: categorySets)
  }

  /// Returns the codes of a split's categories as whole numbers.
  ///
  /// - Throws: ``ModelExchangeError/unsupported(_:)`` where one is no whole number in
  ///   `0 ..< limit`.
  func wholeCategories(
    _ node: TreeNode,
    below limit: Double
  ) throws(ModelExchangeError) -> [Int] {
    var codes: [Int] = []
    for code in categorySets[Int(node.categorySet)] {
      guard code >= 0, code < limit, code.rounded() == code else {
        throw .unsupported("a category that is no whole number from 0 to \(Int(limit) - 1)")
      }
      codes.append(Int(code))
    }
    return codes
  }
}
