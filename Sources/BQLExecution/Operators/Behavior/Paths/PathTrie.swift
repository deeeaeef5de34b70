/// Counts paths by what they consist of: a node is what some paths have in common up to a step.
///
/// Symbols are below `symbolCount`. Where few paths are possible, a node's children stand in an
/// array, else in a hash table; both give a path a few nanoseconds a step.
struct PathTrie: Sendable {
  /// A root's parent.
  static let noParent: UInt32 = .max
  /// Below this many possible nodes, children stand in arrays.
  private static let denseCount = 1 << 20

  private let symbolCount: Int
  private let isDense: Bool
  /// Parent and symbol (of a root: its group) of each node; parents stand before their children.
  private var denseKeys: [UInt64] = []
  /// The child of node *n* for symbol *s* at *n* · `symbolCount` + *s*; 0 for none.
  private var children: [Int32] = []
  private var roots: [Int32] = []
  private var table = KeyNumbers()
  /// The paths that end at each node.
  private(set) var endCounts: [Int] = []

  init(symbolCount: Int, depth: Int, groupCount: Int) {
    self.symbolCount = symbolCount
    var nodes = groupCount
    var level = groupCount
    for _ in 0..<depth where nodes < Self.denseCount {
      let (next, overflows) = level.multipliedReportingOverflow(by: symbolCount)
      level = overflows ? Self.denseCount : next
      nodes = min(nodes + min(level, Self.denseCount), Self.denseCount)
    }
    isDense = nodes < Self.denseCount
    if isDense { roots = [Int32](repeating: -1, count: groupCount) }
  }

  /// The paths counted.
  var pathCount: Int { endCounts.reduce(0, +) }

  var keys: [UInt64] { isDense ? denseKeys : table.keys }

  static func parent(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key >> 32) }

  static func symbol(_ key: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: key)) }

  /// The key of a node below `parent`; −1 is above a root, whose symbol is its group.
  @inline(__always)
  static func key(parent: Int, symbol: Int) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: parent)) << 32 | UInt64(UInt32(truncatingIfNeeded: symbol))
  }

  /// Returns the node of the empty path of a group.
  @inline(__always)
  mutating func root(_ group: Int) -> Int {
    let key = Self.key(parent: -1, symbol: group)
    guard isDense else { return tableNode(key) }
    if roots[group] < 0 { roots[group] = append(key) }
    return Int(roots[group])
  }

  /// Returns the node of a path with one more symbol.
  @inline(__always)
  mutating func child(_ node: Int, _ symbol: Int) -> Int {
    let key = Self.key(parent: node, symbol: symbol)
    guard isDense else { return tableNode(key) }
    let place = node &* symbolCount &+ symbol
    let known = children[place]
    if known != 0 { return Int(known) }
    let made = append(key)
    children[place] = made
    return Int(made)
  }

  /// Counts paths that end at a node.
  @inline(__always)
  mutating func add(_ count: Int, at node: Int) { endCounts[node] &+= count }

  /// Adds the paths of `other`, which has the same symbols, depth and groups.
  mutating func add(_ other: PathTrie) {
    var nodes: [Int] = []
    nodes.reserveCapacity(other.keys.count)
    for (index, key) in other.keys.enumerated() {
      let parent = Self.parent(key)
      let node =
        parent == Self.noParent
        ? root(Self.symbol(key)) : child(nodes[Int(parent)], Self.symbol(key))
      nodes.append(node)
      add(other.endCounts[index], at: node)
    }
  }

  private mutating func tableNode(_ key: UInt64) -> Int {
    let node = table.number(of: key)
    if node == endCounts.count { endCounts.append(0) }
    return node
  }

  private mutating func append(_ key: UInt64) -> Int32 {
    let node = Int32(truncatingIfNeeded: denseKeys.count)
    denseKeys.append(key)
    endCounts.append(0)
    children.append(contentsOf: repeatElement(0, count: symbolCount))
    return node
  }
}
