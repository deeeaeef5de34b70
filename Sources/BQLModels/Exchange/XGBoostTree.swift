import BQLJSON

/// Turns one tree into XGBoost's lists and back.
///
/// A node's child of −1 marks a leaf, whose value stands among the conditions. Listed categories go
/// right there, and left here: of those splits the children change places. A right child stands
/// behind its left one, which XGBoost relies on.
enum XGBoostTree {
  private static let noParent = 2_147_483_647

  static func write(
    _ tree: DecisionTree,
    _ number: Int,
    features: Int,
    _ writer: inout JSONWriter
  ) throws(ModelExchangeError) {
    var turned = tree.nodes
    for place in turned.indices where turned[place].categorySet >= 0 {
      (turned[place].left, turned[place].right) = (turned[place].right, turned[place].left)
    }
    let nodes = try DecisionTree.ordered(turned, []).nodes
    var parents = [Int](repeating: noParent, count: nodes.count)
    for (place, node) in nodes.enumerated() where !node.isLeaf {
      parents[Int(node.left)] = place
      parents[Int(node.right)] = place
    }
    var (codes, starts, sizes): ([Int], [Int], [Int]) = ([], [], [])
    let asking = nodes.indices.filter { nodes[$0].categorySet >= 0 }
    for place in asking {
      let own = try tree.wholeCategories(nodes[place], below: XGBoostJSON.categoryLimit)
      starts.append(codes.count)
      sizes.append(own.count)
      codes += own
    }
    var conditions: [Double] = []
    for node in nodes { conditions.append(try condition(node)) }
    writer.beginObject()
    writer.numbers("base_weights", nodes.map { Double(Float($0.value)) })
    writer.integers("categories", codes)
    writer.integers("categories_nodes", asking)
    writer.integers("categories_segments", starts)
    writer.integers("categories_sizes", sizes)
    writer.integers("default_left", nodes.map { $0.goesLeftThere ? 1 : 0 })
    writer.name("id")
    writer.int(number)
    writer.integers("left_children", nodes.map(\.left))
    writer.numbers("loss_changes", nodes.map { $0.isLeaf ? 0 : Double(Float($0.gain)) })
    writer.integers("parents", parents)
    writer.integers("right_children", nodes.map(\.right))
    writer.numbers("split_conditions", conditions)
    writer.integers("split_indices", nodes.map { max($0.feature, 0) })
    writer.integers("split_type", nodes.map { $0.categorySet >= 0 ? 1 : 0 })
    writer.numbers("sum_hessian", nodes.map(\.rows))
    writer.name("tree_param")
    writer.value(
      .object([
        JSONMember("num_deleted", .string("0")),
        JSONMember("num_feature", .string(String(features))),
        JSONMember("num_nodes", .string(String(nodes.count))),
        JSONMember("size_leaf_vector", .string("1")),
      ])
    )
    writer.endObject()
  }

  private static func condition(_ node: TreeNode) throws(ModelExchangeError) -> Double {
    if node.isLeaf {
      let value = Float(node.value)
      guard value.isFinite else { throw .unsupported("a leaf's value beyond single precision") }
      return Double(value)
    }
    if node.categorySet >= 0 { return 0 }
    let largest = Float.greatestFiniteMagnitude
    var single = Float(node.threshold)
    if Double(single) > node.threshold { single = single.nextDown }
    return Double(min(max(single.nextUp, -largest), largest))
  }

  static func read(_ fields: JSONFields) throws(ModelExchangeError) -> DecisionTree {
    let left = try fields.integers("left_children")
    let count = left.count
    guard count > 0 else { throw .malformed(fields.path + ".left_children") }
    let right = try fields.integers("right_children", count: count)
    let conditions = try fields.numbers("split_conditions", count: count)
    let indices = try fields.integers("split_indices", count: count)
    let defaults = try fields.flags("default_left", count: count)
    let covers = try fields.numbers("sum_hessian", count: count)
    let gains = try fields.numbers("loss_changes", count: count)
    let weights = try fields.numbers("base_weights", count: count)
    let types = fields.has("split_type") ? try fields.integers("split_type", count: count) : []
    let sets = types.contains(1) ? try categorySets(fields, count) : [:]
    var nodes: [TreeNode] = []
    var lists: [[Double]] = []
    for place in 0..<count {
      var node = TreeNode()
      (node.rows, node.hessian) = (covers[place], covers[place])
      if left[place] == -1 {
        node.value = conditions[place]
        nodes.append(node)
        continue
      }
      node.feature = indices[place]
      guard node.feature >= 0 else { throw .malformed(fields.path + ".split_indices") }
      (node.gain, node.value) = (gains[place], weights[place])
      (node.left, node.right) = (left[place], right[place])
      if !types.isEmpty, types[place] == 1 {
        guard let own = sets[place] else { throw .malformed(fields.path + ".categories") }
        node.categorySet = Int32(truncatingIfNeeded: lists.count)
        lists.append(own)
        swap(&node.left, &node.right)
        node.sendsMissingLeft = !defaults[place]
      } else {
        node.threshold = threshold(below: Float(conditions[place]))
        node.sendsMissingLeft = defaults[place]
      }
      nodes.append(node)
    }
    return try DecisionTree.ordered(nodes, lists)
  }

  /// Returns the largest double that rounds to a single below `condition`.
  private static func threshold(below condition: Float) -> Double {
    let below = condition.nextDown
    guard below.isFinite, condition.isFinite else { return Double(condition).nextDown }
    // Exact: singles' middles are doubles. A tie goes to the even one.
    let middle = Double(below) / 2 + Double(condition) / 2
    return below.bitPattern & 1 == 0 ? middle : middle.nextDown
  }

  private static func categorySets(
    _ fields: JSONFields,
    _ count: Int
  ) throws(ModelExchangeError) -> [Int: [Double]] {
    let codes = try fields.integers("categories")
    let nodes = try fields.integers("categories_nodes")
    let starts = try fields.integers("categories_segments", count: nodes.count)
    let sizes = try fields.integers("categories_sizes", count: nodes.count)
    var sets: [Int: [Double]] = [:]
    for (index, node) in nodes.enumerated() {
      let (start, size) = (Int(starts[index]), Int(sizes[index]))
      guard start >= 0, size >= 0, start + size <= codes.count else {
        throw .malformed(fields.path + ".categories_segments")
      }
      sets[Int(node)] = codes[start..<start + size].map { Double($0) }.sorted()
    }
    return sets
  }
}

extension TreeNode {
  /// Whether missing values go to the child that XGBoost calls the left one.
  fileprivate var goesLeftThere: Bool {
    if isLeaf { return false }
    return categorySet >= 0 ? !sendsMissingLeft : sendsMissingLeft
  }
}
