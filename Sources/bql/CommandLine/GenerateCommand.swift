import ArgumentParser
import BQLGenerator
import BQLOutput
import BQLSyntax
import BehaviorQuery
import Glibc

/// Runs `bql generate`: streams a made-up log to standard output.
enum GenerateCommand {
  static func run(_ arguments: [String]) -> ExitStatus {
    let reporter = ErrorReporter(arguments: arguments)
    let words = ["generate"] + arguments
    let options: GenerateOptions
    var generator: ShopGenerator
    do {
      options = try GenerateOptions.parse(arguments)
      generator = try ShopGenerator(options: options.generatorOptions())
    } catch let mistake as UsageMistake {
      return fail(mistake, words, reporter)
    } catch let error as GeneratorError {
      return fail(UsageMistake(error.description), words, reporter)
    } catch {
      if GenerateOptions.exitCode(for: error).isSuccess {
        return StandardOutput.print(GenerateOptions.fullMessage(for: error) + "\n", reporter)
      }
      return fail(UsageMistake(parserMessage: GenerateOptions.message(for: error)), words, reporter)
    }
    do throws(OutputError) {
      try write(&generator, truth: options.truth)
      return .success
    } catch {
      reporter.report(error)
      return ExitStatus(error)
    }
  }

  private static func fail(
    _ mistake: UsageMistake,
    _ words: [String],
    _ reporter: ErrorReporter
  ) -> ExitStatus {
    let error = mistake.error(in: words)
    reporter.report(error)
    return ExitStatus(error.kind)
  }

  /// Opens the truth's file first: a bad path is told before a long log is written.
  private static func write(
    _ generator: inout ShopGenerator,
    truth: String?
  ) throws(OutputError) {
    var truthFile: Int32?
    if let truth {
      // The path is bridged for the call alone.
      let descriptor = unsafe open(truth, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
      if descriptor < 0 { throw .system(errno, path: truth) }
      truthFile = descriptor
    }
    defer { if let truthFile { close(truthFile) } }
    var block: [UInt8] = []
    let log = FileDescriptorSink(descriptor: STDOUT_FILENO, path: "standard output")
    while generator.nextBlock(into: &block) { try log.append(block.span) }
    try log.flush()
    guard let truth, let truthFile else { return }
    let sink = FileDescriptorSink(descriptor: truthFile, path: truth)
    while generator.nextTruthBlock(into: &block) { try sink.append(block.span) }
    try sink.flush()
  }
}
