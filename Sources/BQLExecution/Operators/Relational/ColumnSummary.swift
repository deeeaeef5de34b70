import BQLColumnar
import BQLFunctions
import Glibc

/// Holds what SUMMARIZE says of one column in one group.
struct ColumnSummary: Sendable {
  private var type: DataType
  private var rowCount = 0
  private var missing = 0
  private var distinct = 0
  /// Minimum, quartiles and maximum.
  private var quantiles: [Value] = []
  private var mean: Double?
  private var deviation: Double?
  /// The commonest values with their counts, most frequent first, ties by value.
  private var top: [(value: Value, count: Int)] = []

  private static let topCount = 3

  private init(_ type: DataType) {
    self.type = type
  }

  /// Summarizes `column` for each of `groupCount` groups; row *i* is of group `groups[i]`.
  static func summarize(_ column: Column, groups: [Int32], groupCount: Int) -> [ColumnSummary] {
    // Rows are put group by group with a counting sort, so that each group is one run.
    var starts = [Int](repeating: 0, count: groupCount + 1)
    for group in groups { starts[Int(group) + 1] += 1 }
    for group in 0..<groupCount { starts[group + 1] += starts[group] }
    let ranked = RankedValues(column)
    var next = starts
    var keys = [Int64](repeating: 0, count: groups.count)
    var valid = [Int](repeating: 0, count: groupCount)
    for row in groups.indices where column.isValid(row) {
      let group = Int(groups[row])
      keys[next[group]] = ranked.keys[row]
      next[group] += 1
      valid[group] += 1
    }
    return (0..<groupCount).map { group in
      var summary = ColumnSummary(column.type)
      summary.rowCount = starts[group + 1] - starts[group]
      summary.missing = summary.rowCount - valid[group]
      var run = Array(keys[starts[group]..<starts[group] + valid[group]])
      run.sort()
      summary.describe(run, ranked)
      return summary
    }
  }

  private mutating func describe(_ sorted: [Int64], _ ranked: RankedValues) {
    guard !sorted.isEmpty else { return }
    var runs: [(key: Int64, count: Int)] = []
    var index = 0
    var best: [(key: Int64, count: Int)] = []
    while index < sorted.count {
      var end = index
      while end < sorted.count, sorted[end] == sorted[index] { end += 1 }
      distinct += 1
      best.append((sorted[index], end - index))
      if best.count > 64 { best = Self.largest(best) }
      index = end
    }
    runs = Self.largest(best)
    top = runs.map { (ranked.value($0.key), $0.count) }
    quantiles = [0, 0.25, 0.5, 0.75, 1].map { ranked.quantile(sorted, $0) }
    guard type.isNumeric else { return }
    let values = sorted.map(ranked.number)
    let count = Double(values.count)
    let center = values.reduce(0, +) / count
    mean = center
    if values.count > 1 {
      let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
      deviation = (squares / (count - 1)).squareRoot()
    }
  }

  private static func largest(_ runs: [(key: Int64, count: Int)]) -> [(key: Int64, count: Int)] {
    let order = runs.sorted { $0.count != $1.count ? $0.count > $1.count : $0.key < $1.key }
    return Array(order.prefix(topCount))
  }

  /// The cells after the column's name and type.
  var cells: [Value] {
    let shown = quantiles.isEmpty ? [Value](repeating: .null, count: 5) : quantiles.map(Self.text)
    let present = rowCount - missing
    let tops = top.map { value, count in
      let share = (Double(count) / Double(max(present, 1)) * 1_000).rounded() / 10
      return "\(Self.plain(value)) \(share)%"
    }
    return [.int(Int64(rowCount)), .int(Int64(missing)), .int(Int64(distinct))] + shown + [
      mean.map { .float($0) } ?? .null, deviation.map { .float($0) } ?? .null,
      tops.isEmpty ? .null : .text(tops.joined(separator: ", ")),
    ]
  }

  private static func text(_ value: Value) -> Value {
    value.isNull ? .null : .text(plain(value))
  }

  private static func plain(_ value: Value) -> String {
    guard let type = value.type else { return "" }
    let column = Column(repeating: value, type: type, count: 1)
    guard let cast = try? Cast.convert(column, to: .text), case .text(let text) = cast[0] else {
      return ""
    }
    return text
  }
}

/// Turns a column into integers in the order of its values, and back.
private struct RankedValues {
  let keys: [Int64]
  private let type: DataType
  private let texts: TextDictionary?
  /// For texts: the code of each rank.
  private let codeOfRank: [Int32]

  init(_ column: Column) {
    type = column.type
    switch column.values {
    case .ints(let ints):
      (keys, texts, codeOfRank) = (ints, nil, [])
    case .bools(let bools):
      (keys, texts, codeOfRank) = (bools.map { $0 ? 1 : 0 }, nil, [])
    case .floats(let floats):
      (keys, texts, codeOfRank) = (floats.map(FloatOrder.key), nil, [])
    case .texts(let codes, let dictionary):
      let order = (0..<Int32(dictionary.count)).sorted {
        dictionary.utf8(Int($0)).lexicographicallyPrecedes(dictionary.utf8(Int($1)))
      }
      var ranks = [Int64](repeating: 0, count: dictionary.count)
      for (rank, code) in order.enumerated() { ranks[Int(code)] = Int64(rank) }
      texts = dictionary
      codeOfRank = order
      keys = codes.map { Int($0) < ranks.count ? ranks[Int($0)] : 0 }
    }
  }

  func value(_ key: Int64) -> Value {
    switch type {
    case .bool: .bool(key != 0)
    case .int: .int(key)
    case .float: .float(FloatOrder.value(key))
    case .decimal: .decimal(key)
    case .timestamp: .timestamp(key)
    case .date: .date(key)
    case .interval: .interval(key)
    case .text: .text(texts?[Int(codeOfRank[Int(key)])] ?? "")
    }
  }

  func number(_ key: Int64) -> Double {
    switch type {
    case .float: FloatOrder.value(key)
    case .decimal: Double(key) / 100
    case .bool, .int, .text, .timestamp, .date, .interval: Double(key)
    }
  }

  /// The quantile with linear interpolation between neighbours; the lower neighbour for texts,
  /// bools and dates, which have nothing between two values.
  func quantile(_ sorted: [Int64], _ p: Double) -> Value {
    let position = p * Double(sorted.count - 1)
    let lower = Int(position.rounded(.down))
    let fraction = position - Double(lower)
    guard fraction > 0, sorted[lower] != sorted[lower + 1] else { return value(sorted[lower]) }
    let (a, b) = (sorted[lower], sorted[lower + 1])
    switch type {
    case .int, .float, .decimal:
      let step = (number(b) - number(a)) * fraction
      // Ids may be larger than a float holds exactly; the step between neighbours is not.
      if type == .int, let whole = Int64(exactly: step) { return .int(a + whole) }
      return .float(number(a) + step)
    case .timestamp, .interval:
      // In 128 bits: two intervals may lie further apart than an interval reaches.
      let share = Int128((Double(b) - Double(a)) * fraction)
      let between = Int64(min(Int128(a) + share, Int128(b)))
      return type == .timestamp ? .timestamp(between) : .interval(between)
    case .bool, .text, .date: return value(a)
    }
  }
}
