import BQLSyntax
import BehaviorQuery
import CAllocator
import CMappedFiles
import Glibc

/// The `bql` program: a command line, scripts, pipes and the interactive prompt around a workspace.
@main
enum Program {
  static let version = Workspace.version

  static func main() {
    // A closed pipe then arrives as an error of `write`, which ends the program quietly.
    signal(SIGPIPE, SIG_IGN)
    bql_keep_freed_memory()
    bql_mapped_files_guard(ExitStatus.data.rawValue)
    let arguments = Array(CommandLine.arguments.dropFirst())
    exit(run(arguments).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitStatus {
    if arguments.first == "generate" { return GenerateCommand.run(Array(arguments.dropFirst())) }
    let reporter = ErrorReporter(arguments: arguments)
    switch Invocation.parse(arguments) {
    case .text(let text): return StandardOutput.print(text, reporter)
    case .failure(let error):
      reporter.report(error)
      return ExitStatus(error.kind)
    case .invocation(let invocation): return Session(invocation, reporter).run()
    }
  }
}

/// Lists what the program tells its caller.
enum ExitStatus: Int32 {
  case success = 0
  case statementFailed = 1
  case usage = 2
  case data = 3
  case interrupted = 130

  init(_ kind: BQLError.Kind) {
    self =
      switch kind {
      case .statement: .statementFailed
      case .usage: .usage
      case .data: .data
      case .interrupted: .interrupted
      }
  }
}
