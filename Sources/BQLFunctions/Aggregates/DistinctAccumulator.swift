import BQLColumnar

/// Collects the distinct values of each group, and at the end counts them or lets another
/// accumulator see each once, in order of first appearance.
struct DistinctAccumulator: Accumulator {
  private var encoder: KeyEncoder
  private var pairs = PairSet()
  /// The last key of each group: in a log clustered by user a value comes many times in a row, and
  /// comparing costs less than a probe.
  private var lastKeys: [Int64] = []
  private var hasLast: [Bool] = []
  /// nil: count them.
  private let inner: (any Accumulator)?

  /// Makes an accumulator of values of `type` for `inner`, which must be empty; without one it
  /// counts.
  init(_ type: DataType, inner: (any Accumulator)? = nil) {
    encoder = KeyEncoder(type)
    self.inner = inner
  }

  mutating func grow(to groupCount: Int) {
    lastKeys.grow(to: groupCount, 0)
    hasLast.grow(to: groupCount, false)
  }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(groups, arguments[0])
    let keys = encoder.keys(arguments[0], groups: groups)
    for row in groups.indices where groups[row] >= 0 {
      let group = Int(groups[row])
      if hasLast[group], lastKeys[group] == keys[row] { continue }
      lastKeys[group] = keys[row]
      hasLast[group] = true
      _ = try pairs.insert(groups[row], keys[row])
    }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    var translation = encoder.translation(from: other.encoder)
    var block: [(group: Int32, key: Int64)] = []
    let blockSize = 64
    block.reserveCapacity(blockSize)
    for (position, group) in other.pairs.groups.enumerated() {
      let target = mapping[Int(group)]
      guard target >= 0 else { continue }
      let key = other.pairs.keys[position]
      block.append((target, translation.key(key, &encoder)))
      if block.count == blockSize {
        try pairs.insert(block)
        block.removeAll(keepingCapacity: true)
      }
    }
    try pairs.insert(block)
  }

  var distinctPairs: (groups: [Int32], values: Column)? {
    inner == nil ? (pairs.groups, encoder.column(pairs.keys)) : nil
  }

  func finish() throws(FunctionError) -> Column {
    if var inner {
      inner.grow(to: lastKeys.count)
      try inner.update(groups: pairs.groups, arguments: [encoder.column(pairs.keys)])
      return try inner.finish()
    }
    var counts = [Int64](repeating: 0, count: lastKeys.count)
    for group in pairs.groups { counts[Int(group)] += 1 }
    return Column(ints: counts)
  }
}
