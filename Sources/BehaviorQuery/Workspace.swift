package import BQLSyntax

/// Holds tables, named results, settings and parameters, and runs statements against them.
///
/// Not for use from several threads at once, but for ``cancel()``.
public final class Workspace {
  package var options: WorkspaceOptions
  /// Receives the state of a long LOAD some times a second; from any thread.
  package var onProgress: (@Sendable (Progress) -> Void)?

  /// Makes an empty workspace.
  public init(options: WorkspaceOptions = WorkspaceOptions()) {
    self.options = options
  }

  /// Parses a script; its statements run one by one with ``execute(_:of:)``.
  package func parse(_ source: Source) -> (statements: [Statement], diagnostics: [Diagnostic]) {
    ([], [])
  }

  /// Runs one statement.
  package func execute(_ statement: Statement, of source: Source) throws(BQLError) -> Outcome {
    .done
  }

  /// Loads `path` as LOAD does, as the log `events`; `-` is standard input.
  package func load(path: String) throws(BQLError) -> Outcome {
    .done
  }

  /// Stops the running statement as soon as it looks; may be called from any thread and from a
  /// signal handler.
  package func cancel() {}
}

/// Tells how far a LOAD has come.
package struct Progress: Sendable {
  package var bytesRead: Int
  /// 0 where unknown (standard input).
  package var bytesTotal: Int
  package var rows: Int

  package init(bytesRead: Int, bytesTotal: Int, rows: Int) {
    self.bytesRead = bytesRead
    self.bytesTotal = bytesTotal
    self.rows = rows
  }
}
