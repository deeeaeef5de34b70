import BQLOutput
import BQLSyntax
import BehaviorQuery

/// Runs the statements of a script one by one and writes down what came of each.
struct ScriptRun {
  let workspace: Workspace
  let name: String

  init(name: String, threads: Int = 2, chunkCapacity: Int = 4_096) {
    self.name = name
    workspace = Workspace(
      options: WorkspaceOptions(
        threads: threads,
        chunkCapacity: chunkCapacity,
        parameters: ["given": "7"]
      )
    )
  }

  /// Returns the lines that stand behind the statement when all is as expected.
  func expectations(of text: String) -> [String] {
    let source = Source(name: name, text: text)
    let (statements, diagnostics) = workspace.parse(source)
    if !diagnostics.isEmpty { return lines(diagnostics, source) }
    var lines: [String] = []
    for statement in statements {
      do throws(BQLError) {
        try workspace.run(statement, of: source) { lines += self.lines($0) }
      } catch {
        lines += self.lines(error.diagnostics, error.source)
      }
    }
    return lines
  }

  private func lines(_ outcome: Outcome) -> [String] {
    switch outcome {
    case .answer(let result):
      return csv(result).map { "--| \($0)" } + result.notes.map { "--# \($0)" }
    case .written(let path, let count, let notes):
      return ["--> \(path): \(count) rows"] + notes.map { "--# \($0)" }
    case .report(let lines, let warnings):
      return lines.map { "--> \($0)" } + warnings.map { "--# \($0)" }
    case .defined(let result):
      return csv(result).map { "--> \($0)" } + result.notes.map { "--# \($0)" }
    case .done: return []
    }
  }

  private func csv(_ result: QueryResult) -> [String] {
    let sink = MemorySink()
    do throws(OutputError) {
      try CSVFormat().write(result.relation, in: result.timeZone, to: sink)
    } catch {
      return ["could not write CSV: \(error)"]
    }
    let text = String(decoding: sink.bytes, as: UTF8.self)
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map(String.init)
  }

  private func lines(_ diagnostics: [Diagnostic], _ source: Source) -> [String] {
    let index = LineIndex(source)
    return diagnostics.flatMap { diagnostic in
      let place = index.position(of: diagnostic.range.start)
      return ["--! \(diagnostic.code.rawValue) \(place.line):\(place.column) \(diagnostic.message)"]
        + diagnostic.hints.map { "--!   help: \($0)" }
    }
  }
}
