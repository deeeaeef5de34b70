package import BQLColumnar
import BQLFunctions
package import BQLSyntax

/// Resolves the names, types, roles and event values of one statement against a catalog.
///
/// Binding never stops at the first mistake: a part that cannot be bound records a diagnostic and
/// yields nil, and its siblings are still bound.
package struct Binder: Sendable {
  let catalog: Catalog
  let settings: Settings
  let parameters: [String: Expression]
  let source: Source
  /// Relations that stand for the files named in FROM, read before binding.
  let files: [String: Relation]
  /// The time at which the statement began.
  let now = StatementClock.now()
  /// The TRAIN of the model that is asked: text that stands behind the source's end.
  var quoted: QuotedStatement?
  /// What was found wrong, in the order of binding.
  package private(set) var diagnostics: [Diagnostic] = []
  /// What the answer's reader should know, found while binding.
  package private(set) var notes: [String] = []

  /// Adds what a reader must know of the question's input.
  package mutating func add(notes: [String]) { self.notes += notes }
  /// The attributes that expressions name, behind the columns of their logs.
  var attributeSlots = AttributeSlots()
  /// Whether RFM is bound for its measures alone, by another statement.
  var readsMeasuresOnly = false
  /// The queries of WITH that may be named here, outer ones first.
  var commonTables: [WithQuery] = []
  /// What the subqueries that are being bound may name of the rows around them, outermost first.
  var outerFrames: [ExpressionContext] = []
  /// The states of the tables that the statement reads, each once.
  package private(set) var reads: [UserAttribute.TableState] = []
  /// The periods of the attributes that the statement reads.
  package private(set) var attributePeriods: [ClosedRange<Int64>] = []

  package init(
    catalog: Catalog,
    settings: Settings,
    parameters: [String: Expression],
    source: Source,
    files: [String: Relation] = [:]
  ) {
    self.catalog = catalog
    self.settings = settings
    self.parameters = parameters
    self.source = source
    self.files = files
  }

  /// Whether any diagnostic is an error.
  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Records a diagnostic.
  mutating func report(_ diagnostic: Diagnostic) {
    if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
  }

  /// Changes what was reported from a place on.
  mutating func revise(from first: Int, _ change: (Diagnostic) -> Diagnostic) {
    let found = diagnostics.dropFirst(first).map(change)
    diagnostics.removeSubrange(first...)
    for diagnostic in found { report(diagnostic) }
  }

  /// Records a note for the answer.
  mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }

  /// Records an error, and yields nil so that a bind function can return it.
  mutating func fail<T>(
    _ code: DiagnosticCode,
    _ message: String,
    at range: SourceRange,
    label: String = "",
    hints: [String] = []
  ) -> T? {
    report(Diagnostic(code, message, at: range, label: label, hints: hints))
    return nil
  }

  /// Records that the language names something that this version does not run.
  mutating func unimplemented<T>(_ feature: String, at range: SourceRange) -> T? {
    fail(.notImplemented, "not implemented yet: \(feature)", at: range)
  }

  /// Runs `body` and forgets what it reported; nil if it reported an error.
  mutating func attempt<T>(_ body: (inout Binder) -> T?) -> T? {
    var copy = self
    copy.diagnostics = []
    let result = body(&copy)
    // A place that an attribute got is kept: the result may name it.
    attributeSlots = copy.attributeSlots
    reads = copy.reads
    attributePeriods = copy.attributePeriods
    return copy.hasErrors ? nil : result
  }

  /// Remembers that the statement reads a table, and what that was computed from.
  mutating func noteReads(of table: String) {
    for source in catalog.sources(of: table) where !reads.contains(source) { reads.append(source) }
  }

  /// Remembers that the statement reads an attribute, and what that was computed from.
  mutating func noteReads(of reference: AttributeReference) {
    switch reference {
    case .column(let table, _): noteReads(of: table)
    case .defined(let name):
      guard let attribute = catalog.attribute(named: name) else { return }
      let sources = [catalog.state(ofAttribute: attribute)] + attribute.sources
      for source in sources where !reads.contains(source) { reads.append(source) }
      if let period = attribute.period { attributePeriods.append(period) }
    }
  }

  /// Returns the text of a range with its white space folded: the name of an unnamed expression.
  func text(of range: SourceRange) -> String {
    if let quoted, range.start >= quoted.start { return quoted.text(of: range) }
    let utf8 = Array(source.text.utf8)
    let start = max(0, min(range.start, utf8.count))
    let end = max(start, min(range.end, utf8.count))
    return Self.folded(utf8[start..<end])
  }

  static func folded(_ slice: ArraySlice<UInt8>) -> String {
    String(decoding: slice, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }

  /// Formats "did you mean …" and "known …" hints for a name that was not found.
  func suggestions(for name: String, among names: [String], kind: String) -> [String] {
    let near = NearestNames.nearest(to: name, in: names, limit: 3)
    var hints: [String] = []
    if !near.isEmpty {
      hints.append("did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?")
    }
    if !names.isEmpty {
      let shown = names.prefix(24).joined(separator: ", ")
      hints.append("known \(kind): \(shown)\(names.count > 24 ? ", …" : "")")
    }
    return hints
  }
}
