/// Says what is wrong at which place, and what to do next; text and JSON are made of it elsewhere.
package struct Diagnostic: Hashable, Sendable {
  /// Tells errors, which end a statement, from warnings.
  package enum Severity: String, Hashable, Sendable {
    case error
    case warning
  }

  /// Points at a further place that explains the first.
  package struct Label: Hashable, Sendable {
    package var range: SourceRange
    package var message: String

    package init(range: SourceRange, message: String) {
      self.range = range
      self.message = message
    }
  }

  package var code: DiagnosticCode
  package var severity: Severity
  /// One sentence in the analyst's terms, values last, no full stop.
  package var message: String
  /// What stands under the caret; empty where the message says it all.
  package var label: String
  package var range: SourceRange
  package var secondary: [Label]
  /// "did you mean 'purchase'?", "known events: …".
  package var hints: [String]

  package init(
    _ code: DiagnosticCode,
    _ message: String,
    at range: SourceRange,
    label: String = "",
    secondary: [Label] = [],
    hints: [String] = [],
    severity: Severity = .error
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.label = label
    self.range = range
    self.secondary = secondary
    self.hints = hints
  }
}
