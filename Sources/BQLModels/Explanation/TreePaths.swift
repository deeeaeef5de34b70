/// Holds the ways to the leaves of a tree, a feature of a way told once.
///
/// A tree is a sum of leaves, and a leaf a product: of its value, and of whether the row meets the
/// conditions of each feature on its way. Without a feature, the share of the training rows that
/// meet its conditions takes the place of the answer.
struct TreePaths: Sendable {
  /// One way; ``features``, ``shares`` and conditions of its elements lie at `elements`.
  struct Leaf: Sendable {
    var value: Double
    var elements: Range<Int>
  }

  /// Bits of the tree's decisions that must be as expected.
  struct Condition: Sendable {
    var word: Int32
    var mask: UInt64
    var expected: UInt64
  }

  let tree: DecisionTree
  /// The nodes that are no leaves; bit `k` of the decisions is that of `splits[k]`.
  let splits: [Int]
  let leaves: [Leaf]
  let features: [Int32]
  /// Of the training rows that come to the feature's splits on the way, how many go on.
  let shares: [Double]
  let conditions: [Condition]
  /// Where the conditions of each element end.
  let conditionEnds: [Int32]
  /// The mean of the leaves' values over the training rows.
  let expected: Double

  var wordCount: Int { (splits.count + 63) / 64 }

  /// Whether each element has one condition: its own.
  var isSmall: Bool { splits.count <= 64 }

  /// Follows the ways of a tree.
  ///
  /// - Throws: ``ModelError/parameter(_:)`` where a split does not know how many training rows it
  ///   had, as the tree of a file may.
  init(_ tree: DecisionTree) throws(ModelError) {
    self.tree = tree
    splits = tree.nodes.indices.filter { !tree.nodes[$0].isLeaf }
    var bits = [Int](repeating: 0, count: tree.nodes.count)
    for (bit, node) in splits.enumerated() { bits[node] = bit }
    var parents = [Int](repeating: -1, count: tree.nodes.count)
    for node in splits {
      guard tree.nodes[node].rows > 0 else { throw .parameter("rows") }
      parents[Int(tree.nodes[node].left)] = node
      parents[Int(tree.nodes[node].right)] = node
    }
    var leaves: [Leaf] = []
    var features: [Int32] = []
    var shares: [Double] = []
    var conditions: [Condition] = []
    var conditionEnds: [Int32] = []
    var expected = 0.0
    for leaf in tree.nodes.indices where tree.nodes[leaf].isLeaf {
      let elements = Self.elements(to: leaf, tree, parents, bits)
      let start = features.count
      var share = 1.0
      for element in elements {
        features.append(element.feature)
        shares.append(element.share)
        conditions += element.conditions
        conditionEnds.append(Int32(truncatingIfNeeded: conditions.count))
        share *= element.share
      }
      leaves.append(Leaf(value: tree.nodes[leaf].value, elements: start..<features.count))
      expected += share * tree.nodes[leaf].value
    }
    self.leaves = leaves
    self.features = features
    self.shares = shares
    self.conditions = conditions
    self.conditionEnds = conditionEnds
    self.expected = expected
  }

  private struct Element {
    var feature: Int32
    var share: Double
    var conditions: [Condition]
  }

  /// Collects the features from a leaf to the root.
  private static func elements(
    to leaf: Int,
    _ tree: DecisionTree,
    _ parents: [Int],
    _ bits: [Int]
  ) -> [Element] {
    var elements: [Element] = []
    var (node, parent) = (leaf, parents[leaf])
    while parent >= 0 {
      let split = tree.nodes[parent]
      let share = tree.nodes[node].rows / split.rows
      let word = Int32(truncatingIfNeeded: bits[parent] / 64)
      let mask: UInt64 = 1 << UInt64(bits[parent] % 64)
      let expected = Int(split.left) == node ? mask : 0
      if let own = elements.firstIndex(where: { $0.feature == split.feature }) {
        elements[own].share *= share
        if let same = elements[own].conditions.firstIndex(where: { $0.word == word }) {
          elements[own].conditions[same].mask |= mask
          elements[own].conditions[same].expected |= expected
        } else {
          elements[own].conditions.append(Condition(word: word, mask: mask, expected: expected))
        }
      } else {
        let condition = Condition(word: word, mask: mask, expected: expected)
        elements.append(Element(feature: split.feature, share: share, conditions: [condition]))
      }
      (node, parent) = (parent, parents[parent])
    }
    return elements
  }

  /// Writes which splits a row goes left at, a bit each.
  @inline(__always)
  func decide(_ row: Span<Double>, _ start: Int, _ words: inout MutableSpan<UInt64>) {
    for word in words.indices { words[word] = 0 }
    for bit in splits.indices {
      let node = tree.nodes[splits[bit]]
      let isLeft = tree.goesLeft(node, row[start &+ Int(node.feature)])
      words[bit &>> 6] |= (isLeft ? 1 : 0) &<< UInt64(bit & 63)
    }
  }

  /// Tells whether a row meets the conditions of an element.
  @inline(__always)
  func isMet(_ element: Int, _ words: Span<UInt64>) -> Bool {
    let start = element == 0 ? 0 : Int(conditionEnds[element &- 1])
    for place in start..<Int(conditionEnds[element]) {
      let condition = conditions[place]
      if (words[Int(condition.word)] ^ condition.expected) & condition.mask != 0 { return false }
    }
    return true
  }
}
