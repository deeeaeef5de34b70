/// Counts paths where few are possible: a path is a number, its steps the digits.
struct PackedPaths: Sendable {
  /// Up to so many counters (256 KiB) stay near the processor.
  private static let maximumCount = 1 << 16

  private let symbolCount: Int
  private let stepCount: Int
  private var counters: [UInt32]

  /// Prepares paths of up to `stepCount` symbols below `symbolCount`; nil where too many are
  /// possible.
  init?(symbolCount: Int, stepCount: Int, groupCount: Int) {
    // One more digit stands behind the last step of a path that is shorter.
    var count = groupCount
    for _ in 0..<stepCount {
      let (product, overflows) = count.multipliedReportingOverflow(by: symbolCount + 1)
      guard !overflows, product <= Self.maximumCount else { return nil }
      count = product
    }
    guard count <= Self.maximumCount else { return nil }
    self.symbolCount = symbolCount
    self.stepCount = stepCount
    counters = [UInt32](repeating: 0, count: count)
  }

  /// Counts the path of the `missing` first symbols `start`, then of `states[rows]`.
  @inline(__always)
  mutating func count<State: FixedWidthInteger>(
    _ states: Span<State>,
    _ rows: Range<Int>,
    group: Int,
    missing: Int,
    start: Int
  ) {
    let base = symbolCount &+ 1
    var number = group
    var rest = stepCount &- missing
    for _ in 0..<missing { number = number &* base &+ start }
    for row in rows {
      number = number &* base &+ Int(truncatingIfNeeded: states[row])
      rest &-= 1
    }
    while rest > 0 {
      number = number &* base &+ symbolCount
      rest &-= 1
    }
    counters[number] &+= 1
  }

  /// Adds the paths to a trie.
  func add(to trie: inout PathTrie) {
    let base = symbolCount + 1
    var symbols = [Int](repeating: 0, count: stepCount)
    for (number, count) in counters.enumerated() where count > 0 {
      var rest = number
      for place in symbols.indices.reversed() {
        symbols[place] = rest % base
        rest /= base
      }
      var node = trie.root(rest)
      for symbol in symbols where symbol < symbolCount { node = trie.child(node, symbol) }
      trie.add(Int(count), at: node)
    }
  }
}
