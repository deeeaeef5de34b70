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

  mutating func grow(to groupCount: Int) {
    keys.grow(to: groupCount, 0)
    isPresent.grow(to: groupCount, false)
  }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(groups, arguments[0])
    if encoder.type == .text { return update(groups, arguments[0].texts) }
    let values = encoder.keys(arguments[0], groups: groups)
    switch end {
    case .minimum: update(groups, values) { $0 < $1 }
    case .maximum: update(groups, values) { $0 > $1 }
    }
  }

  @inline(__always)
  private mutating func update(
    _ groups: [Int32],
    _ values: [Int64],
    _ beats: (Int64, Int64) -> Bool
  ) {
    for row in groups.indices where groups[row] >= 0 {
      let group = Int(groups[row])
      if !isPresent[group] || beats(values[row], keys[group]) {
        keys[group] = values[row]
        isPresent[group] = true
      }
    }
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
