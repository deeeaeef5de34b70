import BQLColumnar

/// Reads Arrow's integers, decimals and times as the whole numbers that columns hold.
struct NumberReading {
  let field: String
  /// Rows before those at hand, for messages.
  let rowsBefore: Int
  /// Rows without a value hold anything, which is not looked at.
  let validity: Bitmap?
  /// How many values were rounded.
  private(set) var roundedCount = 0

  init(field: String, rowsBefore: Int, validity: Bitmap?) {
    self.field = field
    self.rowsBefore = rowsBefore
    self.validity = validity
  }

  /// Returns the numbers of an array of one of the types held in `Int64`.
  mutating func ints(_ array: ArrowArray, _ type: ArrowType) throws(ArrowError) -> [Int64] {
    switch type {
    case .int(8, true): return try widened(array, Int8.self)
    case .int(16, true): return try widened(array, Int16.self)
    case .int(32, true): return try widened(array, Int32.self)
    case .int(8, false): return try widened(array, UInt8.self)
    case .int(16, false): return try widened(array, UInt16.self)
    case .int(32, false): return try widened(array, UInt32.self)
    case .int(_, true): return try widened(array, Int64.self)
    case .int(_, false):
      return try mapped(array, UInt64.self, "it is past 9,223,372,036,854,775,807") {
        Int64(exactly: $0)
      }
    case .date32:
      return try mapped(array, Int32.self, Self.outside) {
        TimeLimits.days.contains(Int64($0)) ? Int64($0) : nil
      }
    case .date64:
      return try mapped(array, Int64.self, Self.outside) { milliseconds in
        let day = Self.floored(milliseconds, by: 86_400_000)
        return TimeLimits.days.contains(day) ? day : nil
      }
    case .time(let unit) where unit == .second || unit == .millisecond:
      let scale = Microseconds.perSecond / unit.perSecond
      return try mapped(array, Int32.self, "") { Int64($0) * scale }
    case .time(let unit), .duration(let unit): return try times(array, unit, limits: nil)
    case .timestamp(let unit, _): return try times(array, unit, limits: TimeLimits.timestamps)
    case .decimal(_, let scale, let bits): return try decimals(array, bits, scale)
    case .interval(let unit): return try intervals(array, unit)
    case .null, .bool, .float, .utf8, .binary, .utf8View, .binaryView, .fixedSizeBinary:
      preconditionFailure("not a type of whole numbers")
    }
  }

  private static let outside = "it lies outside the years 0001 to 9999"

  private func widened<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ array: ArrowArray,
    _ type: Raw.Type
  ) throws(ArrowError) -> [Int64] {
    try array.numbers(type).withSpan { raw in
      var ints = [Int64](repeating: 0, count: raw.count)
      var output = ints.mutableSpan
      for row in raw.indices { output[row] = Int64(truncatingIfNeeded: raw[row]) }
      return ints
    }
  }

  /// Maps each row's number; nil is an error that `reason` explains.
  private func mapped<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ array: ArrowArray,
    _ type: Raw.Type,
    _ reason: String,
    _ map: (Raw) -> Int64?
  ) throws(ArrowError) -> [Int64] {
    let raw = try array.numbers(type)
    var ints = [Int64](repeating: 0, count: array.count)
    let misfit = raw.withSpan { raw -> Int? in
      var output = ints.mutableSpan
      for row in raw.indices {
        if let int = map(raw[row]) {
          output[row] = int
        } else if validity?[row] ?? true {
          return row
        }
      }
      return nil
    }
    if let misfit { throw unfit(misfit, reason) }
    return ints
  }

  private func unfit(_ row: Int, _ reason: String) -> ArrowError {
    .unfitValue(column: field, row: rowsBefore + row + 1, reason: reason)
  }

  /// Reads times of 64 bits as microseconds.
  private mutating func times(
    _ array: ArrowArray,
    _ unit: ArrowType.TimeUnit,
    limits: ClosedRange<Int64>?
  ) throws(ArrowError) -> [Int64] {
    let limits = limits ?? Int64.min...Int64.max
    let reason = limits == Int64.min...Int64.max ? "it is too long" : Self.outside
    guard unit == .nanosecond else {
      let scale = Microseconds.perSecond / unit.perSecond
      return try mapped(array, Int64.self, reason) { raw in
        let (scaled, overflow) = raw.multipliedReportingOverflow(by: scale)
        return !overflow && limits.contains(scaled) ? scaled : nil
      }
    }
    var rounded = 0
    let ints = try mapped(array, Int64.self, reason) { raw in
      let floor = Self.floored(raw, by: 1_000)
      let rest = raw &- floor &* 1_000
      if rest != 0 { rounded += 1 }
      return floor + (rest >= 500 ? 1 : 0)
    }
    if let validity {
      // Rows without a value do not count.
      rounded = 0
      try array.numbers(Int64.self).withSpan { raw in
        for row in raw.indices where validity[row] && raw[row] % 1_000 != 0 { rounded += 1 }
      }
    }
    roundedCount += rounded
    return ints
  }

  private static func floored(_ value: Int64, by divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  private func intervals(
    _ array: ArrowArray,
    _ unit: ArrowType.IntervalUnit
  ) throws(ArrowError) -> [Int64] {
    let words = unit == .dayTime ? 2 : 4
    let parts = try array.numbers(Int32.self, perRow: words)
    var ints = [Int64](repeating: 0, count: array.count)
    let misfit = parts.withSpan { parts -> Int? in
      for row in 0..<array.count where validity?[row] ?? true {
        let first = row * words
        if words == 2 {
          let (days, overflow) = Int64(parts[first])
            .multipliedReportingOverflow(by: Microseconds.perDay)
          let rest = Int64(parts[first + 1]) * Microseconds.perMillisecond
          let (sum, sumOverflow) = days.addingReportingOverflow(rest)
          guard !overflow, !sumOverflow else { return row }
          ints[row] = sum
        } else {
          guard parts[first] == 0 else { return row }
          let low = UInt64(UInt32(bitPattern: parts[first + 2]))
          let nanoseconds = Int64(parts[first + 3]) << 32 | Int64(bitPattern: low)
          let (days, overflow) = Int64(parts[first + 1])
            .multipliedReportingOverflow(by: Microseconds.perDay)
          let (sum, sumOverflow) = days.addingReportingOverflow(nanoseconds / 1_000)
          guard !overflow, !sumOverflow else { return row }
          ints[row] = sum
        }
      }
      return nil
    }
    if let misfit {
      throw unfit(misfit, "it has months, which have no fixed length, or is too long")
    }
    return ints
  }

  /// Reads decimals of up to two places: as hundredths, or as whole numbers where they have none.
  private func decimals(
    _ array: ArrowArray,
    _ bits: Int,
    _ scale: Int
  ) throws(ArrowError) -> [Int64] {
    var factor: Int64 = 1
    let power = scale > 0 ? 2 - scale : -scale
    var isTooLarge = false
    for _ in 0..<power {
      let (product, overflow) = factor.multipliedReportingOverflow(by: 10)
      isTooLarge = isTooLarge || overflow
      factor = product
    }
    let wide = try array.wideIntegers(bits)
    var ints = [Int64](repeating: 0, count: array.count)
    for row in 0..<array.count where validity?[row] ?? true {
      guard let value = wide[row], !isTooLarge || value == 0 else {
        throw unfit(row, "it is too large")
      }
      let (product, overflow) = value.multipliedReportingOverflow(by: isTooLarge ? 0 : factor)
      guard !overflow else { throw unfit(row, "it is too large") }
      ints[row] = product
    }
    return ints
  }
}
