import BQLFunctions
import BQLSyntax
import BehaviorQuery
import Foundation
import Testing

/// Runs what the documentation shows, so that it stays true.
@Suite(.serialized) struct DocumentationTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func read(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The fenced blocks of a page that are marked with `language`, with their first lines.
  static func blocks(_ text: String, language: String) -> [(line: Int, text: String)] {
    var found: [(line: Int, text: String)] = []
    var open: (line: Int, lines: [String])?
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      if let block = open {
        if line.hasPrefix("```") {
          found.append((block.line, block.lines.joined(separator: "\n")))
          open = nil
        } else {
          open = (block.line, block.lines + [line])
        }
      } else if line == "```\(language)" {
        open = (index + 2, [])
      }
    }
    return found
  }

  /// Runs every statement of a text, reporting those that fail.
  static func run(_ text: String, named name: String, in workspace: Workspace) {
    let source = Source(name: name, text: text)
    let (statements, diagnostics) = workspace.parse(source)
    #expect(diagnostics.isEmpty, "\(name): \(diagnostics.map(\.message))")
    for statement in statements {
      do throws(BQLError) {
        try workspace.run(statement, of: source) { _ in }
      } catch {
        Issue.record("\(name): \(error.diagnostics.map(\.message))")
      }
    }
  }

  /// A workspace with the shipped log, at the root of the package.
  static func workspace() throws -> Workspace {
    #expect(FileManager.default.changeCurrentDirectoryPath(root.path))
    let workspace = Workspace(options: WorkspaceOptions(parameters: ["rows": "150000"]))
    _ = try workspace.run("LOAD 'data/shop.csv.gz';")
    return workspace
  }

  @Test func theLanguagePageRuns() throws {
    let workspace = try Self.workspace()
    let blocks = Self.blocks(try Self.read("docs/language.md"), language: "sql")
    #expect(blocks.count >= 5)
    for block in blocks {
      Self.run(block.text, named: "docs/language.md:\(block.line)", in: workspace)
    }
  }

  @Test func theExamplesRun() throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appendingPathComponent("examples").path
    ).filter { $0.hasSuffix(".bq") }.sorted()
    #expect(names.count >= 4)
    for name in names {
      let path = "examples/\(name)"
      Self.run(try Self.read(path), named: path, in: try Self.workspace())
    }
  }

  /// Each answer shown in the README is what its statement gives.
  @Test func theReadmeShowsWhatTheProgramPrints() throws {
    try Self.checkAnswers(of: "README.md")
  }

  /// Each answer shown on a page of the behaviour statements is what its statement gives, and its
  /// other examples run.
  @Test func theBehaviorPagesShowWhatTheProgramPrints() throws {
    var paths = ["docs/behavior.md", "docs/customers.md", "docs/models.md"]
    for folder in ["docs/behavior", "docs/customers", "docs/models"] {
      let path = Self.root.appendingPathComponent(folder).path
      let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
      #expect(names.count >= 1)
      paths += names.map { "\(folder)/\($0)" }
    }
    for path in paths {
      try Self.checkAnswers(of: path)
      let workspace = try Self.workspace()
      for block in Self.blocks(try Self.read(path), language: "sql") {
        Self.run(block.text, named: "\(path):\(block.line)", in: workspace)
      }
    }
  }

  /// Compares the answers shown on a page with those of its statements, or, with
  /// `BQL_UPDATE_README=1` in the environment, writes them anew.
  private static func checkAnswers(of path: String) throws {
    let workspace = try workspace()
    let isUpdate = ProcessInfo.processInfo.environment["BQL_UPDATE_README"] == "1"
    var page = try read(path)
    let blocks = blocks(page, language: "bql")
    #expect(blocks.count >= 1, "\(path) shows no answer")
    for block in blocks {
      let parts = block.text.components(separatedBy: "\n\n")
      try #require(parts.count == 2 || isUpdate, "a statement, an empty line, its answer")
      let answers = try workspace.run(parts[0])
      let answer = try #require(answers.last).text()
      if isUpdate {
        page = page.replacingOccurrences(of: block.text, with: "\(parts[0])\n\n\(answer)")
      } else {
        #expect(answer == parts[1], "\(path):\(block.line)")
      }
    }
    if isUpdate {
      let url = root.appendingPathComponent(path)
      try page.write(to: url, atomically: true, encoding: .utf8)
    }
  }

  /// The reference of functions is what the registry says, or, with `BQL_UPDATE_README=1` in the
  /// environment, is written anew.
  @Test func theReferenceOfFunctionsIsTheRegistry() throws {
    let path = "docs/functions.md"
    if ProcessInfo.processInfo.environment["BQL_UPDATE_README"] == "1" {
      let url = Self.root.appendingPathComponent(path)
      try FunctionPage.markdown.write(to: url, atomically: true, encoding: .utf8)
    }
    let page = try Self.read(path)
    #expect(page == FunctionPage.markdown, "BQL_UPDATE_README=1 writes \(path) anew")
  }

  @Test func everyCodeIsExplained() throws {
    let page = try Self.read("docs/errors.md")
    for code in DiagnosticCode.allCases {
      #expect(page.contains("| \(code.rawValue) |"), "docs/errors.md does not name \(code)")
    }
  }
}
