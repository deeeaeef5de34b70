/// Names the type of a column or an expression.
///
/// Every type has one representation in a chunk (see ``Column/Values``): `bool` is `Bool`; `int`,
/// `decimal`, `timestamp`, `date` and `interval` are `Int64`; `float` is `Double`; `text` is a
/// dictionary code.
package enum DataType: String, Hashable, Sendable, CaseIterable {
  /// True or false.
  case bool
  /// A signed 64-bit integer.
  case int
  /// An IEEE 754 double.
  case float
  /// An exact number with two decimal places, held in hundredths: money adds up exactly.
  case decimal
  /// UTF-8 text, compared by bytes.
  case text
  /// An instant: microseconds since 1970-01-01 00:00:00 UTC.
  case timestamp
  /// A calendar day: days since 1970-01-01.
  case date
  /// A span of time in microseconds.
  case interval

  /// Says whether arithmetic works on the type as on a number.
  package var isNumeric: Bool {
    switch self {
    case .int, .float, .decimal: true
    case .bool, .text, .timestamp, .date, .interval: false
    }
  }
}
