/// Measures how far two partitions of the same rows agree, beyond chance.
package enum AdjustedRand {
  /// Returns the adjusted Rand index of two labelings: 1 for equal partitions, 0 on average for
  /// independent ones.
  ///
  /// Counts of pairs of rows: `2 (ad − bc) / ((a + b)(b + d) + (a + c)(c + d))` with `a` together in
  /// both, `d` in neither, `b`, `c` in one. Labels may be any numbers from 0; rows with a negative
  /// label in either are left out. 1 where both partitions say the same of every pair.
  ///
  /// - Returns: Nil when no row is left.
  /// - Throws: ``ModelError/shape(expected:found:)`` of lists of different length.
  /// - Complexity: O(*n*).
  ///
  /// Source: L. Hubert, P. Arabie, *Journal of Classification* 2, 1985, doi:10.1007/BF01908075.
  package static func index(_ first: [Int32], _ second: [Int32]) throws(ModelError) -> Double? {
    guard first.count == second.count else {
      throw .shape(expected: first.count, found: second.count)
    }
    var cells: [UInt64: Int] = [:]
    var (rows, columns): ([Int32: Int], [Int32: Int]) = ([:], [:])
    let width = Int(second.max() ?? 0) + 1
    let height = Int(first.max() ?? 0) + 1
    // Few clusters, as ever: cells of a table rather than of a dictionary.
    let isSmall = width > 0 && height > 0 && width <= 1024 && height <= 1024
    var table = [Int](repeating: 0, count: isSmall ? width * height : 0)
    var count = 0
    for row in first.indices where first[row] >= 0 && second[row] >= 0 {
      count += 1
      if isSmall {
        table[Int(first[row]) * width + Int(second[row])] += 1
      } else {
        cells[UInt64(first[row]) << 32 | UInt64(second[row]), default: 0] += 1
      }
    }
    guard count > 0 else { return nil }
    for (index, size) in table.enumerated() where size > 0 {
      cells[UInt64(index / width) << 32 | UInt64(index % width)] = size
    }
    for (cell, size) in cells {
      rows[Int32(truncatingIfNeeded: cell >> 32), default: 0] += size
      columns[Int32(truncatingIfNeeded: cell), default: 0] += size
    }
    let together = pairs(cells.values)
    let firstOnly = pairs(rows.values) - together
    let secondOnly = pairs(columns.values) - together
    if firstOnly == 0, secondOnly == 0 { return 1 }
    let apart = pairs([count]) - together - firstOnly - secondOnly
    let (a, b, c, d) = (Double(together), Double(firstOnly), Double(secondOnly), Double(apart))
    return 2 * (a * d - b * c) / ((a + b) * (b + d) + (a + c) * (c + d))
  }

  /// The number of pairs within groups of the given sizes; exact, for it stays below 2⁶².
  private static func pairs(_ sizes: some Sequence<Int>) -> Int {
    sizes.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
  }
}
