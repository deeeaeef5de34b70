import BQLColumnar
import BQLFunctions
import BQLSyntax

/// Computes a call over a window from rows of cells, row by row, each frame looked for among all rows
/// of the partition.
struct WindowOracle {
  private let call: WindowCase
  /// Rows of one partition in the window's order.
  private var rows: [[Value]] = []
  /// The number of different rows before each.
  private var groups: [Int] = []

  /// Returns one value a row, in the order of `rows`.
  static func values(_ call: WindowCase, _ rows: [[Value]]) -> [Value] {
    var results = [Value](repeating: .null, count: rows.count)
    var partitions: [[Value]: [Int]] = [:]
    for index in rows.indices {
      let key = call.partition.map { RelationalOracle.folded(rows[index][$0]) }
      partitions[key, default: []].append(index)
    }
    for members in partitions.values {
      var oracle = WindowOracle(call: call)
      let sorted = members.sorted { a, b in
        let order = oracle.compare(rows[a], rows[b])
        return order != 0 ? order < 0 : a < b
      }
      oracle.rows = sorted.map { rows[$0] }
      for place in sorted.indices {
        let isNew = place > 0 && oracle.compare(oracle.rows[place - 1], oracle.rows[place]) != 0
        oracle.groups.append((oracle.groups.last ?? 0) + (isNew ? 1 : 0))
      }
      for (place, index) in sorted.enumerated() { results[index] = oracle.value(place) }
    }
    return results
  }

  private init(call: WindowCase) { self.call = call }

  private func compare(_ a: [Value], _ b: [Value]) -> Int {
    for key in call.order {
      let (left, right) = (a[key.column], b[key.column])
      if left.isNull != right.isNull { return left.isNull == key.nullsFirst ? -1 : 1 }
      if left.isNull { continue }
      if RelationalOracle.precedes(left, right) { return key.isDescending ? 1 : -1 }
      if RelationalOracle.precedes(right, left) { return key.isDescending ? -1 : 1 }
    }
    return 0
  }

  // MARK: - Frames

  /// The rows of a row's frame.
  private func frame(_ place: Int) -> [Int] {
    guard let frame = call.frame else {
      if call.order.isEmpty { return Array(rows.indices) }
      return rows.indices.filter { group($0) <= group(place) }
    }
    return rows.indices.filter {
      isInside($0, place, frame.unit, frame.start, isStart: true)
        && isInside($0, place, frame.unit, frame.end, isStart: false)
    }
  }

  private func isInside(
    _ row: Int,
    _ place: Int,
    _ unit: Window.Frame.Unit,
    _ bound: WindowCase.Bound,
    isStart: Bool
  ) -> Bool {
    let sign: Int
    let distance: String
    switch bound {
    case .unboundedPreceding, .unboundedFollowing: return true
    case .currentRow: (sign, distance) = (1, "")
    case .preceding(let text): (sign, distance) = (-1, text)
    case .following(let text): (sign, distance) = (1, text)
    }
    if unit == .range, !distance.isEmpty {
      return isNear(row, place, distance, sign, isStart: isStart)
    }
    let steps: Int =
      switch unit {
      case .rows: row - place
      case .groups: group(row) - group(place)
      case .range: group(row) - group(place)
      }
    let limit = Int128(sign) * Int128(Int(distance) ?? 0)
    return isStart ? Int128(steps) >= limit : Int128(steps) <= limit
  }

  private func group(_ row: Int) -> Int { groups[row] }

  /// Whether a row's key is at least, or at most, the current one's and a distance.
  private func isNear(
    _ row: Int,
    _ place: Int,
    _ distance: String,
    _ sign: Int,
    isStart: Bool
  ) -> Bool {
    let key = call.order[0]
    let (own, base) = (rows[row][key.column], rows[place][key.column])
    if own.isNull || base.isNull {
      let order = compare(rows[row], rows[place])
      return isStart ? order >= 0 : order <= 0
    }
    let direction = key.isDescending ? -sign : sign
    let isAtLeast = isStart != key.isDescending
    if case .float(let own) = own, case .float(let base) = base {
      if base.isNaN || own.isNaN {
        return isAtLeast ? own.isNaN || !base.isNaN : base.isNaN || !own.isNaN
      }
      let limit = base + Double(direction) * (Double(distance) ?? .nan)
      return isAtLeast ? own >= limit : own <= limit
    }
    let limit = moved(base, distance, direction)
    let number = microseconds(own)
    return isAtLeast ? number >= limit : number <= limit
  }

