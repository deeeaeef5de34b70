import BQLColumnar
import BQLFunctions

/// Holds the values of one column in some rows, group by group: each distinct value once, ascending,
/// with the number of rows that have it.
struct ValueRuns: Sendable {
  /// Rows after which it shows whether values repeat.
  private static let sampleRows = 1 << 14

  /// What keys are codes of, for texts; until ``rank(_:)``, after which they are ranks.
  private(set) var dictionary: TextDictionary?
  private let isFloat: Bool
  /// The rows of each group, NULLs among them.
  private(set) var rowCounts: [Int]
  /// The rows of each group that hold a value.
  private(set) var presentCounts: [Int] = []
  /// The runs of group *g* are `starts[g]..<starts[g + 1]`.
  private(set) var starts: [Int] = [0]
  private(set) var keys: [Int64] = []
  private(set) var counts: [Int32] = []
  /// The sum of each group's keys, exactly; of floats none.
  private(set) var sums: [Int128] = []
  /// The sum of each group's floats.
  private(set) var floatSums: [CompensatedSum] = []

  /// Collects rows: row *i* is of group `groups[i]`.
  ///
  /// `columns` are pieces of the column, one after another; texts have one dictionary.
  init(_ columns: [Column], groups: [Int32], groupCount: Int) {
    rowCounts = [Int](repeating: 0, count: groupCount)
    for group in groups { rowCounts[Int(group)] += 1 }
    dictionary = columns.last?.dictionary
    isFloat = columns.first?.type == .float
    guard groupCount > 0 else { return }
    if !count(columns, groups, groupCount) { sort(columns, groups, groupCount) }
  }

  /// Counts equal values through a table of them, which is the faster way where they are much fewer
  /// than rows; false where they are not.
  private mutating func count(_ columns: [Column], _ groups: [Int32], _ groupCount: Int) -> Bool {
    var table = CodeTable()
    var pairs = PairTable()
    var pairCounts: [Int32] = []
    var row = 0
    for column in columns {
      var codes = table.codes(column)
      if groupCount > 1 {
        var joined = Array(groups[row..<row + column.count])
        pairs.join(&joined, groupCount: groupCount, codes, codeCount: table.count)
        codes = joined
      }
      let found = groupCount > 1 ? pairs.count : table.count
      pairCounts.append(contentsOf: repeatElement(0, count: found - pairCounts.count))
      for code in codes { pairCounts[Int(code)] &+= 1 }
      row += column.count
      if row >= Self.sampleRows, found * 2 > row { return false }
    }
    var order: [Int32] = []
    var pairKeys: [Int64] = []
    var pairGroups: [Int64] = []
    let known = table.keys
    let knownPairs = pairs.pairs
    let nullCode = Int(table.nullCode)
    for place in pairCounts.indices {
      let pair = groupCount > 1 ? knownPairs[place] : UInt64(place)
      let code = Int(pair & 0xFFFF_FFFF)
      pairKeys.append(Int64(bitPattern: known[code]))
      pairGroups.append(Int64(pair >> 32))
      if code != nullCode { order.append(Int32(truncatingIfNeeded: place)) }
    }
    RadixSort.sort(&order, by: pairKeys)
    if groupCount > 1 { RadixSort.sort(&order, by: pairGroups) }
    var next = 0
    for group in 0..<groupCount {
      var total = GroupTotal()
      while next < order.count, pairGroups[Int(order[next])] == group {
        let place = Int(order[next])
        append(pairKeys[place], Int(pairCounts[place]), &total)
        next += 1
      }
      finish(total)
    }
    return true
  }

  /// Sorts all values and counts those that follow each other.
  private mutating func sort(_ columns: [Column], _ groups: [Int32], _ groupCount: Int) {
    var present: [Int32] = []
    var values: [Int64] = []
    values.reserveCapacity(groups.count)
    var row = 0
    for column in columns {
      let keys = Self.keys(column)
      if groupCount > 1 || column.validity != nil {
        for index in keys.indices where column.isValid(index) {
          values.append(keys[index])
          if groupCount > 1 { present.append(groups[row + index]) }
        }
      } else {
        values.append(contentsOf: keys)
      }
      row += keys.count
    }
    guard groupCount > 1 else {
      RadixSort.sort(&values)
      append(values)
      return
    }
    // Equal groups are brought together, then each is sorted.
    var ends = [Int](repeating: 0, count: groupCount)
    for group in present { ends[Int(group)] += 1 }
    for group in ends.indices.dropFirst() { ends[group] += ends[group - 1] }
    var placed = [Int64](repeating: 0, count: values.count)
    var next = [0] + ends.dropLast()
    for (index, group) in present.enumerated() {
      placed[next[Int(group)]] = values[index]
      next[Int(group)] += 1
    }
    var start = 0
    for end in ends {
      var run = Array(placed[start..<end])
      RadixSort.sort(&run)
      append(run)
      start = end
    }
  }

  /// Returns integers in the order of the values; of texts, codes.
  private static func keys(_ column: Column) -> [Int64] {
    switch column.values {
    case .ints(let ints): ints
    case .bools(let bools): bools.map { $0 ? 1 : 0 }
    case .floats(let floats): floats.map(FloatOrder.key)
    case .texts(let codes, _): codes.map { Int64($0) }
    }
  }

  /// Adds up the keys of one group.
  private struct GroupTotal {
    var count = 0
    var sum: Int128 = 0
    var floats = CompensatedSum()
  }

  /// Adds a group of sorted keys.
  private mutating func append(_ sorted: [Int64]) {
    var total = GroupTotal()
    var index = 0
    while index < sorted.count {
      let key = sorted[index]
      var end = index + 1
      while end < sorted.count, sorted[end] == key { end += 1 }
      append(key, end - index, &total)
      index = end
    }
    finish(total)
  }

  private mutating func append(_ key: Int64, _ count: Int, _ total: inout GroupTotal) {
    keys.append(key)
    counts.append(Int32(truncatingIfNeeded: count))
    total.count += count
    if isFloat {
      let float = FloatOrder.value(key)
      for _ in 0..<count { total.floats.add(float) }
    } else {
      total.sum += Int128(key) * Int128(count)
    }
  }

  private mutating func finish(_ total: GroupTotal) {
    starts.append(keys.count)
    presentCounts.append(total.count)
    if isFloat { floatSums.append(total.floats) } else { sums.append(total.sum) }
  }

  /// Marks the codes that occur.
  func markUsed(_ isUsed: inout [Bool]) {
    for key in keys { isUsed[Int(key)] = true }
  }

  /// Replaces the codes of texts by ranks.
  mutating func rank(_ ranks: [Int32]) {
    dictionary = nil
    let ranked = keys.map { Int64(ranks[Int($0)]) }
    let unranked = counts
    for group in rowCounts.indices {
      let range = starts[group]..<starts[group + 1]
      var order = range.map { Int32(truncatingIfNeeded: $0) }
      RadixSort.sort(&order, by: ranked)
      for (place, from) in zip(range, order) {
        keys[place] = ranked[Int(from)]
        counts[place] = unranked[Int(from)]
      }
    }
  }
}
