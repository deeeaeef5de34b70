import BQLColumnar
import Glibc

/// Cuts the range of some numbers into stretches of one round width: 1, 2 or 5 times a power of ten,
/// of time the lengths that clocks have.
struct HistogramBins {
  private enum Width {
    /// In the numbers' own unit.
    case whole(Int64, DataType)
    /// `factor` · 10^`exponent`.
    case broken(factor: Int64, exponent: Int)
  }

  private let width: Width
  /// The number of the first stretch: it begins at so many widths.
  private let first: Int64
  private let binCount: Int

  /// Makes at most `count` + 1 stretches for numbers of a type held in `Int64`, one or more.
  init(ints: [Int64], _ type: DataType, count: Int) {
    let low = ints.min() ?? 0
    let high = ints.max() ?? 0
    let span = Int128(high) - Int128(low)
    let wanted = (span + Int128(count)) / Int128(count)
    let width = Self.roundWidth(Int64(clamping: max(wanted, 1)), type)
    self.width = .whole(width, type)
    first = Self.floor(low, width)
    binCount = Int(Self.floor(high, width) - first) + 1
  }

  /// Makes at most `count` + 1 stretches for finite floats, one or more.
  init(floats: [Double], count: Int) {
    let low = floats.min() ?? 0
    let high = floats.max() ?? 0
    var wanted = high / Double(count) - low / Double(count)
    if wanted <= 0 { wanted = low == 0 ? 1 : abs(low) / 10 }
    // Far from 1 powers of ten leave the doubles; nothing is told apart there.
    wanted = min(max(wanted, 1e-300), 1e308)
    let exponent = Int(log10(wanted).rounded(.down))
    var factor: Int64 = 1
    for candidate in [Int64(1), 2, 5, 10] {
      factor = candidate
      if Self.value(candidate, exponent) >= wanted { break }
    }
    width = .broken(factor: factor, exponent: exponent)
    first = Self.index(low, factor, exponent)
    binCount = Int(Self.index(high, factor, exponent) - first) + 1
  }

  /// Counts values by the stretch that `index` says.
  func counts<T>(_ values: [T], _ index: (T) -> Int) -> [Int] {
    var counts = [Int](repeating: 0, count: binCount)
    for value in values { counts[min(max(index(value), 0), binCount - 1)] += 1 }
    return counts
  }

  func index(_ value: Int64) -> Int {
    guard case .whole(let width, _) = width else { return 0 }
    return Int(Self.floor(value, width) - first)
  }

  func index(_ value: Double) -> Int {
    guard case .broken(let factor, let exponent) = width else { return 0 }
    return Int(Self.index(value, factor, exponent) - first)
  }

  /// Returns `[0, 10)`.
  func label(_ bin: Int) -> String {
    let number = Int128(first) + Int128(bin)
    return "[\(edge(number)), \(edge(number + 1)))"
  }

  private func edge(_ number: Int128) -> String {
    switch width {
    case .whole(let width, let type):
      let edge = Int64(clamping: number * Int128(width))
      switch type {
      case .decimal: return ValueText.text(.decimal(edge))
      case .interval: return ValueText.text(.interval(edge), intervals: .exact)
      case .int, .bool, .float, .text, .timestamp, .date: return ValueText.text(.int(edge))
      }
    case .broken(let factor, let exponent):
      return ValueText.text(.float(Self.value(Int64(clamping: number * Int128(factor)), exponent)))
    }
  }

  private static func floor(_ value: Int64, _ width: Int64) -> Int64 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: width)
    return rest < 0 ? quotient - 1 : quotient
  }

  /// `number` · 10^`exponent`, as the nearest double, so that it prints as the round number it is.
  private static func value(_ number: Int64, _ exponent: Int) -> Double {
    exponent >= 0
      ? Double(number) * pow(10, Double(exponent)) : Double(number) / pow(10, Double(-exponent))
  }

  private static func index(_ value: Double, _ factor: Int64, _ exponent: Int) -> Int64 {
    let width = self.value(factor, exponent)
    // A range of doubles has at most 2^52 steps between neighbours times the bins asked for.
    let quotient = min(max((value / width).rounded(.down), -0x1p59), 0x1p59)
    var index = Int64(quotient)
    if index.magnitude < 1 << 52 {
      if self.value((index + 1) * factor, exponent) <= value { index += 1 }
      if self.value(index * factor, exponent) > value { index -= 1 }
    }
    return index
  }

  /// The smallest round width that is not below `wanted`.
  private static func roundWidth(_ wanted: Int64, _ type: DataType) -> Int64 {
    if type == .interval {
      let second = Microseconds.perSecond
      let clock: [Int64] = [1, 2, 5, 10, 15, 30].flatMap { [$0 * second, $0 * 60 * second] }
      let hours: [Int64] = [1, 2, 3, 6, 12, 24].map { $0 * Microseconds.perHour }
      if wanted > second / 2, wanted <= Microseconds.perDay {
        return (clock + hours).filter { $0 >= wanted }.min() ?? Microseconds.perDay
      }
      if wanted > Microseconds.perDay {
        let days = (wanted - 1) / Microseconds.perDay + 1
        let (width, overflow) = roundWidth(days, .int).multipliedReportingOverflow(
          by: Microseconds.perDay
        )
        return overflow ? .max : width
      }
    }
    var power: Int64 = 1
    while true {
      for factor in [Int64(1), 2, 5] {
        let (width, overflow) = power.multipliedReportingOverflow(by: factor)
        if overflow { return .max }
        if width >= wanted { return width }
      }
      let (next, overflow) = power.multipliedReportingOverflow(by: 10)
      if overflow { return .max }
      power = next
    }
  }
}
