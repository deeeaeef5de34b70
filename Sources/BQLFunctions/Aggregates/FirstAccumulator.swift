import BQLColumnar

/// Keeps the first or the last value in the order of the rows, NULLs left out.
struct FirstAccumulator: Accumulator {
  private let takesLast: Bool
  private var encoder: KeyEncoder
  private var keys: [Int64] = []
  private var isPresent: [Bool] = []

  init(_ type: DataType, takesLast: Bool) {
    self.takesLast = takesLast
    encoder = KeyEncoder(type)
  }

  mutating func grow(to groupCount: Int) {
    keys.grow(to: groupCount, 0)
    isPresent.grow(to: groupCount, false)
  }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    var groups = GroupRows.present(groups, arguments[0])
    if !takesLast {
      // What cannot become a first value need not be encoded, which for texts costs a probe.
      for row in groups.indices where groups[row] >= 0 && isPresent[Int(groups[row])] {
        groups[row] = -1
      }
    }
    let values = encoder.keys(arguments[0], groups: groups)
    for row in groups.indices where groups[row] >= 0 {
      let group = Int(groups[row])
      if takesLast || !isPresent[group] {
        keys[group] = values[row]
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
      if takesLast || !isPresent[target] {
        keys[target] = values[group]
        isPresent[target] = true
      }
    }
  }

  func finish() throws(FunctionError) -> Column {
    encoder.column(keys, validity: Bitmap(isPresent))
  }
}
