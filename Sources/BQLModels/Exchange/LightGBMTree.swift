/// Reads the lines of one tree.
struct LightGBMFields {
  private let fields: [String: String]
  private let tree: Int

  init(_ fields: [String: String], tree: Int) {
    self.fields = fields
    self.tree = tree
  }

  func malformed(_ name: String) -> ModelExchangeError { .malformed("\(name) of tree \(tree)") }

  func text(_ name: String) -> String? { fields[name] }

  func integer(_ name: String) throws(ModelExchangeError) -> Int {
    guard let value = fields[name].flatMap({ Int($0) }) else { throw malformed(name) }
    return value
  }

  func numbers(_ name: String, _ count: Int) throws(ModelExchangeError) -> [Double] {
    let parts = (fields[name] ?? "").split(separator: " ")
    let numbers = parts.compactMap { Double($0) }
    guard numbers.count == parts.count, numbers.count == count else { throw malformed(name) }
    return numbers
  }

  func integers(_ name: String, _ count: Int) throws(ModelExchangeError) -> [Int] {
    let parts = (fields[name] ?? "").split(separator: " ")
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, numbers.count == count else { throw malformed(name) }
    return numbers
  }
}

/// Turns one tree into LightGBM's lines and back.
///
/// Splits are numbered from 0, and a leaf `k` as a child is `−k − 1`. The bits of `decision_type`:
/// 1 categories, 2 missing values go left, and from 4 on what is missing (0 nothing, 1 zeros, 2
/// NaN). Categories are bits of words of 32.
enum LightGBMTree {
  private static let categoryBit = 1
  private static let leftBit = 2
  private static let missingIsNaN = 2

  static func text(_ tree: DecisionTree) throws(ModelExchangeError) -> String {
    let splits = tree.nodes.indices.filter { !tree.nodes[$0].isLeaf }
    let leaves = tree.nodes.indices.filter { tree.nodes[$0].isLeaf }
    var numbers = [Int](repeating: 0, count: tree.nodes.count)
    for (number, node) in splits.enumerated() { numbers[node] = number }
    for (number, node) in leaves.enumerated() { numbers[node] = -number - 1 }
    var (thresholds, types): ([String], [String]) = ([], [])
    var words: [UInt32] = []
    var bounds = [0]
    for place in splits {
      let node = tree.nodes[place]
      if node.categorySet >= 0 {
        if node.sendsMissingLeft { throw .unsupported("categories that go with missing values") }
        thresholds.append(String(bounds.count - 1))
        types.append(String(categoryBit | missingIsNaN << 2))
        var own: [UInt32] = []
        for code in try tree.wholeCategories(node, below: 0x1p31) {
          guard code < 1 << 24 else { throw .unsupported("a category of 2^24 or more") }
          while own.count <= code / 32 { own.append(0) }
          own[code / 32] |= 1 << UInt32(code % 32)
        }
        words += own.isEmpty ? [0] : own
        bounds.append(words.count)
      } else {
        let largest = Double.greatestFiniteMagnitude
        thresholds.append("\(min(max(node.threshold, -largest), largest))")
        types.append(String((node.sendsMissingLeft ? leftBit : 0) | missingIsNaN << 2))
      }
    }
    func list(_ places: [Int], _ text: (TreeNode) -> String) -> String {
      places.map { text(tree.nodes[$0]) }.joined(separator: " ")
    }
    func whole(_ rows: Double) -> String { String(Int(min(max(rows.rounded(), 0), 0x1p31 - 1))) }
    var lines = [
      "num_leaves=\(leaves.count)", "num_cat=\(bounds.count - 1)",
      "split_feature=" + list(splits) { "\($0.feature)" },
      "split_gain=" + list(splits) { "\($0.gain)" },
      "threshold=" + thresholds.joined(separator: " "),
      "decision_type=" + types.joined(separator: " "),
      "left_child=" + list(splits) { "\(numbers[Int($0.left)])" },
      "right_child=" + list(splits) { "\(numbers[Int($0.right)])" },
      "leaf_value=" + list(leaves) { "\($0.value)" },
      "leaf_weight=" + list(leaves) { "\($0.hessian)" },
      "leaf_count=" + list(leaves) { whole($0.rows) },
      "internal_value=" + list(splits) { "\($0.value)" },
      "internal_weight=" + list(splits) { "\($0.hessian)" },
      "internal_count=" + list(splits) { whole($0.rows) },
    ]
    if bounds.count > 1 {
      lines.append("cat_boundaries=" + bounds.map(String.init).joined(separator: " "))
      lines.append("cat_threshold=" + words.map { String($0) }.joined(separator: " "))
    }
    lines += ["is_linear=0", "shrinkage=1", ""]
    return lines.joined(separator: "\n")
  }

