import BQLColumnar

/// Joins texts in the order of the rows, a separator between each two.
struct TextJoinAccumulator: Accumulator {
  private let separator: [UInt8]
  private var texts: [[UInt8]] = []
  private var isPresent: [Bool] = []

  init(separator: String) {
    self.separator = Array(separator.utf8)
  }

  mutating func grow(to groupCount: Int) {
    texts.grow(to: groupCount, [])
    isPresent.grow(to: groupCount, false)
  }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(groups, arguments[0])
    let cells = arguments[0].texts
    for row in groups.indices where groups[row] >= 0 {
      try append(cells[row], to: Int(groups[row]))
    }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    for (group, target) in mapping.enumerated()
    where target >= 0 && other.isPresent[group] {
      try append(other.texts[group][...], to: Int(target))
    }
  }

  private mutating func append(_ text: Utf8, to group: Int) throws(FunctionError) {
    if texts[group].count + separator.count + text.count > Bytes.limit { throw Bytes.tooLong }
    if isPresent[group] { texts[group].append(contentsOf: separator) }
    texts[group].append(contentsOf: text)
    isPresent[group] = true
  }

  func finish() throws(FunctionError) -> Column {
    var output = TextOutput(count: texts.count)
    for (group, text) in texts.enumerated() {
      if isPresent[group] { output.append(text) } else { output.appendNull() }
    }
    return output.finish()
  }
}
