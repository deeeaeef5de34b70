import BQLSyntax
import Testing

/// Parses a script that has no error, and returns its statements.
func parse(
  _ text: String,
  sourceLocation: SourceLocation = #_sourceLocation
) -> [Statement] {
  let (statements, diagnostics) = Parser.parse(Source(name: "test.bq", text: text))
  for diagnostic in diagnostics {
    Issue.record(
      "\(rendered(diagnostic, text))",
      sourceLocation: sourceLocation
    )
  }
  return statements
}

/// Parses one statement that has no error.
func statement(
  _ text: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> Statement {
  let statements = parse(text, sourceLocation: sourceLocation)
  try #require(statements.count == 1, sourceLocation: sourceLocation)
  return try #require(statements.first, sourceLocation: sourceLocation)
}

/// Parses one query that has no error.
func query(
  _ text: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> Query {
  let statement = try statement(text, sourceLocation: sourceLocation)
  guard case .query(let query, into: nil) = statement.kind else {
    Issue.record("no query: \(statement.kind)", sourceLocation: sourceLocation)
    throw NoSuchNode()
  }
  return query
}

func select(
  _ text: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> SelectStatement {
  guard case .select(let select) = try query(text, sourceLocation: sourceLocation).kind else {
    Issue.record("no SELECT", sourceLocation: sourceLocation)
    throw NoSuchNode()
  }
  return select
}

func funnel(
  _ text: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> FunnelStatement {
  guard case .funnel(let funnel) = try query(text, sourceLocation: sourceLocation).kind else {
    Issue.record("no FUNNEL", sourceLocation: sourceLocation)
    throw NoSuchNode()
  }
  return funnel
}

/// Parses an expression by way of `SELECT expression`.
func expression(
  _ text: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> Expression {
  let item = try #require(
    try select("SELECT " + text, sourceLocation: sourceLocation).items.first,
    sourceLocation: sourceLocation
  )
  guard case .expression(let expression) = item.kind, item.alias == nil else {
    Issue.record("no lone expression: \(item)", sourceLocation: sourceLocation)
    throw NoSuchNode()
  }
  return expression
}

func diagnostics(_ text: String) -> [Diagnostic] {
  Parser.parse(Source(name: "test.bq", text: text)).diagnostics
}

func rendered(_ diagnostic: Diagnostic, _ text: String) -> String {
  DiagnosticRenderer().render(diagnostic, in: Source(name: "test.bq", text: text))
}

struct NoSuchNode: Error {}

/// Describes a tree without its places, so that trees from different texts compare.
func shape(_ value: some Any) -> String {
  let text = String(reflecting: value)
  var result = ""
  var rest = Substring(text)
  let marker = "BQLSyntax.SourceRange(start: "
  while let found = rest.firstRange(of: marker) {
    result += rest[..<found.lowerBound]
    rest = rest[found.upperBound...].drop { $0 != ")" }.dropFirst()
  }
  return result + rest
}

extension Substring {
  /// Finds a text; the standard library's `firstRange` is generic and slow for long dumps.
  fileprivate func firstRange(of marker: String) -> Range<Index>? {
    var start = startIndex
    while let candidate = self[start...].firstIndex(of: "B") {
      if self[candidate...].hasPrefix(marker) {
        return candidate..<index(candidate, offsetBy: marker.count)
      }
      start = index(after: candidate)
    }
    return nil
  }
}
