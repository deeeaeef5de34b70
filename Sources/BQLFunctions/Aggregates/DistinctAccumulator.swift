import BQLColumnar

/// Collects the distinct values of each group, and at the end counts them or lets another
/// accumulator see each once, in order of first appearance.
struct DistinctAccumulator: Accumulator {
  private var encoder: KeyEncoder
  /// Gives keys dense codes, of which pairs with groups are made.
  private var codes = CodeTable()
  private var pairs = PairTable()
  /// Whether ``pairs`` is in use; until there is a second group, each code is a pair with group 0.
  private var hasPairs = false
  private var groupCount = 0

  var byteCount: Int { (codes.count + pairs.count) * 24 }
  /// nil: count them.
  private let inner: (any Accumulator)?

  /// Makes an accumulator of values of `type` for `inner`, which must be empty; without one it
  /// counts.
  init(_ type: DataType, inner: (any Accumulator)? = nil) {
    encoder = KeyEncoder(type)
    self.inner = inner
  }

  var isOrderFree: Bool { inner == nil }

  mutating func grow(to groupCount: Int) { self.groupCount = max(self.groupCount, groupCount) }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let column = arguments[0]
    if groups.allSatisfy({ $0 >= 0 }), encoder.takesIntegers(of: column) {
      insert(groups, column)
    } else {
      let present = GroupRows.present(groups, column)
      let keys = encoder.keys(column, groups: present)
      let rows = present.indices.filter { present[$0] >= 0 }
      insert(rows.map { present[$0] }, Column(ints: rows.map { keys[$0] }))
    }
  }

  mutating func update(whole arguments: [Column], count: Int) throws(FunctionError) {
    guard groupCount == 1, encoder.takesIntegers(of: arguments[0]) else {
      return try update(groups: [Int32](repeating: 0, count: count), arguments: arguments)
    }
    _ = codes.codes(arguments[0])
  }

  /// Adds pairs; NULL makes pairs of its own, which ``content`` leaves out.
  private mutating func insert(_ groups: [Int32], _ keys: Column) {
    if groupCount == 1 {
      _ = codes.codes(keys)
      return
    }
    if !hasPairs {
      hasPairs = true
      let known = (0..<codes.count).map { Int32(truncatingIfNeeded: $0) }
      var first = [Int32](repeating: 0, count: known.count)
      pairs.join(&first, groupCount: 1, known, codeCount: max(known.count, 1))
    }
    let found = codes.codes(keys)
    var joined = groups
    pairs.join(&joined, groupCount: groupCount, found, codeCount: codes.count)
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    var translation = encoder.translation(from: other.encoder)
    let (groups, keys) = other.content
    var ownGroups: [Int32] = []
    var ownKeys: [Int64] = []
    for (group, key) in zip(groups, keys) where mapping[Int(group)] >= 0 {
      ownGroups.append(mapping[Int(group)])
      ownKeys.append(translation.key(key, &encoder))
    }
    insert(ownGroups, Column(ints: ownKeys))
  }

  var distinctPairs: (groups: [Int32], values: Column)? {
    guard inner == nil else { return nil }
    let (groups, keys) = content
    return (groups, encoder.column(keys))
  }

  /// The group and the key of each pair, in order of first appearance.
  private var content: (groups: [Int32], keys: [Int64]) {
    let known = codes.keys
    if !hasPairs {
      var keys = Rows.map(known) { Int64(bitPattern: $0) }
      if codes.nullCode >= 0 { keys.remove(at: Int(codes.nullCode)) }
      return ([Int32](repeating: 0, count: keys.count), keys)
    }
    var groups: [Int32] = []
    var keys: [Int64] = []
    groups.reserveCapacity(pairs.count)
    keys.reserveCapacity(pairs.count)
    // −1, which no code is, where NULL was not met.
    let nullCode = UInt64(UInt32(bitPattern: codes.nullCode))
    for pair in pairs.pairs where pair & 0xFFFF_FFFF != nullCode {
      groups.append(Int32(truncatingIfNeeded: pair >> 32))
      keys.append(Int64(bitPattern: known[Int(pair & 0xFFFF_FFFF)]))
    }
    return (groups, keys)
  }

  func finish() throws(FunctionError) -> Column {
    let (groups, keys) = content
    if var inner {
      inner.grow(to: groupCount)
      try inner.update(groups: groups, arguments: [encoder.column(keys)])
      return try inner.finish()
    }
    var counts = [Int64](repeating: 0, count: groupCount)
    for group in groups { counts[Int(group)] += 1 }
    return Column(ints: counts)
  }
}
