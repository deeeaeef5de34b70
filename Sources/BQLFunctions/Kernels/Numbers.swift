import BQLColumnar

/// Does the arithmetic that needs a check, one number at a time.
enum Numbers {
  /// Returns the nearest whole number, ties to even.
  ///
  /// - Throws: ``FunctionError/overflow(_:)`` for NaN, infinities and numbers past `Int64`.
  static func int(rounding value: Double, _ operation: String) throws(FunctionError) -> Int64 {
    let rounded = value.rounded(.toNearestOrEven)
    // 2^63 is the first double too large.
    guard rounded >= -0x1p63, rounded < 0x1p63 else { throw .overflow(operation) }
    return Int64(rounded)
  }

  /// Returns the nearest number of hundredths, ties away from zero, of the float as it prints:
  /// 1.005 is a tie although the double is a little less.
  static func hundredths(_ value: Double) throws(FunctionError) -> Int64 {
    let scaled = (value * 100).magnitude
    // Far from a tie, and small enough to have decimals at all, the product decides.
    if scaled < 0x1p52, ((scaled - scaled.rounded(.down)) - 0.5).magnitude > 1e-3 {
      return Int64((value * 100).rounded())
    }
    guard value.isFinite, let hundredths = ValueText.parseDecimal(value.description.utf8Span.span)
    else { throw .overflow("cast of float to decimal") }
    return hundredths
  }

  /// Divides and cuts towards zero.
  static func quotient(
    _ a: Int64,
    _ b: Int64,
    _ operation: String
  ) throws(FunctionError) -> Int64 {
    if b == 0 { throw .divisionByZero }
    let (quotient, overflow) = a.dividedReportingOverflow(by: b)
    if overflow { throw .overflow(operation) }
    return quotient
  }

  /// Divides and rounds half away from zero.
  static func roundedQuotient(
    _ a: Int64,
    _ b: Int64,
    _ operation: String
  ) throws(FunctionError) -> Int64 {
    if b == 0 { throw .divisionByZero }
    guard let quotient = Int64(exactly: roundedQuotient(Int128(a), Int128(b))) else {
      throw .overflow(operation)
    }
    return quotient
  }

  /// Divides by `b`, not 0, and rounds half away from zero.
  static func roundedQuotient(_ a: Int128, _ b: Int128) -> Int128 {
    let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
    // |b| − |r| <= |r| says that the rest is at least a half, without doubling it.
    if remainder.magnitude >= b.magnitude - remainder.magnitude {
      return quotient + ((a < 0) == (b < 0) ? 1 : -1)
    }
    return quotient
  }

  /// Returns the nearest float; the library's conversion of 128 bits takes long, and few sums need it.
  @inline(__always)
  static func float(_ value: Int128) -> Double {
    let low = Int64(truncatingIfNeeded: value)
    return Int128(low) == value ? Double(low) : Double(value)
  }

  /// Divides floats; as in PostgreSQL NaN may be divided by zero and nothing else.
  static func quotient(_ a: Double, _ b: Double) throws(FunctionError) -> Double {
    if b == 0, !a.isNaN { throw .divisionByZero }
    let quotient = a / b
    if quotient.isInfinite, a.isFinite { throw .overflow("float division") }
    return quotient
  }

  /// Refuses a float result that left the range of doubles although the arguments were in it.
  static func finite(
    _ value: Double,
    of arguments: Double...,
    by operation: String
  ) throws(FunctionError) -> Double {
    if value.isInfinite, arguments.allSatisfy(\.isFinite) { throw .overflow(operation) }
    return value
  }
}

/// Keeps computed instants and days within ``TimeLimits``.
enum TimeArithmetic {
  typealias Checked = (partialValue: Int64, overflow: Bool)

  @inline(__always)
  static func timestamp(_ result: Checked) -> Checked {
    let isInside = TimeLimits.timestamps.contains(result.partialValue)
    return (result.partialValue, result.overflow || !isInside)
  }

  @inline(__always)
  static func date(_ result: Checked) -> Checked {
    let isInside = TimeLimits.days.contains(result.partialValue)
    return (result.partialValue, result.overflow || !isInside)
  }

  /// Returns the first instant of a day.
  @inline(__always)
  static func midnight(_ day: Int64) -> Checked {
    day.multipliedReportingOverflow(by: Microseconds.perDay)
  }

  static func timestamp(_ start: Checked, plus interval: Int64) -> Checked {
    let (value, overflow) = start.partialValue.addingReportingOverflow(interval)
    return timestamp((value, overflow || start.overflow))
  }

  static func timestamp(_ start: Checked, minus interval: Int64) -> Checked {
    let (value, overflow) = start.partialValue.subtractingReportingOverflow(interval)
    return timestamp((value, overflow || start.overflow))
  }
}
