/// Says why Arrow data could not be read or written, as plain values.
package enum ArrowError: Error, Hashable, Sendable {
  /// The bytes are no Arrow data, or were changed or cut off; `reason` completes "it is damaged:".
  case damaged(reason: String)
  /// The data are sound but of a kind that is not read; `column` is nil where it is the whole file.
  case unsupported(column: String?, what: String, hint: String?)
  /// A column holds a value that its type here cannot hold; `row` counts from 1.
  case unfitValue(column: String, row: Int, reason: String)
  /// The system refused to read or write: its error number.
  case system(code: Int32)
  /// A library that is opened at run time is not installed.
  case missingLibrary(library: String, package: String)
  /// Whoever reads asked to stop.
  case cancelled
}
