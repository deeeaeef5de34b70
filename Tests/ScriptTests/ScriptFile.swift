/// Holds a script with what is expected of each of its statements.
///
/// Expectations are comments behind a statement, so that the script stays runnable:
/// `--| step,users` a line of the answer as CSV, `--# …` a note, `--> …` a line of a report,
/// `--! B0204 1:20 message` a diagnostic with its place counted from the statement's first line.
struct ScriptFile {
  struct Item {
    /// The lines up to the statement's end, comments before it included.
    var text: String
    var expectations: [String]
  }

  var items: [Item] = []
  /// Lines after the last statement.
  var tail: [String] = []

  private static let marks = ["--|", "--#", "-->", "--!"]

  init(_ text: String) {
    var pending: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if Self.marks.contains(where: line.hasPrefix), !items.isEmpty, pending.isEmpty {
        items[items.count - 1].expectations.append(line)
        continue
      }
      pending.append(line)
      if line.hasSuffix(";"), !line.hasPrefix("--") {
        items.append(Item(text: pending.joined(separator: "\n"), expectations: []))
        pending = []
      }
    }
    tail = pending
  }

  /// The script with these expectations.
  var text: String {
    (items.flatMap { [$0.text] + $0.expectations } + tail).joined(separator: "\n")
  }
}
