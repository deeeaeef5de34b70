import BQLSyntax
import BehaviorQuery

/// Runs `bql generate`, which writes a made-up log.
enum GenerateCommand {
  static func run(_ arguments: [String]) -> ExitStatus {
    let mistake = UsageMistake("not implemented yet: bql generate", code: .notImplemented)
    let error = mistake.error(in: ["generate"] + arguments)
    ErrorReporter(arguments: arguments).report(error)
    return ExitStatus(error.kind)
  }
}
