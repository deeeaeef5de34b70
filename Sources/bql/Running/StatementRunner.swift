import BQLOutput
import BQLSyntax
import BehaviorQuery

/// Runs statements one after the other and presents what each came to.
final class StatementRunner {
  let workspace: Workspace
  let presenter: Presenter
  private let progress: ProgressBar?

  init(workspace: Workspace, presenter: Presenter, reporter: ErrorReporter) {
    self.workspace = workspace
    self.presenter = presenter
    if Terminal.errorIsTerminal, !Terminal.isDumb, !presenter.isQuiet {
      let bar = ProgressBar(isASCII: !Encoding.isUTF8)
      workspace.onProgress = { bar.update($0) }
      progress = bar
    } else {
      progress = nil
    }
  }

  /// Opens a store, whose logs are then there.
  func open(_ path: String) throws(BQLError) {
    presenter.present(try workspace.open(path: path), of: nil)
  }

  /// Loads files as one log, `events`, in the order given.
  func load(_ paths: [String]) throws(BQLError) {
    if paths.isEmpty { return }
    progress?.begin()
    defer { progress?.end() }
    let outcome = try workspace.load(paths: paths)
    progress?.end()
    presenter.present(outcome, of: nil)
  }

  /// Runs every statement of a script; stops at the first error, or when nobody reads any more.
  func run(_ script: Script) throws(BQLError) {
    for statement in script.statements {
      if presenter.failure != nil { return }
      if Interruption.isPending {
        throw BQLError(kind: .interrupted, diagnostics: [], source: script.source)
      }
      progress?.begin()
      defer { progress?.end() }
      try workspace.run(statement, of: script.source) { outcome in
        progress?.end()
        presenter.present(outcome, of: statement)
      }
    }
  }
}
