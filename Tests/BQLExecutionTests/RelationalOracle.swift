import BQLColumnar
import BQLFunctions

/// Computes groups, distinct rows, sorted rows and summaries from rows of cells, the plain way.
enum RelationalOracle {
  /// Cells that group as one are equal: −0 is 0, all NaNs are one.
  static func folded(_ value: Value) -> Value {
    guard case .float(let float) = value else { return value }
    return float.isNaN ? .text("nan") : .float(float == 0 ? 0 : float)
  }

  /// Whether a value comes before another: by bytes, by number, false before true, NaN last.
  static func precedes(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.text(let a), .text(let b)): Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
    case (.bool(let a), .bool(let b)): !a && b
    case (.float(let a), .float(let b)): a < b || !a.isNaN && b.isNaN
    default: (a.storedInt ?? 0) < (b.storedInt ?? 0)
    }
  }

  /// Returns the distinct keys in order of first appearance, each with its rows.
  static func groups(_ rows: [[Value]], by keys: [Int]) -> [(key: [Value], rows: [[Value]])] {
    var order: [[Value]] = []
    var members: [[Value]: [[Value]]] = [:]
    for row in rows {
      let key = keys.map { folded(row[$0]) }
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(row)
    }
    if keys.isEmpty, order.isEmpty { return [([], [])] }
    return order.map { ($0, members[$0] ?? []) }
  }

  /// Computes one aggregate over a group's cells.
  static func aggregate(_ name: String, isDistinct: Bool, _ cells: [Value]) -> Value {
    var present = cells.filter { !$0.isNull }
    if isDistinct {
      var seen: Set<Value> = []
      present = present.filter { seen.insert(folded($0)).inserted }
    }
    switch name {
    case "count": return .int(Int64(present.count))
    case "sum":
      guard let first = present.first else { return .null }
      let sum = present.reduce(0) { $0 + ($1.storedInt ?? 0) }
      if case .decimal = first { return .decimal(sum) }
      return .int(sum)
    case "min": return present.min(by: precedes).map(folded) ?? .null
    case "max": return present.max(by: precedes).map(folded) ?? .null
    case "first": return present.first.map(folded) ?? .null
    case "last": return present.last.map(folded) ?? .null
    case "mode":
      let counts = Dictionary(grouping: present.map(folded)) { $0 }.mapValues(\.count)
      let most = counts.values.max() ?? 0
      return counts.filter { $0.value == most }.keys.min(by: precedes) ?? .null
    default: return .text("no oracle of \(name)")
    }
  }

  /// What SUMMARIZE says of cells, without the mean and the deviation: rows, missing, distinct,
  /// minimum, quartiles, maximum, the commonest.
  static func summary(_ cells: [Value], _ type: DataType) -> [Value] {
    let present = cells.filter { !$0.isNull }.map(unsigned).sorted(by: precedes)
    var runs: [(value: Value, count: Int)] = []
    for value in present {
      if let last = runs.last, folded(last.value) == folded(value) {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((value, 1))
      }
    }
    let top = runs.enumerated()
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .prefix(3).map { _, run in
        let share = (Double(run.count) / Double(present.count) * 1_000).rounded() / 10
        return "\(text(run.value)) \(share)%"
      }
    let quantiles = [0, 0.25, 0.5, 0.75, 1].map { share -> Value in
      present.isEmpty ? .null : .text(text(quantile(present, share, type)))
    }
    return [
      .int(Int64(cells.count)), .int(Int64(cells.count - present.count)), .int(Int64(runs.count)),
    ] + quantiles + [top.isEmpty ? .null : .text(top.joined(separator: ", "))]
  }

  private static func unsigned(_ value: Value) -> Value {
    if case .float(let float) = value, float == 0 { return .float(0) }
    return value
  }

  private static func quantile(_ sorted: [Value], _ share: Double, _ type: DataType) -> Value {
    let position = share * Double(sorted.count - 1)
    let lower = Int(position)
    let fraction = position - Double(lower)
    let a = sorted[lower]
    guard fraction > 0, folded(sorted[lower + 1]) != folded(a) else { return a }
    let b = sorted[lower + 1]
    switch (a, b) {
    case (.int(let low), .int(let high)):
      let step = (Double(high) - Double(low)) * fraction
      return Int64(exactly: step).map { .int(low + $0) } ?? .float(Double(low) + step)
    case (.decimal(let low), .decimal(let high)):
      let (low, high) = (Double(low) / 100, Double(high) / 100)
      return .float(low + (high - low) * fraction)
    case (.float(let low), .float(let high)): return .float(low + (high - low) * fraction)
    case (.timestamp(let low), .timestamp(let high)):
      return .timestamp(low + Int64((Double(high) - Double(low)) * fraction))
    default: return a
    }
  }

  static func text(_ value: Value) -> String {
    guard let type = value.type,
      let cast = try? Cast.convert(Column(repeating: value, type: type, count: 1), to: .text),
      case .text(let text) = cast[0]
    else { return "" }
    return text
  }
}
