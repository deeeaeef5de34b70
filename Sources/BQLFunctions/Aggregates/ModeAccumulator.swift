import BQLColumnar

/// Finds the most frequent value; of several the smallest, texts by bytes.
struct ModeAccumulator: Accumulator {
  private var encoder: KeyEncoder
  private var pairs = PairSet()
  /// How often each pair of ``pairs`` came.
  private var counts: [Int64] = []
  private var groupCount = 0

  var byteCount: Int { pairs.count * 28 }

  init(_ type: DataType) {
    encoder = KeyEncoder(type)
  }

  mutating func grow(to groupCount: Int) { self.groupCount = max(self.groupCount, groupCount) }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(groups, arguments[0])
    let keys = encoder.keys(arguments[0], groups: groups)
    for row in groups.indices where groups[row] >= 0 { try add(groups[row], keys[row], 1) }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    let keys = encoder.translated(other.pairs.keys, from: other.encoder)
    for (position, group) in other.pairs.groups.enumerated() where mapping[Int(group)] >= 0 {
      try add(mapping[Int(group)], keys[position], other.counts[position])
    }
  }

  private mutating func add(
    _ group: Int32,
    _ key: Int64,
    _ count: Int64
  ) throws(FunctionError) {
    let (position, isNew) = try pairs.insert(group, key)
    if isNew { counts.append(count) } else { counts[position] += count }
  }

  func finish() throws(FunctionError) -> Column {
    var best = [Int?](repeating: nil, count: groupCount)
    for (position, group) in pairs.groups.enumerated() {
      let group = Int(group)
      guard let leader = best[group] else {
        best[group] = position
        continue
      }
      if counts[position] > counts[leader]
        || counts[position] == counts[leader]
          && encoder.precedes(pairs.keys[position], pairs.keys[leader])
      {
        best[group] = position
      }
    }
    let keys = best.map { $0.map { pairs.keys[$0] } ?? 0 }
    return encoder.column(keys, validity: Bitmap(best.map { $0 != nil }))
  }
}
