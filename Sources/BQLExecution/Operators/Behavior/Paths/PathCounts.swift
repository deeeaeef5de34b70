/// Says how many paths have what at which step: a trie's counts, brought together.
struct PathCounts {
  /// Counts of one group or, in a comparison, of two.
  struct Counts {
    var first = 0
    var second = 0
    /// Those that came there, or made the move, at this step.
    var moves = 0

    var all: Int { first + second }

    static func += (counts: inout Counts, other: Counts) {
      counts.first += other.first
      counts.second += other.second
      counts.moves += other.moves
    }
  }

  /// What stands at a step: a state's number, or one of these.
  static let start = -1
  static let other = -2
  static let end = -3

  let stepCount: Int
  /// The paths of each group of the answer.
  private(set) var populations: [Counts]
  /// Nodes of the trie, parents before children.
  private var parents: [Int] = []
  private var symbols: [Int] = []
  /// The column of a node, from 0; −1 for a root.
  private var columns: [Int] = []
  private var groups: [Int] = []
  /// The paths that end at a node, and those that go through it or end there.
  private var ends: [Counts] = []
  private var passes: [Counts] = []

  /// Reads a trie; `place` tells the group of the answer that a root's group is part of, and
  /// `weights` which of the two groups of a comparison it is part of.
  ///
  /// Where several roots are of one group of the answer, their like paths become one.
  init(
    _ trie: PathTrie,
    stepCount: Int,
    startSymbol: Int,
    groupCount: Int,
    place: (Int) -> (group: Int, weights: (Int, Int))
  ) {
    self.stepCount = stepCount
    populations = [Counts](repeating: Counts(), count: groupCount)
    let keys = trie.keys
    let rootCount = keys.count { PathTrie.parent($0) == PathTrie.noParent }
    var merged: KeyNumbers? = rootCount > groupCount ? KeyNumbers() : nil
    var nodes: [Int] = []
    var weights: [(Int, Int)] = []
    for (index, key) in keys.enumerated() {
      let isRoot = PathTrie.parent(key) == PathTrie.noParent
      let symbol = PathTrie.symbol(key)
      let place = isRoot ? place(symbol) : nil
      let parent = isRoot ? -1 : nodes[Int(PathTrie.parent(key))]
      let own = PathTrie.key(parent: parent, symbol: place?.group ?? symbol)
      let node = merged?.number(of: own) ?? index
      if node == parents.count {
        parents.append(parent)
        symbols.append(isRoot || symbol == startSymbol ? Self.start : symbol)
        columns.append(isRoot ? -1 : columns[parent] + 1)
        groups.append(place?.group ?? groups[parent])
        ends.append(Counts())
      }
      nodes.append(node)
      weights.append(place?.weights ?? weights[Int(PathTrie.parent(key))])
      let count = trie.endCounts[index]
      ends[node] += Counts(first: count * weights[index].0, second: count * weights[index].1)
    }
    passes = ends
    for node in parents.indices.reversed() {
      if parents[node] >= 0 {
        passes[parents[node]] += passes[node]
      } else {
        populations[groups[node]] += passes[node]
      }
    }
  }

  /// Returns the counts of what stands at each step of each group: `(end)` and `(start)` included,
  /// nothing left out.
  func steps() -> [[[Int: Counts]]] {
    var found = emptyColumns([Int: Counts].self, columns: stepCount)
    for node in parents.indices where columns[node] >= 0 {
      var counts = passes[node]
      counts.moves = isMove(to: node) ? counts.all : 0
      found[groups[node]][columns[node]][symbols[node], default: Counts()] += counts
      guard columns[node] + 1 < stepCount, symbols[node] != Self.start else { continue }
      found[groups[node]][columns[node] + 1][Self.end, default: Counts()].moves += ends[node].all
    }
    for group in found.indices {
      for column in 0..<stepCount {
        var rest = populations[group]
        for counts in found[group][column].values {
          rest.first -= counts.first
          rest.second -= counts.second
        }
        if rest.all > 0 {
          found[group][column][Self.end, default: Counts()] += Counts(
            first: rest.first,
            second: rest.second
          )
        }
      }
    }
    return found
  }

