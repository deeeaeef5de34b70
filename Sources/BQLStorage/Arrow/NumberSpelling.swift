import BQLColumnar

/// Spells numbers and instants one behind the other, as ``ValueText`` does but for the zeros behind
/// a fraction of a second.
struct NumberSpelling {
  /// Bytes that one number takes at most: a date, a time of day and six digits of a second.
  static let longest = 32

  /// Where the next one goes.
  private(set) var position = 0
  private var day = Int64.min
  /// The day's digits: most instants share it with the one before.
  private var date: [UInt8] = []

  @inline(__always)
  mutating func put(_ value: Int64, _ out: inout MutableSpan<UInt8>) {
    if value < 0 { put(byte: UInt8(ascii: "-"), &out) }
    put(magnitude: value.magnitude, &out)
  }

  @inline(__always)
  mutating func put(hundredths value: Int64, _ out: inout MutableSpan<UInt8>) {
    if value < 0 { put(byte: UInt8(ascii: "-"), &out) }
    put(magnitude: value.magnitude / 100, &out)
    put(byte: UInt8(ascii: "."), &out)
    put(twoDigits: Int64(value.magnitude % 100), &out)
  }

  @inline(__always)
  mutating func put(timestamp: Int64, _ out: inout MutableSpan<UInt8>) {
    let (day, rest) = TimeLimits.split(timestamp)
    if day != self.day {
      date.removeAll(keepingCapacity: true)
      ValueText.append(date: day, to: &date)
      date.append(UInt8(ascii: " "))
      self.day = day
    }
    for index in date.indices { out[position + index] = date[index] }
    position += date.count
    let seconds = rest / Microseconds.perSecond
    put(twoDigits: seconds / 3_600, &out)
    put(byte: UInt8(ascii: ":"), &out)
    put(twoDigits: seconds / 60 % 60, &out)
    put(byte: UInt8(ascii: ":"), &out)
    put(twoDigits: seconds % 60, &out)
    let fraction = rest % Microseconds.perSecond
    guard fraction > 0 else { return }
    put(byte: UInt8(ascii: "."), &out)
    put(twoDigits: fraction / 10_000, &out)
    put(twoDigits: fraction / 100 % 100, &out)
    put(twoDigits: fraction % 100, &out)
  }

  @inline(__always)
  private mutating func put(byte: UInt8, _ out: inout MutableSpan<UInt8>) {
    out[position] = byte
    position += 1
  }

  @inline(__always)
  private mutating func put(twoDigits value: Int64, _ out: inout MutableSpan<UInt8>) {
    put(byte: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10), &out)
    put(byte: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10), &out)
  }

  @inline(__always)
  private mutating func put(magnitude: UInt64, _ out: inout MutableSpan<UInt8>) {
    var count = 1
    var power: UInt64 = 10
    while count < 20, magnitude >= power {
      count += 1
      let (next, overflow) = power.multipliedReportingOverflow(by: 10)
      power = overflow ? .max : next
      if overflow { break }
    }
    var rest = magnitude
    var place = position + count
    while place > position {
      place -= 1
      out[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    position += count
  }
}
