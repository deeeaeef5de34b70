/// Writes the reference of functions: `docs/functions.md`.
package enum FunctionPage {
  /// The page's text, by category and name.
  package static var markdown: String {
    var lines = [
      "# Functions",
      "",
      "What an expression may call, as the program itself knows it: `HELP name;` prints an entry and",
      "`SHOW FUNCTIONS;` lists them all. Semantics are PostgreSQL's; an entry says where they are not.",
      "Every example is tested. This page is written from the registry of functions: a test compares",
      "it, and with `BQL_UPDATE_README=1` in the environment writes it.",
      "",
      "Types are `bool int float decimal text timestamp date interval`. An int may stand where a decimal",
      "or a float is wanted, a decimal where a float is, a date where a timestamp is (its midnight), and",
      "a text in quotes for any of them. Whole numbers and money are exact; a result that its type cannot",
      "hold is an error, as is a division by zero; NaN is equal to itself and greater than any number.",
      "Texts compare byte by byte. Times are read and written on the clock of `SET timezone`.",
      "",
    ]
    for category in FunctionCategory.allCases {
      let references = FunctionRegistry.references.filter { $0.category == category }
      guard !references.isEmpty else { continue }
      lines += ["## \(category.title)", ""]
      for reference in references { lines += entry(reference) }
    }
    lines.removeLast()
    return lines.joined(separator: "\n") + "\n"
  }

  private static func entry(_ reference: FunctionReference) -> [String] {
    var lines = ["### \(code(reference.name))", ""]
    lines += ["```text"] + reference.signatures + ["```", ""]
    var text = reference.summary
    if !reference.nullRule.isEmpty { text += " \(reference.nullRule)" }
    if !reference.aliases.isEmpty {
      text += " Also called \(reference.aliases.map(code).joined(separator: ", "))."
    }
    lines += [text, ""]
    if !reference.differences.isEmpty {
      lines += ["Differences: \(reference.differences)", ""]
    }
    lines += ["| example | result |", "| --- | --- |"]
    for example in reference.examples {
      let result = example.result.isEmpty ? "" : code(example.result)
      lines.append("| \(code(example.expression)) | \(result) |")
    }
    return lines + [""]
  }

  /// Marks a text as code, in a table too; one that begins or ends with a blank keeps it.
  private static func code(_ text: String) -> String {
    let safe = text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    return "`\(safe)`"
  }
}

extension FunctionCategory {
  /// The heading above the category's functions.
  package var title: String {
    switch self {
    case .aggregate: "Aggregates"
    case .window: "Window functions"
    case .arithmetic: "Numbers"
    case .text: "Text"
    case .time: "Time"
    case .comparison: "Comparison"
    case .conditional: "Conditions"
    case .conversion: "Conversion"
    }
  }
}
