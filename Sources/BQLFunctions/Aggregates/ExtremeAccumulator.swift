import BQLColumnar

/// Keeps the smallest or the largest value; texts compare by bytes, NaN is the largest float.
struct ExtremeAccumulator: Accumulator {
  enum End: Sendable {
    case minimum
    case maximum
  }

  private let end: End
  private var encoder: KeyEncoder
  private var keys: [Int64] = []
  private var isPresent: [Bool] = []

  init(_ type: DataType, _ end: End) {
    self.end = end
    encoder = KeyEncoder(type)
  }

  var isOrderFree: Bool { true }

  /// What a group without a value has for a key: nothing comes after it in the order asked for.
  private var none: Int64 { end == .minimum ? .max : .min }

  mutating func grow(to groupCount: Int) {
    keys.grow(to: groupCount, encoder.type == .text ? 0 : none)
    isPresent.grow(to: groupCount, false)
  }

  mutating func update(whole arguments: [Column], count: Int) throws(FunctionError) {
    let column = arguments[0]
    guard encoder.type != .text else {
      return try update(groups: [Int32](repeating: 0, count: count), arguments: arguments)
    }
    guard column.nullCount < count else { return }
    let values = encoder.keys(column, groups: [])
    isPresent[0] = true
    switch end {
    case .minimum: keys[0] = Self.extreme(values, column.validity, keys[0]) { min($0, $1) }
    case .maximum: keys[0] = Self.extreme(values, column.validity, keys[0]) { max($0, $1) }
    }
  }

  /// Returns the extreme of `first` and the values that are present.
  @inline(__always)
  private static func extreme(
    _ values: [Int64],
    _ validity: Bitmap?,
    _ first: Int64,
    _ better: (Int64, Int64) -> Int64
  ) -> Int64 {
    let values = values.span
    // Four at a time: none waits for the one before it.
    var (a, b, c, d) = (first, first, first, first)
    var row = 0
    if let validity {
      var bits: UInt64 = 0
      let words = validity.words.span
      while row < values.count {
        bits = row & 63 == 0 ? words[row >> 6] : bits &>> 1
        a = bits & 1 == 0 ? a : better(a, values[row])
        row &+= 1
      }
      return a
    }
    while row &+ 4 <= values.count {
      a = unsafe better(a, values[unchecked: row])
      b = unsafe better(b, values[unchecked: row &+ 1])
      c = unsafe better(c, values[unchecked: row &+ 2])
      d = unsafe better(d, values[unchecked: row &+ 3])
      row &+= 4
    }
    while row < values.count {
      a = better(a, values[row])
      row &+= 1
    }
    return better(better(a, b), better(c, d))
  }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(groups, arguments[0])
    if encoder.type == .text { return update(groups, arguments[0].texts) }
    let values = encoder.keys(arguments[0], groups: groups)
    switch end {
    case .minimum: update(groups, values) { min($0, $1) }
    case .maximum: update(groups, values) { max($0, $1) }
    }
  }

  @inline(__always)
  private mutating func update(
    _ groups: [Int32],
    _ values: [Int64],
    _ better: (Int64, Int64) -> Int64
  ) {
    let rows = groups.span
    let values = values.span
    precondition(rows.count == values.count, "one group a row")
    var keySpan = keys.mutableSpan
    for row in rows.indices where rows[row] >= 0 {
      let group = Int(rows[row])
      keySpan[group] = better(keySpan[group], values[row])
    }
    var presentSpan = isPresent.mutableSpan
    for row in rows.indices where rows[row] >= 0 { presentSpan[Int(rows[row])] = true }
  }

  /// Encodes only the texts that win, a few of many.
  private mutating func update(_ groups: [Int32], _ texts: TextCells) {
    for row in groups.indices where groups[row] >= 0 {
      let group = Int(groups[row])
      let wins =
        switch (isPresent[group], end) {
        case (false, _): true
        case (true, .minimum): encoder.precedes(texts[row], keys[group])
        case (true, .maximum): encoder.precedes(keys[group], texts[row])
        }
      if wins {
        keys[group] = encoder.key(of: texts[row])
        isPresent[group] = true
      }
    }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    let values = encoder.translated(other.keys, from: other.encoder)
    for (group, target) in mapping.enumerated()
    where target >= 0 && other.isPresent[group] {
      let target = Int(target)
      let wins =
        switch (isPresent[target], end) {
        case (false, _): true
        case (true, .minimum): encoder.precedes(values[group], keys[target])
        case (true, .maximum): encoder.precedes(keys[target], values[group])
        }
      if wins {
        keys[target] = values[group]
        isPresent[target] = true
      }
    }
  }

  func finish() throws(FunctionError) -> Column {
    encoder.column(keys, validity: Bitmap(isPresent))
  }
}
