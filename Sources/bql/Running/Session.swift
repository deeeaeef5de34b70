import BQLOutput
import BQLSyntax
import BehaviorQuery
import Glibc

/// Runs one start of the program: reads scripts, loads data files, runs statements.
struct Session {
  private let invocation: Invocation
  private let reporter: ErrorReporter
  private let workspace: Workspace

  init(_ invocation: Invocation, _ reporter: ErrorReporter) {
    self.invocation = invocation
    self.reporter = reporter
    workspace = Workspace(
      options: WorkspaceOptions(
        threads: invocation.threads,
        memoryBytes: invocation.memoryBytes,
        parameters: invocation.parameters
      )
    )
  }

  func run() -> ExitStatus {
    let isInteractive = invocation.tasks.isEmpty && Terminal.inputIsTerminal
    Interruption.watch(endsProcess: !isInteractive, cancel: workspace.cancelAction)
    let runner = StatementRunner(
      workspace: workspace,
      presenter: Presenter(invocation, reporter, isInteractive: isInteractive),
      reporter: reporter
    )
    do throws(BQLError) {
      let scripts = isInteractive ? [] : try readScripts()
      // Nothing runs where a script has a mistake: a report half done is worth less than none.
      let faulty = scripts.filter(\.hasErrors)
      guard faulty.isEmpty else {
        for script in faulty { reporter.report(script.diagnostics, in: script.source) }
        return .usage
      }
      if let store = invocation.store { try runner.open(store) }
      try runner.load(invocation.dataFiles)
      for script in scripts { try runner.run(script) }
    } catch {
      reporter.report(error)
      // At the prompt a file that does not load is no reason to leave.
      if !isInteractive { return ExitStatus(error.kind) }
    }
    if let failure = runner.presenter.failure { return ExitStatus(failure) }
    return isInteractive ? Repl(runner, reporter).run() : .success
  }

  /// Reads and parses every script before any statement runs.
  private func readScripts() throws(BQLError) -> [Script] {
    let tasks = invocation.tasks.isEmpty ? [.script("-")] : invocation.tasks
    var scripts: [Script] = []
    for task in tasks {
      let source =
        switch task {
        case .statements(let text): Source(name: "<command line>", text: text)
        case .script(let path): try Source.read(path: path)
        }
      scripts.append(Script(source, workspace))
    }
    return scripts
  }
}