  /// A key in the unit in which distances are added; dates in microseconds.
  private func microseconds(_ value: Value) -> Int128 {
    let stored = Int128(value.storedInt ?? 0)
    if case .date = value { return stored * Int128(Microseconds.perDay) }
    return stored
  }

  private func moved(_ base: Value, _ distance: String, _ direction: Int) -> Int128 {
    let start = microseconds(base)
    let sign = Int128(direction)
    if distance.hasSuffix(" MONTHS") {
      let day = Int128(Microseconds.perDay)
      let date = CivilDate(daysSince1970: Int(start / day))
      let months = Int(distance.dropLast(7)) ?? 0
      var (year, month) = (date.year, date.month)
      for _ in 0..<months {
        month += direction
        if month == 0 { (year, month) = (year - 1, 12) }
        if month == 13 { (year, month) = (year + 1, 1) }
      }
      let last = CivilDate.daysInMonth(month, year: year)
      let target = CivilDate(year: year, month: month, day: min(date.day, last))
      return Int128(target.daysSince1970) * day + start % day
    }
    if distance.hasSuffix(" DAYS") {
      return start + sign * Int128(Int(distance.dropLast(5)) ?? 0) * Int128(Microseconds.perDay)
    }
    let unit: Int64? =
      distance.hasSuffix("s")
      ? Microseconds.perSecond : distance.hasSuffix("h") ? Microseconds.perHour : nil
    if let unit {
      return start + sign * Int128(Int(distance.dropLast()) ?? 0) * Int128(unit)
    }
    if case .decimal = base {
      let parts = distance.split(separator: ".")
      let cents = (Int(parts[0]) ?? 0) * 100 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
      return start + sign * Int128(cents)
    }
    return start + sign * (Int128(distance) ?? 0)
  }

  // MARK: - Functions

  private func value(_ place: Int) -> Value {
    let before = groups.filter { $0 < groups[place] }.count
    let upTo = groups.filter { $0 <= groups[place] }.count
    switch call.name {
    case "row_number": return .int(Int64(place + 1))
    case "rank": return .int(Int64(before + 1))
    case "dense_rank": return .int(Int64(group(place) + 1))
    case "percent_rank":
      return .float(rows.count > 1 ? Double(before) / Double(rows.count - 1) : 0)
    case "cume_dist": return .float(Double(upTo) / Double(rows.count))
    case "ntile":
      let count = Int(call.constants[0]) ?? 0
      // Rows of a part less than one are those of the larger parts.
      let (size, larger) = rows.count.quotientAndRemainder(dividingBy: count)
      let inLarger = larger * (size + 1)
      let tile = place < inLarger ? place / (size + 1) : larger + (place - inLarger) / max(size, 1)
      return .int(Int64(tile + 1))
    case "lag", "lead": return offsetValue(place)
    case "first_value", "last_value", "nth_value": return frameValue(frame(place))
    default: return aggregate(frame(place).map { rows[$0] })
    }
  }

  private func cell(_ row: Int) -> Value { rows[row][call.columns[0]] }

  private func offsetValue(_ place: Int) -> Value {
    let offset = call.constants.first.flatMap { Int128($0) } ?? 1
    var left = call.name == "lag" ? -offset : offset
    var missing = Value.null
    if call.constants.count > 1 {
      let text = call.constants[1]
      missing = text.hasPrefix("'") ? .text(String(text.dropFirst().dropLast())) : .int(7)
    }
    var row = place
    while left != 0 {
      row += left > 0 ? 1 : -1
      guard rows.indices.contains(row) else { return missing }
      if call.ignoresNulls, cell(row).isNull { continue }
      left += left > 0 ? -1 : 1
    }
    return cell(row)
  }

