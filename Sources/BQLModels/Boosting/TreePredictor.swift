import BQLColumnar

/// Computes margins of many rows: blocks of rows against one tree after another.
///
/// Rows are turned row by row, so that the values that a row is asked for lie near each other, and
/// four of them walk a tree at a time: none waits for the others' loads.
struct TreePredictor: Sendable {
  /// A node of 16 bytes; a leaf points at itself, so that rows may wait there.
  private struct Node: BitwiseCopyable {
    var threshold: Double
    /// The feature, and above it a bit where missing values go left.
    var feature: UInt32
    /// The left child; the right one is next to it.
    var child: UInt32
  }

  private static let missingLeft: UInt32 = 1 << 31
  private static let blockRows = 128

  private let nodes: [Node]
  private let values: [Double]
  /// First node and depth of each tree.
  private let trees: [(first: Int, depth: Int)]
  private let model: BoostedTrees
  /// Trees that ask categories are walked one row after another.
  private let asksCategories: [Bool]

  init(_ model: BoostedTrees) {
    self.model = model
    var nodes: [Node] = []
    var values: [Double] = []
    var trees: [(first: Int, depth: Int)] = []
    for tree in model.trees {
      let first = nodes.count
      trees.append((first, tree.depth))
      // Breadth first, so that both children are neighbours.
      var queue = [0]
      var next = 0
      while next < queue.count {
        let node = tree.nodes[queue[next]]
        if node.isLeaf {
          let own = UInt32(truncatingIfNeeded: first + next)
          nodes.append(Node(threshold: .infinity, feature: Self.missingLeft, child: own))
          values.append(node.value)
        } else {
          let child = UInt32(truncatingIfNeeded: first + queue.count)
          let feature = UInt32(bitPattern: node.feature)
          nodes.append(
            Node(
              threshold: node.threshold,
              feature: node.sendsMissingLeft ? feature | Self.missingLeft : feature,
              child: child
            )
          )
          values.append(0)
          queue += [Int(node.left), Int(node.right)]
        }
        next += 1
      }
    }
    self.nodes = nodes
    self.values = values
    self.trees = trees
    asksCategories = model.trees.map { !$0.categorySets.isEmpty }
  }

  /// Returns the margin of each row; asks at every block of rows whether to stop.
  func margins(
    _ table: FeatureTable,
    threads: Int,
    _ interruption: Interruption
  ) throws(ModelError) -> [Double] {
    let blocks = (table.rowCount + Self.blockRows - 1) / Self.blockRows
    let perTask = max(1, min(32, blocks / max(threads * 4, 1)))
    let tasks = (blocks + perTask - 1) / perTask
    let parts = try ParallelWork.map(
      count: tasks,
      threads: threads
    ) { (task) throws(ModelError) -> [Double] in
      var margins: [Double] = []
      for block in task * perTask..<min((task + 1) * perTask, blocks) {
        try interruption.check()
        let first = block * Self.blockRows
        margins += self.margins(table, first..<min(first + Self.blockRows, table.rowCount))
      }
      return margins
    }
    return parts.flatMap { $0 }
  }

  private func margins(_ table: FeatureTable, _ rows: Range<Int>) -> [Double] {
    let width = table.columns.count
    // Whole groups of four: those beyond the last row are walked and forgotten.
    let padded = (rows.count + 3) / 4 * 4
    var turned = [Double](repeating: 0, count: padded * width)
    var output = turned.mutableSpan
    for (column, feature) in table.columns.enumerated() {
      let input = feature.values.span
      var place = column
      for row in rows {
        output[place] = input[row]
        place &+= width
      }
    }
    var margins = [Double](repeating: model.start, count: padded)
    for tree in trees.indices {
      if asksCategories[tree] {
        addPlain(model.trees[tree], turned, width, rows.count, &margins)
      } else {
        walk(tree, turned, width, &margins)
      }
    }
    return Array(margins.prefix(rows.count))
  }

  private func addPlain(
    _ tree: DecisionTree,
    _ turned: [Double],
    _ width: Int,
    _ rows: Int,
    _ margins: inout [Double]
  ) {
    for row in 0..<rows {
      var place = 0
      while tree.nodes[place].feature >= 0 {
        let node = tree.nodes[place]
        let value = turned[row * width + Int(node.feature)]
        place = Int(tree.goesLeft(node, value) ? node.left : node.right)
      }
      margins[row] += tree.nodes[place].value
    }
  }

  private func walk(_ tree: Int, _ turned: [Double], _ width: Int, _ margins: inout [Double]) {
    let nodes = nodes.span
    let rows = turned.span
    let values = values.span
    let (first, depth) = trees[tree]
    var output = margins.mutableSpan
    var row = 0
    while row < output.count {
      let start = row &* width
      var (a, b, c, d) = (first, first, first, first)
      for _ in 0..<depth {
        a = Self.next(nodes, a, rows, start)
        b = Self.next(nodes, b, rows, start &+ width)
        c = Self.next(nodes, c, rows, start &+ 2 &* width)
        d = Self.next(nodes, d, rows, start &+ 3 &* width)
      }
      output[row] += values[a]
      output[row &+ 1] += values[b]
      output[row &+ 2] += values[c]
      output[row &+ 3] += values[d]
      row &+= 4
    }
  }

  // Children lie within the tree and features within the row, as the model was checked for.
  @inline(__always)
  private static func next(
    _ nodes: Span<Node>,
    _ place: Int,
    _ rows: Span<Double>,
    _ start: Int
  ) -> Int {
    let node = unsafe nodes[unchecked: place]
    let value = unsafe rows[unchecked: start &+ Int(node.feature & ~missingLeft)]
    let isMissingRight = value.isNaN && node.feature < missingLeft
    let goesRight = value > node.threshold || isMissingRight
    return Int(node.child) &+ (goesRight ? 1 : 0)
  }
}
