import BQLColumnar
import BQLFunctions
import Glibc

/// Holds what SUMMARIZE says of one column in one group.
struct ColumnSummary: Sendable {
  let type: DataType
  /// The clock on which times are shown.
  private let timeZone: TimeZone
  private var rowCount = 0
  private(set) var presentCount = 0
  private var distinct = 0
  private var sum: Int128 = 0
  private var floatSum = CompensatedSum()
  /// Σ (value − mean)².
  private var squares = 0.0
  /// The keys at ``positions``, where found.
  private var keys: [Int: Int64] = [:]
  /// The commonest keys with their counts, most frequent first, ties by key.
  private var top: [(key: Int64, count: Int)] = []

  private static let topCount = 3
  private static let shares = [0, 0.25, 0.5, 0.75, 1]

  init(_ type: DataType, in timeZone: TimeZone) {
    self.type = type
    self.timeZone = timeZone
  }

  /// Counts the rows of a morsel's group.
  mutating func add(_ runs: ValueRuns, group: Int) {
    rowCount += runs.rowCounts[group]
    presentCount += runs.presentCounts[group]
    if type == .float {
      floatSum.add(runs.floatSums[group])
    } else if type.isNumeric {
      sum += runs.sums[group]
    }
  }

  /// Adds the range that follows those added so far.
  mutating func add(_ range: SummaryRange) {
    distinct += range.distinct
    squares += range.squares
    keys.merge(range.keys) { first, _ in first }
    top = Self.largest(top + range.top)
  }

  /// The mean of a numeric column; nil without values.
  var mean: Double? {
    guard type.isNumeric, presentCount > 0 else { return nil }
    let count = Double(presentCount)
    switch type {
    case .float: return floatSum.value / count
    case .decimal: return Double(sum) / (count * 100)
    case .int, .bool, .text, .timestamp, .date, .interval: return Double(sum) / count
    }
  }

  /// Places in the order of the values, from 0, whose keys are asked for, ascending.
  var positions: [Int] {
    guard presentCount > 0 else { return [] }
    var positions: Set<Int> = []
    for share in Self.shares {
      let lower = Int((share * Double(presentCount - 1)).rounded(.down))
      positions.insert(lower)
      positions.insert(min(lower + 1, presentCount - 1))
    }
    return positions.sorted()
  }

  static func largest(_ runs: [(key: Int64, count: Int)]) -> [(key: Int64, count: Int)] {
    let order = runs.sorted { $0.count != $1.count ? $0.count > $1.count : $0.key < $1.key }
    return Array(order.prefix(topCount))
  }

  /// The cells after the column's name and type.
  func cells(_ values: SummaryKeys) -> [Value] {
    let quantiles = presentCount == 0 ? [] : Self.shares.map { quantile($0, values) }
    let shown = quantiles.isEmpty ? [Value](repeating: .null, count: 5) : quantiles.map(text)
    var deviation: Double?
    if mean != nil, presentCount > 1 {
      deviation = (squares / Double(presentCount - 1)).squareRoot()
    }
    let tops = top.map { key, count in
      let share = (Double(count) / Double(max(presentCount, 1)) * 1_000).rounded() / 10
      return "\(plain(values.value(key))) \(share)%"
    }
    return [.int(Int64(rowCount)), .int(Int64(rowCount - presentCount)), .int(Int64(distinct))]
      + shown + [
        mean.map { .float($0) } ?? .null, deviation.map { .float($0) } ?? .null,
        tops.isEmpty ? .null : .text(tops.joined(separator: ", ")),
      ]
  }

  /// The quantile with linear interpolation between neighbours; the lower neighbour for texts,
  /// bools and dates, which have nothing between two values.
  private func quantile(_ p: Double, _ values: SummaryKeys) -> Value {
    let position = p * Double(presentCount - 1)
    let lower = Int(position.rounded(.down))
    let fraction = position - Double(lower)
    guard let a = keys[lower] else { return .null }
    guard fraction > 0, let b = keys[lower + 1], a != b else { return values.value(a) }
    switch type {
    case .int, .float, .decimal:
      let step = (values.number(b) - values.number(a)) * fraction
      // Ids may be larger than a float holds exactly; the step between neighbours is not.
      if type == .int, let whole = Int64(exactly: step) { return .int(a + whole) }
      return .float(values.number(a) + step)
    case .timestamp, .interval:
      // In 128 bits: two intervals may lie further apart than an interval reaches.
      let share = Int128((Double(b) - Double(a)) * fraction)
      let between = Int64(min(Int128(a) + share, Int128(b)))
      return type == .timestamp ? .timestamp(between) : .interval(between)
    case .bool, .text, .date: return values.value(a)
    }
  }

  private func text(_ value: Value) -> Value {
    value.isNull ? .null : .text(plain(value))
  }

  private func plain(_ value: Value) -> String {
    guard let type = value.type else { return "" }
    let column = Column(repeating: value, type: type, count: 1)
    guard let cast = try? Cast.convert(column, to: .text, in: timeZone),
      case .text(let text) = cast[0]
    else {
      return ""
    }
    return text
  }
}

/// Holds what the values in one range of keys add to a summary.
struct SummaryRange: Sendable {
  /// The rows whose values come before the range.
  let rowsBefore: Int
  private(set) var distinct = 0
  private(set) var squares = 0.0
  /// The keys at the positions that the summary asks for and that lie in the range.
  private(set) var keys: [Int: Int64] = [:]
  private(set) var top: [(key: Int64, count: Int)] = []

  init(rowsBefore: Int) {
    self.rowsBefore = rowsBefore
  }

  /// Describes ascending keys and how often each comes.
  mutating func describe(
    _ runs: (keys: [Int64], counts: [Int]),
    _ summary: ColumnSummary,
    _ values: SummaryKeys
  ) {
    distinct = runs.keys.count
    var positions = summary.positions.drop { $0 < rowsBefore }
    let mean = summary.mean
    var row = rowsBefore
    // No key with fewer rows than the last of the largest, of those met, is one of them.
    var least = 0
    for (key, count) in zip(runs.keys, runs.counts) {
      row += count
      while let position = positions.first, position < row {
        keys[position] = key
        positions.removeFirst()
      }
      if count > least {
        top.append((key, count))
        if top.count > 64 {
          top = ColumnSummary.largest(top)
          least = top[top.count - 1].count
        }
      }
      if let mean {
        let distance = values.number(key) - mean
        squares += distance * distance * Double(count)
      }
    }
    top = ColumnSummary.largest(top)
  }
}

/// Says what the integers that stand for a column's values mean.
struct SummaryKeys: Sendable {
  let type: DataType
  /// For texts, whose keys are ranks.
  let ranks: TextRanks?

  func value(_ key: Int64) -> Value {
    switch type {
    case .bool: .bool(key != 0)
    case .int: .int(key)
    case .float: .float(FloatOrder.value(key))
    case .decimal: .decimal(key)
    case .timestamp: .timestamp(key)
    case .date: .date(key)
    case .interval: .interval(key)
    case .text: .text(ranks?.text(Int(key)) ?? "")
    }
  }

  func number(_ key: Int64) -> Double {
    switch type {
    case .float: FloatOrder.value(key)
    case .decimal: Double(key) / 100
    case .bool, .int, .text, .timestamp, .date, .interval: Double(key)
    }
  }
}
