package import BQLFunctions
package import BQLSyntax

/// Reports why a plan did not run to its end, as data.
package enum ExecutionError: Error, Hashable, Sendable {
  /// A function met a value that it cannot work on; where the call stands.
  case function(FunctionError, at: SourceRange)
  /// A query that stands for a value gave more than one row.
  case severalRows(at: SourceRange)
  /// An operator needs more memory than a statement may hold; bytes.
  case overBudget(operator: String, held: Int, budget: Int)
  /// The data do not allow what was asked: a sentence, and a next step.
  case unfit(String, hint: String?)
  /// Ctrl-C.
  case cancelled
  case notImplemented(String)
  /// A mistake of the program's own.
  case `internal`(String)
}
