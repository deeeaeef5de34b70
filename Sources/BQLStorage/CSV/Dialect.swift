/// Names the bytes that structure a delimited text.
struct Dialect: Hashable, Sendable {
  var delimiter = UInt8(ascii: ",")
  var quote = UInt8(ascii: "\"")

  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  /// The longest quoted field: a quote without its partner within so many bytes is a bad row that
  /// ends at its line's end, so that one stray quote cannot swallow a file.
  static let longestQuotedField = 1 << 20

  /// The longest row; a longer one is taken as a sign that the file is no table.
  static let longestRow = 16 << 20
}
