package import BQLSyntax

/// Reports why a statement did not run: one or more diagnostics with their places.
public struct BQLError: Error, Sendable {
  /// Sorts failures the way the program's exit codes do.
  public enum Kind: Int32, Sendable {
    /// A statement failed; an unknown name, a failed ASSERT.
    case statement = 1
    /// Syntax, or the command line's words.
    case usage = 2
    /// A file or its data.
    case data = 3
    /// Ctrl-C.
    case interrupted = 130
  }

  /// Which exit code the program ends with.
  public let kind: Kind
  package let diagnostics: [Diagnostic]
  /// The text that the diagnostics' places refer to.
  package let source: Source

  /// Makes an error; diagnostics are put in the order of the text.
  package init(kind: Kind, diagnostics: [Diagnostic], source: Source) {
    self.kind = kind
    // In the order of the text, whatever order the parts were bound in.
    self.diagnostics = diagnostics.enumerated().sorted {
      ($0.element.range.start, $0.offset) < ($1.element.range.start, $1.offset)
    }.map(\.element)
    self.source = source
  }
}
