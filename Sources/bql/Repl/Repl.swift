import BQLSyntax
import BehaviorQuery
import Glibc

/// Reads statements and dot commands from a terminal and runs them until the user leaves.
final class Repl {
  let runner: StatementRunner
  let reporter: ErrorReporter
  var workspace: Workspace { runner.workspace }
  var presenter: Presenter { runner.presenter }
  /// Whether each statement's wall time is shown.
  var showsTime = false
  var isDone = false
  /// The last entry of statements, for `.edit`.
  private(set) var lastEntry = ""
  private let history: HistoryFile?

  init(_ runner: StatementRunner, _ reporter: ErrorReporter) {
    self.runner = runner
    self.reporter = reporter
    history = HistoryFile()
  }

  func run() -> ExitStatus {
    guard let editor = LineEditor() else {
      reporter.say("error: the line editor cannot start on this terminal")
      return .statementFailed
    }
    for entry in history?.load() ?? [] { editor.remember(entry) }
    say("bql \(Program.version): .help for help, Ctrl-D to leave")
    var input = InputState()
    while !isDone {
      let before = input.text
      editor.completion = { [self] line in
        Completer(workspace.completionNames).complete(before + line)
      }
      switch editor.read(prompt: input.isEmpty ? "bql> " : "...> ") {
      case .interrupted:
        say("^C")
        input.clear()
        Interruption.clear()
      case .end:
        say("")
        isDone = true
      case .text(let line):
        take(line, &input, editor)
      }
    }
    return .success
  }

  private func take(_ line: String, _ input: inout InputState, _ editor: LineEditor) {
    if input.isEmpty, let command = DotCommand.Call(line) {
      remember(line, editor)
      DotCommand.run(command, in: self)
      return Interruption.clear()
    }
    if let entry = input.take(line, isInputWaiting: InputState.isInputWaiting) {
      remember(entry, editor)
      run(entry: entry)
      Interruption.clear()
    }
  }

  private func remember(_ entry: String, _ editor: LineEditor) {
    var entry = Substring(entry)
    while entry.last?.isWhitespace ?? false { entry.removeLast() }
    let text = String(entry)
    editor.remember(text)
    history?.append(text)
  }

  /// Runs an entry's statements; an error ends the entry, not the program.
  func run(entry: String) {
    lastEntry = entry
    run(Script(Source(name: "<repl>", text: entry), workspace))
  }

  func run(_ script: Script) {
    guard !script.hasErrors else {
      return reporter.report(script.diagnostics, in: script.source)
    }
    let start = Clock.now
    do throws(BQLError) {
      try runner.run(script)
    } catch {
      reporter.report(error)
    }
    presenter.endEntry()
    if showsTime { say("time: \(Clock.text(seconds: Clock.now - start))") }
  }

  /// Writes a line to the terminal.
  func say(_ line: String) { reporter.say(line) }
}
