/// Describes a split, or a leaf where it has no feature.
package struct TreeNode: Hashable, Sendable {
  /// The feature asked, −1 of a leaf.
  package var feature: Int32 = -1
  /// Values that do not exceed it go left; without meaning for categories.
  package var threshold = 0.0
  /// Whether missing values go left.
  ///
  /// Of categories, unlisted ones go right, and training sends missing ones with them.
  package var sendsMissingLeft = false
  /// Categories that go left, as a list of ``DecisionTree/categorySets``; −1 of numbers.
  package var categorySet: Int32 = -1
  package var left: Int32 = -1
  package var right: Int32 = -1
  /// What the split gained in training.
  package var gain = 0.0
  /// Training rows that passed here.
  package var rows = 0.0
  /// Their second derivatives, summed.
  package var hessian = 0.0
  /// What a leaf adds to the margin; of a split what it would add were it a leaf.
  package var value = 0.0

  package init() {}

  package var isLeaf: Bool { feature < 0 }
}

/// Holds one tree; its first node is the root, and children come behind their parents.
package struct DecisionTree: Hashable, Sendable {
  package var nodes: [TreeNode]
  /// Lists of categories, each ascending.
  package var categorySets: [[Double]]

  package init(nodes: [TreeNode], categorySets: [[Double]] = []) {
    self.nodes = nodes
    self.categorySets = categorySets
  }

  /// Tells whether a value goes left at a split.
  @inline(__always)
  package func goesLeft(_ node: TreeNode, _ value: Double) -> Bool {
    if value.isNaN { return node.sendsMissingLeft }
    return node.categorySet >= 0
      ? contains(Int(node.categorySet), value) : value <= node.threshold
  }

  private func contains(_ set: Int, _ value: Double) -> Bool {
    let codes = categorySets[set]
    var (low, high) = (0, codes.count)
    while low < high {
      let middle = (low &+ high) / 2
      if codes[middle] < value { low = middle &+ 1 } else { high = middle }
    }
    return low < codes.count && codes[low] == value
  }

  /// The number of leaves.
  package var leafCount: Int { nodes.count { $0.isLeaf } }

  /// The splits on the longest way.
  package var depth: Int {
    var depths = [Int](repeating: 0, count: nodes.count)
    for (place, node) in nodes.enumerated() where !node.isLeaf {
      depths[Int(node.left)] = depths[place] + 1
      depths[Int(node.right)] = depths[place] + 1
    }
    return depths.max() ?? 0
  }

  /// Returns the leaf that a row comes to; shape of `row`: `[features]`.
  package func leaf(of row: [Double]) -> Int {
    var place = 0
    while !nodes[place].isLeaf {
      let node = nodes[place]
      place = Int(goesLeft(node, row[Int(node.feature)]) ? node.left : node.right)
    }
    return place
  }
}
