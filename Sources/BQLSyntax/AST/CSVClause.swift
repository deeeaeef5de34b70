/// Holds `CSV (DELIMITER ';', QUOTE '"', …)`: how LOAD's files are written, where they do not show it.
package struct CSVClause: Hashable, Sendable {
  /// Names which of day and month comes first in dates of digits.
  package enum DateOrder: String, Hashable, Sendable, CaseIterable {
    case dayFirst = "DMY"
    case monthFirst = "MDY"
  }

  /// One byte, or a blank for a run of blanks.
  package var delimiter: Choice<String>?
  /// One byte; empty for none.
  package var quote: Choice<String>?
  /// One byte.
  package var escape: Choice<String>?
  package var header: Choice<Bool>?
  /// Lines before the header.
  package var skip: Choice<Int>?
  /// The text that stands for an empty field.
  package var nulls: Choice<String>?
  package var dates: Choice<DateOrder>?
  /// `,` or `.`.
  package var decimals: Choice<String>?
  package var range: SourceRange

  package init(range: SourceRange) {
    self.range = range
  }
}
