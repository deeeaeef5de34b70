/// Counts paths where few are possible: a path is a number, its steps the digits.
struct PackedPaths: Sendable {
  /// Up to so many counters (256 KiB) stay near the processor.
  private static let maximumCount = 1 << 16
  /// A counter waits until its last addition is done, and most paths are alike: so units take turns
  /// at several counters of each path.
  private static let turnCount = 4

  private let symbolCount: Int
  private let stepCount: Int
  /// The bits of a digit.
  private let width: Int
  /// The counters of path *n* stand from *n* · `turnCount` on.
  private var counters: [UInt32]

  /// Prepares paths of up to `stepCount` symbols below `symbolCount`; nil where too many are
  /// possible.
  init?(symbolCount: Int, stepCount: Int, groupCount: Int) {
    // One more digit stands behind the last step of a path that is shorter.
    width = Int.bitWidth - symbolCount.leadingZeroBitCount
    let (bits, overflows) = width.multipliedReportingOverflow(by: stepCount)
    guard !overflows, bits <= Self.maximumCount.trailingZeroBitCount,
      groupCount <= Self.maximumCount >> bits
    else { return nil }
    self.symbolCount = symbolCount
    self.stepCount = stepCount
    counters = [UInt32](repeating: 0, count: (Self.turnCount * groupCount) << bits)
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
    var number = group
    var rest = stepCount &- missing
    for _ in 0..<missing { number = number &<< width | start }
    for row in rows {
      number = number &<< width | Int(truncatingIfNeeded: states[row])
      rest &-= 1
    }
    while rest > 0 {
      number = number &<< width | symbolCount
      rest &-= 1
    }
    counters[number &* Self.turnCount] &+= 1
  }

  /// Counts the path of each unit from its first row and returns how many units have rows; unit *u*
  /// owns `offsets[u]..<offsets[u + 1]` of `states`.
  mutating func countFirstRows<State: FixedWidthInteger>(
    _ states: Span<State>,
    _ offsets: Span<Int32>
  ) -> Int {
    // Units near the end, of which a whole path cannot be read.
    var last = offsets.count - 1
    while last > 0, Int(offsets[last - 1]) + stepCount > states.count { last -= 1 }
    var unitCount = countFirstRows(states, offsets.extracting(0..<(last + 1)), &counters)
    for unit in last..<(offsets.count - 1) where offsets[unit] < offsets[unit + 1] {
      let first = Int(offsets[unit])
      let end = min(Int(offsets[unit + 1]), first + stepCount)
      count(states, first..<end, group: 0, missing: 0, start: 0)
      unitCount += 1
    }
    return unitCount
  }

  /// As ``countFirstRows(_:_:)``, reading as if no unit were shorter than a path: what is of the
  /// next one is masked, so that no branch depends on the unit.
  private func countFirstRows<State: FixedWidthInteger>(
    _ states: Span<State>,
    _ offsets: Span<Int32>,
    _ counters: inout [UInt32]
  ) -> Int {
    var counters = counters.mutableSpan
    // The path of a unit without rows.
    var ends = 0
    for _ in 0..<stepCount { ends = ends << width | symbolCount }
    var unitCount = 0
    for unit in 0..<(offsets.count - 1) {
      let first = Int(offsets[unit])
      let count = min(Int(offsets[unit + 1]) &- first, stepCount)
      guard count > 0 else { continue }
      var number = 0
      for row in first..<(first &+ stepCount) {
        number = number &<< width | Int(truncatingIfNeeded: states[row])
      }
      let rest = ~(-1 &<< ((stepCount &- count) &* width))
      number = number & ~rest | ends & rest
      counters[number &* Self.turnCount | unit & (Self.turnCount - 1)] &+= 1
      unitCount &+= 1
    }
    return unitCount
  }

  /// Adds the paths to a trie.
  func add(to trie: inout PathTrie) {
    var symbols = [Int](repeating: 0, count: stepCount)
    for first in stride(from: 0, to: counters.count, by: Self.turnCount) {
      let count = counters[first..<(first + Self.turnCount)].reduce(0) { $0 + Int($1) }
      guard count > 0 else { continue }
      var rest = first / Self.turnCount
      for place in symbols.indices.reversed() {
        symbols[place] = rest & ((1 << width) - 1)
        rest >>= width
      }
      var node = trie.root(rest)
      for symbol in symbols where symbol < symbolCount { node = trie.child(node, symbol) }
      trie.add(count, at: node)
    }
  }
}
