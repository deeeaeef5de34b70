import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLSyntax

extension Workspace {
  /// Runs HELP: the list of topics, or one statement, function or setting.
  func help(_ topic: Identifier?, of source: Source) throws(BQLError) -> Outcome {
    guard let topic else {
      let width = (HelpTopic.all.map(\.name.count).max() ?? 0) + 2
      let lines = HelpTopic.all.map { topic in
        topic.name + String(repeating: " ", count: width - topic.name.count) + topic.text
      }
      return .report(
        lines: lines + ["", "HELP topic; explains one: a statement, a function, a setting"],
        warnings: []
      )
    }
    let name = topic.name.lowercased()
    if let found = HelpTopic.all.first(where: { $0.name.lowercased() == name }) {
      return .report(
        lines: found.form + ["", found.text, "", "example: \(found.example)"],
        warnings: []
      )
    }
    if let reference = FunctionRegistry.reference(name) {
      return .report(lines: Self.lines(reference), warnings: [])
    }
    if let setting = Settings.description(of: name) {
      return .report(
        lines: [
          "SET \(setting.name) = …; accepts \(setting.accepted)", "", setting.summary,
          "now: \(setting.get(settings))",
        ],
        warnings: []
      )
    }
    let known =
      HelpTopic.all.map { $0.name.lowercased() }
      + FunctionRegistry.references.flatMap { [$0.name] + $0.aliases } + Settings.all.map(\.name)
    let near = NearestNames.nearest(to: name, in: known, limit: 3)
    throw fail(
      .unknownTopic,
      "no help on '\(topic.name)'",
      at: topic.range,
      source,
      hints: near.map { "did you mean '\($0)'?" } + ["HELP; lists the topics"]
    )
  }

  private static func lines(_ reference: FunctionReference) -> [String] {
    var lines = reference.signatures + ["", reference.summary]
    if !reference.nullRule.isEmpty { lines.append(reference.nullRule) }
    if !reference.aliases.isEmpty {
      lines.append("also called \(reference.aliases.joined(separator: ", "))")
    }
    if !reference.differences.isEmpty { lines.append("differences: \(reference.differences)") }
    return lines + reference.examples.map { "example: \($0.expression) → \($0.result)" }
  }
}
