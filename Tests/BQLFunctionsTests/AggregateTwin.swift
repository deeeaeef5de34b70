import BQLColumnar

/// Computes aggregates from lists of cells, the plain way.
struct Twin {
  private let name: String
  private let isDistinct: Bool
  private let constants: [Value]

  init(_ name: String, _ isDistinct: Bool, _ constants: [Value]) throws {
    self.name = name
    self.isDistinct = isDistinct
    self.constants = constants
  }

  func results(_ rows: AggregateTests.Rows, _ groupCount: Int) throws -> [Value] {
    try (0..<groupCount).map { group in
      let members = rows.groups.indices.filter { rows.groups[$0] == Int32(group) }
      if rows.columns.isEmpty { return .int(Int64(members.count)) }
      if rows.columns.count == 2 {
        let pairs = members.filter { member in rows.columns.allSatisfy { !$0[member].isNull } }
        return name.hasPrefix("arg_") ? argument(rows, pairs) : pairValue(rows, pairs)
      }
      var cells = members.map { rows.columns[0][$0] }.filter { !$0.isNull }
      if isDistinct {
        var seen: Set<Value> = []
        cells = cells.filter { seen.insert($0).inserted }
      }
      if cells.isEmpty { return name.hasPrefix("count") ? .int(0) : .null }
      return try result(cells, rows.types[0])
    }
  }

  private func result(_ cells: [Value], _ type: DataType) throws -> Value {
    switch name {
    case "count": return .int(Int64(cells.count))
    case "sum", "avg": return total(cells, type)
    case "min", "bool_and": return cells.min(by: precedes) ?? .null
    case "max", "bool_or": return cells.max(by: precedes) ?? .null
    case "first", "any": return cells[0]
    case "last": return cells[cells.count - 1]
    case "median": return quantile(cells, 0.5)
    case "quantile":
      guard case .float(let share) = constants[0] else { return .null }
      return quantile(cells, share)
    case "quantile_disc":
      guard case .float(let share) = constants[0] else { return .null }
      let sorted = cells.sorted(by: precedes)
      return sorted.indices.first { Double($0 + 1) >= share * Double(sorted.count) }
        .map { sorted[$0] } ?? .null
    case "count_if": return .int(Int64(cells.count { $0 == .bool(true) }))
    case "histogram": return frequencies(cells)
    case "mode": return mode(cells)
    case "stddev", "stddev_pop", "variance", "var_pop": return moment(cells.map(number))
    case "string_agg":
      guard case .text(let separator) = constants[0] else { return .null }
      return .text(
        cells.map { if case .text(let text) = $0 { text } else { "" } }
          .joined(separator: separator)
      )
    default: throw Calculator.Failure.syntax("no twin of \(name)")
    }
  }

  private func number(_ value: Value) -> Double {
    if case .float(let float) = value { float } else { Double(value.storedInt ?? 0) }
  }

  private func precedes(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.text(let a), .text(let b)): Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
    case (.bool(let a), .bool(let b)): !a && b
    case (.float(let a), .float(let b)): a < b
    default: (a.storedInt ?? 0) < (b.storedInt ?? 0)
    }
  }

  private func total(_ cells: [Value], _ type: DataType) -> Value {
    if type == .float {
      // Summed by size, which loses little.
      let sum = cells.map(number).sorted { $0.magnitude < $1.magnitude }.reduce(0, +)
      return .float(name == "sum" ? sum : sum / Double(cells.count))
    }
    let sum = cells.reduce(0) { $0 + ($1.storedInt ?? 0) }
    switch (name, type) {
    case ("sum", .int): return .int(sum)
    case ("sum", .decimal): return .decimal(sum)
    case ("sum", _): return .interval(sum)
    case (_, .int): return .float(Double(sum) / Double(cells.count))
    case (_, .decimal): return .float(Double(sum) / Double(cells.count) / 100)
    default: return .interval(Int64((Double(sum) / Double(cells.count)).rounded()))
    }
  }

  private func quantile(_ cells: [Value], _ share: Double) -> Value {
    let sorted = cells.sorted(by: precedes)
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    let (low, high) = (number(sorted[below]), number(sorted[above]))
    let step = (high - low) * (position - Double(below))
    switch sorted[below] {
    case .timestamp(let time): return .timestamp(time + Int64(step.rounded()))
    case .interval(let interval): return .interval(interval + Int64(step.rounded()))
    default: return .float(low + step)
    }
  }

  private func mode(_ cells: [Value]) -> Value {
    let counts = Dictionary(grouping: cells) { $0 }.mapValues(\.count)
    let most = counts.values.max() ?? 0
    return counts.filter { $0.value == most }.keys.min(by: precedes) ?? .null
  }

  /// In two passes: the mean first.
  private func moment(_ numbers: [Double]) -> Value {
    let freedom = name == "stddev" || name == "variance" ? 1 : 0
    guard numbers.count > freedom else { return .null }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let variance = squares / Double(numbers.count - freedom)
    return .float(name.hasPrefix("stddev") ? variance.squareRoot() : variance)
  }

  private func frequencies(_ cells: [Value]) -> Value {
    var shown = 10
    if case .int(let count)? = constants.first { shown = Int(count) }
    let counts = Dictionary(grouping: cells) { $0 }.mapValues(\.count)
    let ranked = counts.sorted { a, b in
      a.value != b.value ? a.value > b.value : precedes(a.key, b.key)
    }
    var parts = ranked.prefix(shown).map { "\(ValueText.text($0.key)): \($0.value)" }
    let rest = ranked.dropFirst(shown).reduce(0) { $0 + $1.value }
    if rest > 0 { parts.append("(other): \(rest)") }
    return .text(parts.joined(separator: "; "))
  }

  private func argument(_ rows: AggregateTests.Rows, _ members: [Int]) -> Value {
    var best: Int?
    for member in members {
      guard let known = best else {
        best = member
        continue
      }
      let (new, old) = (rows.columns[1][member], rows.columns[1][known])
      if name == "arg_min" ? precedes(new, old) : precedes(old, new) { best = member }
    }
    return best.map { rows.columns[0][$0] } ?? .null
  }

  private func pairValue(_ rows: AggregateTests.Rows, _ members: [Int]) -> Value {
    let pairs = members.map { (number(rows.columns[0][$0]), number(rows.columns[1][$0])) }
    let count = Double(pairs.count)
    if name == "regr_count" { return .int(Int64(pairs.count)) }
    guard !pairs.isEmpty else { return .null }
    let meanX = pairs.reduce(0) { $0 + $1.0 } / count
    let meanY = pairs.reduce(0) { $0 + $1.1 } / count
    let products = pairs.reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
    let squaresX = pairs.reduce(0) { $0 + ($1.0 - meanX) * ($1.0 - meanX) }
    let squaresY = pairs.reduce(0) { $0 + ($1.1 - meanY) * ($1.1 - meanY) }
    switch name {
    case "covar_pop": return .float(products / count)
    case "covar_samp": return count > 1 ? .float(products / (count - 1)) : .null
    case "regr_slope": return squaresY > 0 ? .float(products / squaresY) : .null
    case "regr_intercept":
      return squaresY > 0 ? .float(meanX - products / squaresY * meanY) : .null
    case "regr_r2":
      guard squaresY > 0 else { return .null }
      return .float(squaresX > 0 ? products * products / (squaresX * squaresY) : 1)
    default:
      guard squaresX > 0, squaresY > 0 else { return .null }
      return .float(products / (squaresX * squaresY).squareRoot())
    }
  }
}
