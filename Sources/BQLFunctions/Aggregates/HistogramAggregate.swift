import BQLColumnar

/// Lists `histogram`, which tells in one readable text how values are distributed.
enum HistogramAggregate {
  static let functions = [histogram]

  private typealias Overload = AggregateFunction.Overload

  private static let defaultCount: Int64 = 10

  private static let histogram = AggregateFunction(
    name: "histogram",
    summary:
      "Writes how values are distributed as a text: of numbers the rows in each of about ten (or n) "
      + "stretches of one round width, from the lowest value on, `[0, 10)` without its end; of other "
      + "values the ten (or n) most frequent, the rest as `(other)`.",
    examples: [
      FunctionExample(
        "histogram(column1, 3) FROM (VALUES (1), (4), (4), (25))",
        "[0, 10): 3; [10, 20): 0; [20, 30): 1"
      ),
      FunctionExample(
        "histogram(column1, 1) FROM (VALUES ('view'), ('cart'), ('view'), (NULL))",
        "view: 2; (other): 1"
      ),
    ],
    overloads: [DataType.int, .decimal, .float, .interval].flatMap { type in
      [[type], [type, .int]].map { parameters in
        Overload(parameters, to: .text) { constants throws(FunctionError) in
          HistogramAccumulator(type, count: try count(constants))
        }
      }
    }
      + [DataType.text, .bool, .date].flatMap { type in
        [[type], [type, .int]].map { parameters in
          Overload(parameters, to: .text) { constants throws(FunctionError) in
            FrequencyAccumulator(type, count: try count(constants))
          }
        }
      },
    differences:
      "PostgreSQL has no such function. GROUP BY width_bucket(x, low, high, n) gives rows to count with."
  )

  private static func count(_ constants: [Value]) throws(FunctionError) -> Int {
    guard let first = constants.first else { return Int(defaultCount) }
    guard case .int(let count) = first, (1...1_000).contains(count) else {
      throw .badArgument("histogram's count is a whole number from 1 to 1000")
    }
    return Int(count)
  }
}

/// Counts numbers by stretches of one round width that cover all of a group's values.
///
/// - Complexity: O(*n*) time, 12 bytes a value.
struct HistogramAccumulator: Accumulator {
  private let type: DataType
  private let count: Int
  private var groups: [Int32] = []
  /// The numbers, floats by their order.
  private var keys: [Int64] = []
  private var groupCount = 0

  init(_ type: DataType, count: Int) {
    self.type = type
    self.count = count
  }

  mutating func grow(to groupCount: Int) { self.groupCount = max(self.groupCount, groupCount) }

  mutating func update(groups rows: [Int32], arguments: [Column]) throws(FunctionError) {
    let rows = GroupRows.present(rows, arguments[0])
    switch arguments[0].values {
    case .floats(let floats):
      for row in rows.indices where rows[row] >= 0 {
        groups.append(rows[row])
        keys.append(FloatOrder.key(floats[row]))
      }
    default:
      let ints = arguments[0].ints
      for row in rows.indices where rows[row] >= 0 {
        groups.append(rows[row])
        keys.append(ints[row])
      }
    }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    for (row, group) in other.groups.enumerated() where mapping[Int(group)] >= 0 {
      groups.append(mapping[Int(group)])
      keys.append(other.keys[row])
    }
  }

  func finish() throws(FunctionError) -> Column {
    var values = [[Int64]](repeating: [], count: groupCount)
    for (row, group) in groups.enumerated() { values[Int(group)].append(keys[row]) }
    var output = TextOutput(count: groupCount)
    for keys in values {
      if keys.isEmpty { output.appendNull() } else { output.append(text(of: keys)) }
    }
    return output.finish()
  }

  private func text(of keys: [Int64]) -> String {
    guard type == .float else {
      let bins = HistogramBins(ints: keys, type, count: count)
      return Self.text(bins.counts(keys) { bins.index($0) }) { bins.label($0) }
    }
    let floats = keys.map(FloatOrder.value)
    let finite = floats.filter(\.isFinite)
    var parts: [String] = []
    for (name, matches) in [
      ("-Infinity", { $0 == -Double.infinity }), ("Infinity", { $0 == .infinity }),
      ("NaN", { $0.isNaN }),
    ] as [(String, (Double) -> Bool)] {
      let count = floats.count(where: matches)
      if count > 0 { parts.append("\(name): \(count)") }
    }
    guard !finite.isEmpty else { return parts.joined(separator: "; ") }
    let bins = HistogramBins(floats: finite, count: count)
    let text = Self.text(bins.counts(finite) { bins.index($0) }) { bins.label($0) }
    return ([text] + parts).joined(separator: "; ")
  }

  private static func text(_ counts: [Int], _ label: (Int) -> String) -> String {
    counts.enumerated().map { "\(label($0)): \($1)" }.joined(separator: "; ")
  }
}

/// Counts the most frequent values of each group.
struct FrequencyAccumulator: Accumulator {
  private let count: Int
  private var encoder: KeyEncoder
  private var pairs = PairSet()
  private var counts: [Int64] = []
  private var groupCount = 0

  init(_ type: DataType, count: Int) {
    self.count = count
    encoder = KeyEncoder(type)
  }

  mutating func grow(to groupCount: Int) { self.groupCount = max(self.groupCount, groupCount) }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(groups, arguments[0])
    let keys = encoder.keys(arguments[0], groups: groups)
    for row in groups.indices where groups[row] >= 0 { try add(groups[row], keys[row], 1) }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    let keys = encoder.translated(other.pairs.keys, from: other.encoder)
    for (position, group) in other.pairs.groups.enumerated() where mapping[Int(group)] >= 0 {
      try add(mapping[Int(group)], keys[position], other.counts[position])
    }
  }

  private mutating func add(_ group: Int32, _ key: Int64, _ count: Int64) throws(FunctionError) {
    let (position, isNew) = try pairs.insert(group, key)
    if isNew { counts.append(count) } else { counts[position] += count }
  }

  func finish() throws(FunctionError) -> Column {
    var positions = [[Int]](repeating: [], count: groupCount)
    for (position, group) in pairs.groups.enumerated() { positions[Int(group)].append(position) }
    let names = try Cast.convert(encoder.column(pairs.keys), to: .text).texts
    var output = TextOutput(count: groupCount)
    for group in positions {
      if group.isEmpty {
        output.appendNull()
        continue
      }
      // The most frequent first, of equals the smaller value.
      let ranked = group.sorted { a, b in
        counts[a] != counts[b]
          ? counts[a] > counts[b] : encoder.precedes(pairs.keys[a], pairs.keys[b])
      }
      var parts = ranked.prefix(count).map { "\(names.string($0)): \(counts[$0])" }
      let rest = ranked.dropFirst(count).reduce(Int64(0)) { $0 + counts[$1] }
      if rest > 0 { parts.append("(other): \(rest)") }
      output.append(parts.joined(separator: "; "))
    }
    return output.finish()
  }
}
