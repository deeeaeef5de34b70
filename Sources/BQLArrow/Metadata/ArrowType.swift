/// Names a type of Arrow's that has one array of values: every one that is not nested.
package enum ArrowType: Hashable, Sendable {
  /// Nothing but NULL, in no memory.
  case null
  /// One bit a row.
  case bool
  /// `bits` is 8, 16, 32 or 64.
  case int(bits: Int, isSigned: Bool)
  /// `bits` is 16, 32 or 64.
  case float(bits: Int)
  /// Offsets of 32 bits, or of 64 where it is large, into UTF-8 bytes.
  case utf8(isLarge: Bool)
  /// As ``utf8(isLarge:)``, of any bytes.
  case binary(isLarge: Bool)
  /// Views of 16 bytes, short texts inside them.
  case utf8View
  case binaryView
  case fixedSizeBinary(byteWidth: Int)
  /// `bits` is 32, 64, 128 or 256; the value is the stored integer / 10^scale.
  case decimal(precision: Int, scale: Int, bits: Int)
  /// Days since 1970 in 32 bits.
  case date32
  /// Milliseconds since 1970 in 64 bits, whole days.
  case date64
  /// The time of day in 32 bits (seconds, milliseconds) or 64.
  case time(TimeUnit)
  /// Units since 1970 in 64 bits: an instant where a zone is named, else a wall-clock time.
  case timestamp(TimeUnit, zone: String?)
  /// A length of time in 64 bits.
  case duration(TimeUnit)
  /// Months and days and smaller parts, kept apart.
  case interval(IntervalUnit)

  /// What one unit of time is; the raw value is Arrow's own.
  package enum TimeUnit: Int16, Hashable, Sendable {
    case second = 0
    case millisecond
    case microsecond
    case nanosecond
  }

  /// How an interval's parts are stored; the raw value is Arrow's own.
  package enum IntervalUnit: Int16, Hashable, Sendable {
    /// 32 bits of months.
    case yearMonth = 0
    /// 32 bits of days and 32 of milliseconds.
    case dayTime
    /// 32 bits of months, 32 of days, 64 of nanoseconds.
    case monthDayNano
  }

  /// How the type's buffers are laid out behind the validity bitmap.
  package enum Layout: Hashable, Sendable {
    /// No buffers at all, not even validity.
    case none
    case bits
    /// One buffer of `byteWidth` bytes a row.
    case fixed(byteWidth: Int)
    /// Offsets of `byteWidth` bytes, one more than rows, and bytes.
    case offsets(byteWidth: Int)
    /// Views of 16 bytes, and any number of buffers of bytes.
    case views
  }

  package var layout: Layout {
    switch self {
    case .null: .none
    case .bool: .bits
    case .int(let bits, _), .float(let bits), .decimal(_, _, let bits):
      .fixed(byteWidth: bits / 8)
    case .utf8(let isLarge), .binary(let isLarge): .offsets(byteWidth: isLarge ? 8 : 4)
    case .utf8View, .binaryView: .views
    case .fixedSizeBinary(let byteWidth): .fixed(byteWidth: byteWidth)
    case .date32: .fixed(byteWidth: 4)
    case .date64, .timestamp, .duration: .fixed(byteWidth: 8)
    case .time(let unit):
      .fixed(byteWidth: unit == .second || unit == .millisecond ? 4 : 8)
    case .interval(.yearMonth): .fixed(byteWidth: 4)
    case .interval(.dayTime): .fixed(byteWidth: 8)
    case .interval(.monthDayNano): .fixed(byteWidth: 16)
    }
  }
}

extension ArrowType.TimeUnit {
  /// How many of the unit a second has.
  package var perSecond: Int64 {
    switch self {
    case .second: 1
    case .millisecond: 1_000
    case .microsecond: 1_000_000
    case .nanosecond: 1_000_000_000
    }
  }
}
