/// Walks bins instead of values, for rows whose bins are at hand.
struct BinnedTree: Sendable {
  private struct Node {
    var feature: Int32
    var left: Int32
    var right: Int32
  }

  private let nodes: [Node]
  /// Of each node, which bins go left; shape `[nodes * 256]`.
  private let sides: [UInt8]

  init(_ grown: TreeGrower.Grown, _ features: [FeatureBins]) {
    nodes = grown.nodes.map { Node(feature: $0.feature, left: $0.left, right: $0.right) }
    sides = grown.splits.flatMap { split in
      split.map { $0.sides(features[$0.feature].kind) }
        ?? [UInt8](repeating: 0, count: FeatureBand.bins)
    }
  }

  /// Returns the number of the leaf that a row comes to.
  func leaf(_ table: BinnedTable, _ row: Int) -> Int {
    var place = 0
    while nodes[place].feature >= 0 {
      let bin = Int(table.bin(Int(nodes[place].feature), row))
      let isLeft = sides[place &* FeatureBand.bins &+ bin] == 1
      place = Int(isLeft ? nodes[place].left : nodes[place].right)
    }
    return place
  }
}