  /// Returns the counts of the moves from each column to the next; `name` says what a state of a
  /// group's column is called in the answer: itself or `(other)`.
  func edges(_ name: (_ group: Int, _ column: Int, _ symbol: Int) -> Int) -> [[[Edge: Counts]]] {
    var found = emptyColumns([Edge: Counts].self, columns: max(stepCount - 1, 0))
    for node in parents.indices where columns[node] >= 0 {
      let (group, column) = (groups[node], columns[node])
      let own = name(group, column, symbols[node])
      if column > 0 {
        let edge = Edge(from: name(group, column - 1, symbols[parents[node]]), to: own)
        var counts = passes[node]
        counts.moves = isMove(to: node) ? counts.all : 0
        found[group][column - 1][edge, default: Counts()] += counts
      }
      if column + 1 < stepCount, ends[node].all > 0 {
        var counts = ends[node]
        counts.moves = counts.all
        found[group][column][Edge(from: own, to: Self.end), default: Counts()] += counts
      }
    }
    for group in found.indices {
      for column in found[group].indices {
        var rest = populations[group]
        for counts in found[group][column].values {
          rest.first -= counts.first
          rest.second -= counts.second
        }
        guard rest.all > 0 else { continue }
        let edge = Edge(from: Self.end, to: Self.end)
        found[group][column][edge, default: Counts()] += rest
      }
    }
    return found
  }

  /// Holds what stands at a step and at the next.
  struct Edge: Hashable {
    var from: Int
    var to: Int
  }

  /// Holds the most frequent paths of a group, and what the others have together.
  struct Sequences {
    var nodes: [Int] = []
    var others = Counts()
    var otherCount = 0
  }

  /// Returns each group's most frequent paths, the most frequent first.
  ///
  /// Of equally frequent paths the shorter comes first, then the one whose states, read from the
  /// last, have the smaller codes.
  func sequences(keep: Int) -> [Sequences] {
    var found = [Sequences](repeating: Sequences(), count: populations.count)
    for node in parents.indices where ends[node].all > 0 {
      let group = groups[node]
      found[group].otherCount += 1
      found[group].others += ended(node)
      let count = found[group].nodes.count
      if count == keep, !isBefore(node, found[group].nodes[keep - 1]) { continue }
      var low = 0
      var high = count
      while low < high {
        let middle = (low + high) / 2
        if isBefore(node, found[group].nodes[middle]) { high = middle } else { low = middle + 1 }
      }
      found[group].nodes.insert(node, at: low)
      if count == keep { found[group].nodes.removeLast() }
    }
    for group in found.indices {
      found[group].otherCount -= found[group].nodes.count
      for node in found[group].nodes {
        let own = ended(node)
        found[group].others.first -= own.first
        found[group].others.second -= own.second
        found[group].others.moves -= own.moves
      }
    }
    return found
  }

  /// The paths that end at a node, with the moves that they make.
  func ended(_ node: Int) -> Counts {
    var counts = ends[node]
    counts.moves = counts.all * moves(node)
    return counts
  }

  /// The symbols of a node's path, without those before its first row.
  func path(_ node: Int) -> [Int] {
    var path: [Int] = []
    var node = node
    while columns[node] >= 0, symbols[node] != Self.start {
      path.append(symbols[node])
      node = parents[node]
    }
    return path.reversed()
  }

  /// Whether the path begins within its columns, and whether it ends there.
  func isOpen(_ node: Int) -> (begins: Bool, ends: Bool) {
    (length(node) < columns[node] + 1, columns[node] + 1 < stepCount)
  }

  /// The moves of a path: one less than its steps.
  private func moves(_ node: Int) -> Int { max(length(node) - 1, 0) }

  private func length(_ node: Int) -> Int {
    var length = 0
    var node = node
    while columns[node] >= 0, symbols[node] != Self.start {
      length += 1
      node = parents[node]
    }
    return length
  }

  private func isMove(to node: Int) -> Bool {
    columns[node] > 0 && symbols[node] != Self.start && symbols[parents[node]] != Self.start
  }

  private func isBefore(_ first: Int, _ second: Int) -> Bool {
    let counts = (ends[first].all, ends[second].all)
    if counts.0 != counts.1 { return counts.0 > counts.1 }
    if columns[first] != columns[second] { return columns[first] < columns[second] }
    var (first, second) = (first, second)
    while first >= 0, second >= 0, first != second {
      if symbols[first] != symbols[second] { return symbols[first] < symbols[second] }
      first = parents[first]
      second = parents[second]
    }
    return false
  }

  private func emptyColumns<Key: Hashable>(
    _ type: [Key: Counts].Type,
    columns: Int
  ) -> [[[Key: Counts]]] {
    [[[Key: Counts]]](
      repeating: [[Key: Counts]](repeating: [:], count: columns),
      count: populations.count
    )
  }
}
