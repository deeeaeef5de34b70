import BQLColumnar

/// Holds the rows of a join's smaller side by their keys.
///
/// Rows of equal keys are a group. Rows without a group, a key being NULL, are in none.
struct JoinTable: Sendable {
  /// Where several keys pack into one number: how, and the group of each.
  private let packed: (keys: JoinKeyPacking, lookup: IntLookup)?
  /// Else one a key.
  private let lookups: [KeyLookup]
  /// Lookup *i* finds (group of the first *i* + 1 keys, number in key *i* + 1).
  private var pairs: [IntLookup] = []
  /// The rows there are, whether or not they have a group.
  let rowCount: Int
  let groupCount: Int
  /// The group of each row, −1 for none.
  let groups: [Int32]
  /// Whether no group has two rows.
  let isUnique: Bool
  /// The rows of group *g* are `rows[starts[g]..<starts[g + 1]]`, ascending.
  private(set) var starts: [Int32] = []
  private(set) var rows: [Int32] = []

  /// Groups `rowCount` rows by key columns; without any, all rows are one group.
  ///
  /// `keepsRows` says whether the rows of a group will be asked for.
  init(_ columns: [Column], matchesNull: [Bool], rowCount: Int, keepsRows: Bool) {
    self.rowCount = rowCount
    var groups = [Int32](repeating: 0, count: columns.isEmpty ? rowCount : 0)
    var count = columns.isEmpty ? (rowCount > 0 ? 1 : 0) : 0
    var lookups: [KeyLookup] = []
    var packed: (keys: JoinKeyPacking, lookup: IntLookup)?
    if columns.count > 1, let packing = JoinKeyPacking(columns, matchesNull: matchesNull) {
      let keys = packing.keys(columns, count: rowCount)
      let lookup = IntLookup(keys, isValid: { keys[$0] >= 0 }, numbers: &groups)
      packed = (packing, lookup)
      count = lookup.count
    }
    for (index, column) in columns.enumerated() where packed == nil {
      var numbers: [Int32] = []
      lookups.append(KeyLookup(column, matchesNull: matchesNull[index], numbers: &numbers))
      if index == 0 {
        groups = numbers
        count = lookups[0].count
        continue
      }
      let keys = Self.joined(groups, numbers)
      let lookup = IntLookup(keys, isValid: { keys[$0] >= 0 }, numbers: &groups)
      pairs.append(lookup)
      count = lookup.count
    }
    self.packed = packed
    self.lookups = lookups
    self.groups = groups
    groupCount = count
    let grouped = groups.reduce(0) { $0 + ($1 >= 0 ? 1 : 0) }
    isUnique = grouped == count
    guard keepsRows else { return }
    var starts = [Int32](repeating: 0, count: count + 1)
    for group in groups where group >= 0 { starts[Int(group) + 1] += 1 }
    for group in 0..<count { starts[group + 1] += starts[group] }
    var next = starts
    var rows = [Int32](repeating: 0, count: grouped)
    for row in groups.indices where groups[row] >= 0 {
      let group = Int(groups[row])
      rows[Int(next[group])] = Int32(truncatingIfNeeded: row)
      next[group] += 1
    }
    self.starts = starts
    self.rows = rows
  }

  /// Returns the group of each row of other key columns, −1 where it has none.
  func find(_ columns: [Column], count: Int) -> [Int32] {
    guard let first = columns.first else {
      return [Int32](repeating: groupCount > 0 ? 0 : -1, count: count)
    }
    if let packed { return packed.lookup.find(packed.keys.keys(columns, count: count)) }
    var groups = lookups[0].find(first)
    for index in columns.indices.dropFirst() {
      let numbers = lookups[index].find(columns[index])
      // −1 in either makes a negative key, which no row of the table has.
      groups = pairs[index - 1].find(Self.joined(groups, numbers))
    }
    return groups
  }

  /// Packs two numbers into one; negative where either is.
  private static func joined(_ first: [Int32], _ second: [Int32]) -> [Int64] {
    first.indices.map { row in
      first[row] < 0 || second[row] < 0 ? -1 : Int64(first[row]) << 32 | Int64(second[row])
    }
  }
}
