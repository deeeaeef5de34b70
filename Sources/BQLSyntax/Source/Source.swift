/// Holds the text of a script or of one REPL entry, with its name for messages.
package struct Source: Sendable {
  /// A path, `<command line>`, `<stdin>` or `<repl>`.
  package let name: String
  package let text: String

  package init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}

/// Marks a part of a source as half-open UTF-8 offsets.
package struct SourceRange: Hashable, Sendable {
  package var start: Int
  package var end: Int

  package init(_ start: Int, _ end: Int) {
    self.start = start
    self.end = end
  }

  /// Returns the smallest range that covers both.
  package func union(_ other: SourceRange) -> SourceRange {
    SourceRange(min(start, other.start), max(end, other.end))
  }
}
