import Glibc

/// Rounds numbers to steps of powers of ten.
enum Rounding {
  /// Returns the multiple of `step` nearest to `value`, ties away from zero.
  static func nearest(_ value: Int64, _ step: Int64) throws(FunctionError) -> Int64 {
    let multiples = Numbers.roundedQuotient(Int128(value), Int128(step))
    guard let result = Int64(exactly: multiples * Int128(step)) else { throw .overflow("round") }
    return result
  }

  /// Rounds to 10^−`digits`; a whole number has no decimals to lose.
  static func nearest(_ value: Int64, digits: Int64) throws(FunctionError) -> Int64 {
    if digits >= 0 { return value }
    // 10^19 is more than twice any Int64.
    if digits <= -20 { return 0 }
    var step: Int128 = 1
    for _ in 0..<(-digits) { step *= 10 }
    let multiples = Numbers.roundedQuotient(Int128(value), step)
    guard let result = Int64(exactly: multiples * step) else { throw .overflow("round") }
    return result
  }

  /// Rounds a float to `digits` decimals, ties away from zero.
  ///
  /// The result is the double nearest to the rounded number, so that it prints with that many
  /// decimals; where scaling leaves the doubles the value is returned as it is.
  static func nearest(_ value: Double, digits: Int64) -> Double {
    if digits > 300 || !value.isFinite { return value }
    if digits < -308 { return 0 }
    if digits >= 0 {
      let scale = pow(10, Double(digits))
      let scaled = (value * scale).rounded()
      // From 2^53 on there are no decimals left to round.
      return scaled.magnitude < 0x1p53 ? scaled / scale : value
    }
    let scale = pow(10, Double(-digits))
    return (value / scale).rounded() * scale
  }

  /// Cuts what stands behind 10^−`digits`.
  static func cut(_ value: Int64, digits: Int64) -> Int64 {
    if digits >= 0 { return value }
    // 10^19 is more than any Int64.
    if digits <= -19 { return 0 }
    var step: Int64 = 1
    for _ in 0..<(-digits) { step *= 10 }
    return value / step * step
  }

  /// Cuts a float to `digits` decimals, as far as it has them.
  static func cut(_ value: Double, digits: Int64) -> Double {
    if digits > 300 || !value.isFinite { return value }
    if digits < -308 { return 0 }
    let scale = pow(10, Double(digits.magnitude))
    guard digits >= 0 else { return (value / scale).rounded(.towardZero) * scale }
    let scaled = value * scale
    guard scaled.magnitude < 0x1p53 else { return value }
    // 0.29 · 100 is a little less than 29: a product that prints as a whole number is one.
    let nearest = scaled.rounded()
    let whole = nearest / scale == value ? nearest : scaled.rounded(.towardZero)
    return whole / scale
  }

  /// Rounds hundredths to a whole number by `rule`.
  static func whole(
    _ hundredths: Int64,
    _ rule: FloatingPointRoundingRule
  ) throws(FunctionError) -> Int64 {
    let rest = hundredths % 100
    if rest == 0 { return hundredths }
    let cut = hundredths - rest
    let (result, overflow) =
      switch rule {
      case .down where rest < 0: cut.subtractingReportingOverflow(100)
      case .up where rest > 0: cut.addingReportingOverflow(100)
      default: (cut, false)
      }
    if overflow { throw .overflow("rounding of a decimal") }
    return result
  }

  /// Returns the number, from 1, of the equal stretch of `low`…`high` that holds `value`.
  static func bucket(
    _ value: Double,
    _ low: Double,
    _ high: Double,
    _ count: Int64
  ) throws(FunctionError) -> Int64 {
    guard count > 0, count < 1 << 31 else {
      throw .badArgument("width_bucket's count lies between 1 and 2147483647: \(count)")
    }
    guard low.isFinite, high.isFinite, low != high, !value.isNaN else {
      throw .badArgument("width_bucket needs two different bounds and a number")
    }
    let isInside = low < high ? value >= low && value < high : value <= low && value > high
    if !isInside { return (low < high) == (value < low) ? 0 : count + 1 }
    let share = (value - low) / (high - low)
    return min(Int64(share * Double(count)), count - 1) + 1
  }
}
