package import BQLColumnar
import BQLFunctions

/// Gives each distinct row of key columns a dense group 0, 1, … in order of first appearance.
///
/// Where the keys of a row fit into one number they are packed and looked up at once. Else each
/// column's values get codes of their own, which are joined pair by pair, so that a row costs one
/// small probe a column, whatever the types.
package struct GroupTable: Sendable {
  private var packed = PackedKeys()
  private var isPacked: Bool
  private var coders: [KeyCoder]
  /// Table *i* maps (group of the first *i* + 1 columns, code in column *i* + 1) to a group.
  private var pairs: [PairTable]

  /// Makes a table of key columns of these types.
  package init(types: [DataType]) {
    coders = types.map(KeyCoder.init)
    pairs = [PairTable](repeating: PairTable(), count: max(types.count - 1, 0))
    isPacked = types.count > 1 && !types.contains(.float)
  }

  /// The number of groups; one without key columns.
  package var count: Int {
    isPacked ? packed.count : pairs.last?.count ?? coders.first?.count ?? 1
  }

  /// Bytes of the keys and of the tables that find them, about.
  var byteCount: Int { count * 40 * coders.count }

  /// Returns one group a row.
  package mutating func groups(for columns: [Column], count rows: Int) -> [Int32] {
    if isPacked {
      if let groups = packed.groups(for: columns, count: rows) { return groups }
      isPacked = false
      // The groups so far, in their order, get the same numbers.
      if packed.count > 0 { _ = joined(packed.keyColumns(), count: packed.count) }
      packed = PackedKeys()
    }
    return joined(columns, count: rows)
  }

  private mutating func joined(_ columns: [Column], count rows: Int) -> [Int32] {
    guard let first = columns.first else { return [Int32](repeating: 0, count: rows) }
    var groups = coders[0].codes(for: first)
    for index in columns.indices.dropFirst() {
      let codes = coders[index].codes(for: columns[index])
      pairs[index - 1].join(
        &groups,
        groupCount: index == 1 ? coders[0].count : pairs[index - 2].count,
        codes,
        codeCount: coders[index].count
      )
    }
    return groups
  }

  /// Returns the key columns, one row a group.
  package func keyColumns() -> [Column] {
    if isPacked {
      return packed.count > 0
        ? packed.keyColumns() : coders.map { $0.values() }
    }
    guard !coders.isEmpty else { return [] }
    var groups = (0..<count).map { Int32(truncatingIfNeeded: $0) }
    var columns: [Column] = []
    for index in coders.indices.dropFirst().reversed() {
      let known = pairs[index - 1].pairs
      let keys = groups.map { known[Int($0)] }
      columns.append(
        coders[index].values().gather(keys.map { Int32(truncatingIfNeeded: $0) })
      )
      groups = keys.map { Int32(truncatingIfNeeded: $0 >> 32) }
    }
    columns.append(coders[0].values().gather(groups))
    return columns.reversed()
  }
}
