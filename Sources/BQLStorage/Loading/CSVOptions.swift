/// Says how a delimited text is written, where LOAD's CSV clause says so; the rest is told from the
/// text itself.
package struct CSVOptions: Hashable, Sendable {
  /// What stands between the fields of a row.
  package enum Delimiter: Hashable, Sendable {
    case byte(UInt8)
    /// A run of spaces and tabs.
    case blanks
  }

  /// What encloses a field that holds delimiters or line ends.
  package enum Quote: Hashable, Sendable {
    case byte(UInt8)
    /// Quotes are text.
    case none
  }

  package var delimiter: Delimiter?
  package var quote: Quote?
  /// The byte that makes a quote, a delimiter, a line end or itself behind it part of a text.
  package var escape: UInt8?
  package var hasHeader: Bool?
  /// Lines before the header, or before the first row.
  package var skippedLineCount = 0
  /// The text that stands for an empty field.
  package var nullText: String?
  /// The order of day, month and year in dates such as 01/12/2010.
  package var dateOrder: DateOrder?
  package var decimalMark: DecimalMark?

  package init() {}
}

/// Orders the parts of a date in digits.
package enum DateOrder: Hashable, Sendable {
  case dayFirst
  case monthFirst
  case yearFirst
  /// The day and the month may be either; rows are never read so.
  case unknown

  /// In words.
  var text: String {
    switch self {
    case .dayFirst: "day/month/year"
    case .monthFirst: "month/day/year"
    case .yearFirst: "year/month/day"
    case .unknown: "day and month in an order that is not known"
    }
  }
}

/// Separates whole units from their fractions; the other mark of the two groups thousands.
package enum DecimalMark: Hashable, Sendable {
  case point
  case comma
}