  static func tree(_ fields: LightGBMFields) throws(ModelExchangeError) -> DecisionTree {
    let leaves = try fields.integer("num_leaves")
    guard leaves >= 1, leaves <= 1 << 24 else { throw fields.malformed("num_leaves") }
    if fields.text("is_linear") ?? "0" != "0" { throw .unsupported("linear trees") }
    let values = try fields.numbers("leaf_value", leaves)
    let splits = leaves - 1
    guard splits > 0 else {
      var leaf = TreeNode()
      leaf.value = values[0]
      return DecisionTree(nodes: [leaf])
    }
    let counts = try fields.numbers("leaf_count", leaves)
    let weights = try fields.numbers("leaf_weight", leaves)
    let children = [
      try fields.integers("left_child", splits), try fields.integers("right_child", splits),
    ]
    let types = try fields.integers("decision_type", splits)
    let thresholds = try fields.numbers("threshold", splits)
    let features = try fields.integers("split_feature", splits)
    let gains = try fields.numbers("split_gain", splits)
    let splitCounts = try fields.numbers("internal_count", splits)
    let splitWeights = try fields.numbers("internal_weight", splits)
    let splitValues = try fields.numbers("internal_value", splits)
    let sets = try categorySets(fields)
    var nodes: [TreeNode] = []
    for place in 0..<splits {
      var node = TreeNode()
      guard let feature = Int32(exactly: features[place]), feature >= 0 else {
        throw fields.malformed("split_feature")
      }
      node.feature = feature
      try decide(&node, types[place], thresholds[place], sets.count, fields)
      // Leaves lie behind the splits.
      let own = children.map { side in side[place] < 0 ? splits - side[place] - 1 : side[place] }
      guard own.allSatisfy({ $0 >= 0 && $0 < splits + leaves }) else {
        throw fields.malformed("left_child or right_child")
      }
      node.left = Int32(truncatingIfNeeded: own[0])
      node.right = Int32(truncatingIfNeeded: own[1])
      node.gain = gains[place]
      node.rows = splitCounts[place]
      node.hessian = splitWeights[place]
      node.value = splitValues[place]
      nodes.append(node)
    }
    for place in 0..<leaves {
      var node = TreeNode()
      node.value = values[place]
      node.rows = counts[place]
      node.hessian = weights[place]
      nodes.append(node)
    }
    return try DecisionTree.ordered(nodes, sets)
  }

  /// Writes the condition of a split.
  private static func decide(
    _ node: inout TreeNode,
    _ type: Int,
    _ threshold: Double,
    _ sets: Int,
    _ fields: LightGBMFields
  ) throws(ModelExchangeError) {
    if type & categoryBit != 0 {
      guard let set = Int32(exactly: threshold), set >= 0, set < sets else {
        throw fields.malformed("threshold")
      }
      node.categorySet = set
      return
    }
    node.threshold = threshold
    let isLeft = type & leftBit != 0
    switch type >> 2 & 3 {
    // NaN is taken for 0.
    case 0: node.sendsMissingLeft = 0 <= threshold
    case 1:
      guard isLeft == (0 <= threshold) else { throw .unsupported("zeros as missing values") }
      node.sendsMissingLeft = isLeft
    case 2: node.sendsMissingLeft = isLeft
    default: throw fields.malformed("decision_type")
    }
  }

  private static func categorySets(
    _ fields: LightGBMFields
  ) throws(ModelExchangeError) -> [[Double]] {
    let count = try fields.integer("num_cat")
    guard count > 0 else { return [] }
    let bounds = try fields.integers("cat_boundaries", count + 1)
    guard let last = bounds.last, last >= 0 else { throw fields.malformed("cat_boundaries") }
    let words = try fields.integers("cat_threshold", last)
    var sets: [[Double]] = []
    for (start, end) in zip(bounds, bounds.dropFirst()) {
      guard start >= 0, start <= end, end <= words.count else {
        throw fields.malformed("cat_boundaries")
      }
      var codes: [Double] = []
      for place in start..<end {
        for bit in 0..<32 where words[place] >> bit & 1 == 1 {
          codes.append(Double((place - start) * 32 + bit))
        }
      }
      sets.append(codes)
    }
    return sets
  }
}