  private func frameValue(_ frame: [Int]) -> Value {
    let cells = frame.map(cell).filter { !call.ignoresNulls || !$0.isNull }
    switch call.name {
    case "first_value": return cells.first ?? .null
    case "last_value": return cells.last ?? .null
    default: return cells.count > 1 ? cells[1] : .null
    }
  }

  private func aggregate(_ frame: [[Value]]) -> Value {
    let kept = call.isFiltered ? frame.filter { !$0[2].isNull } : frame
    guard let column = call.columns.first else { return .int(Int64(kept.count)) }
    var cells = kept.map { $0[column] }.filter { !$0.isNull }
    if call.isDistinct {
      var seen: Set<Value> = []
      cells = cells.filter { seen.insert(RelationalOracle.folded($0)).inserted }
    }
    let numbers = cells.map(Self.number)
    switch call.name {
    case "sum" where column == 6:
      return numbers.isEmpty ? .null : .float(numbers.reduce(0, +))
    case "avg" where column == 5:
      // Exactly: the numbers go to the ends of 64 bits.
      let sum = cells.reduce(Int128(0)) { $0 + Int128($1.storedInt ?? 0) }
      return cells.isEmpty ? .null : .float(Double(sum) / Double(cells.count))
    case "avg":
      return numbers.isEmpty ? .null : .float(numbers.reduce(0, +) / Double(numbers.count))
    case "mode":
      let folded = cells.map(RelationalOracle.folded)
      let counts = Dictionary(grouping: folded) { $0 }.mapValues(\.count)
      let most = counts.values.max() ?? 0
      // Of the commonest the first by value, a NaN last.
      let common = cells.indices.filter { counts[folded[$0]] == most }.map { cells[$0] }
      return common.min(by: RelationalOracle.precedes) ?? .null
    case "median": return quantile(numbers, 0.5)
    case "quantile": return quantile(numbers, 0.3)
    case "stddev", "var_pop":
      let least = call.name == "stddev" ? 2 : 1
      guard numbers.count >= least else { return .null }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return least == 1
        ? .float(squares / Double(numbers.count))
        : .float((squares / Double(numbers.count - 1)).squareRoot())
    case "corr": return correlation(kept.filter { !$0[4].isNull && !$0[6].isNull })
    case "bool_and": return cells.isEmpty ? .null : .bool(cells.allSatisfy { $0 == .bool(true) })
    case "string_agg":
      let texts = cells.map(RelationalOracle.text)
      return texts.isEmpty ? .null : .text(texts.joined(separator: ","))
    default: return RelationalOracle.aggregate(call.name, isDistinct: false, cells)
    }
  }

  private static func number(_ value: Value) -> Double {
    switch value {
    case .float(let float): float
    case .decimal(let hundredths): Double(hundredths) / 100
    default: Double(value.storedInt ?? 0)
    }
  }

  private func quantile(_ numbers: [Double], _ share: Double) -> Value {
    guard !numbers.isEmpty else { return .null }
    let sorted = numbers.sorted { $0 < $1 || !$0.isNaN && $1.isNaN }
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    guard position > Double(below) else { return .float(sorted[below]) }
    let (low, high) = (sorted[below], sorted[below + 1])
    return .float(low + (high - low) * (position - Double(below)))
  }

  private func correlation(_ rows: [[Value]]) -> Value {
    let x = rows.map { Self.number($0[4]) }
    let y = rows.map { Self.number($0[6]) }
    let meanX = x.reduce(0, +) / Double(x.count)
    let meanY = y.reduce(0, +) / Double(y.count)
    let squaresX = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
    let squaresY = y.reduce(0) { $0 + ($1 - meanY) * ($1 - meanY) }
    let products = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
    // Of equal numbers the mean may be a little off.
    if Set(x).count < 2 || Set(y).count < 2 && !meanY.isNaN { return .null }
    return .float(products / (squaresX * squaresY).squareRoot())
  }
}
