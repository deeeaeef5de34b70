import BQLColumnar

/// Prepares the group numbers of a chunk for an accumulator's loop.
enum GroupRows {
  /// Returns the groups with those of NULL rows made negative, so that one test a row leaves out
  /// both what a FILTER removed and what holds no value.
  static func present(_ groups: [Int32], _ column: Column) -> [Int32] {
    guard let validity = column.validity else { return groups }
    var present = groups
    for (index, word) in validity.words.enumerated() where word != .max {
      let first = index << 6
      for row in first..<min(first + 64, present.count) where word >> UInt64(row & 63) & 1 == 0 {
        present[row] = -1
      }
    }
    return present
  }

  /// Reports an accumulator of another kind in `combine`.
  static func mismatch(_ other: any Accumulator) -> Never {
    preconditionFailure("accumulators of two kinds cannot be combined: \(type(of: other))")
  }
}

extension Array {
  /// Appends `value` until there are `count` elements.
  mutating func grow(to count: Int, _ value: Element) {
    if count > self.count { append(contentsOf: repeatElement(value, count: count - self.count)) }
  }
}

extension Bitmap {
  /// Marks the groups that have a value.
  init(_ bools: [Bool]) {
    self.init(repeating: false, count: bools.count)
    for (index, bool) in bools.enumerated() where bool { self[index] = true }
  }
}
