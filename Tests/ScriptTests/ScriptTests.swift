import BehaviorQuery
import Foundation
import Testing

/// Runs every script under `Scripts/`; `BQL_UPDATE_SCRIPTS=1` writes the expectations anew.
@Suite struct ScriptTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Scripts")

  static let scripts: [String] = {
    let found = FileManager.default.enumerator(atPath: folder.path)?.allObjects ?? []
    return found.compactMap { $0 as? String }.filter { $0.hasSuffix(".bq") }.sorted()
  }()

  /// Names a script from the package's root, where tests run, so that messages are the same on
  /// every machine.
  static func path(_ name: String) -> String { "Tests/ScriptTests/Scripts/\(name)" }

  @Test func someScriptsExist() {
    #expect(Self.scripts.count >= 5, "the folder of scripts was not found")
  }

  @Test(arguments: scripts) func script(_ name: String) throws {
    let url = Self.folder.appendingPathComponent(name)
    let text = try String(contentsOf: url, encoding: .utf8)
    let expected = ScriptFile(text)
    var actual = expected
    let run = ScriptRun(name: Self.path(name))
    for index in actual.items.indices {
      actual.items[index].expectations = run.expectations(of: actual.items[index].text)
    }
    if ProcessInfo.processInfo.environment["BQL_UPDATE_SCRIPTS"] == "1" {
      try actual.text.write(to: url, atomically: true, encoding: .utf8)
      return
    }
    for (before, after) in zip(expected.items, actual.items) {
      #expect(
        before.expectations == after.expectations,
        "\(name): \(before.text.split(separator: "\n").last ?? "")"
      )
    }
  }

  /// The optimizer changes how answers are found, never the answers.
  @Test func answersDoNotDependOnTheOptimizer() throws {
    for name in Self.scripts where name.hasPrefix("statements/") {
      let text = try String(
        contentsOf: Self.folder.appendingPathComponent(name),
        encoding: .utf8
      )
      let run = ScriptRun(name: Self.path(name))
      run.workspace.optimizes = false
      for item in ScriptFile(text).items where !item.text.uppercased().contains("EXPLAIN") {
        #expect(
          run.expectations(of: item.text) == item.expectations,
          "\(name) without the optimizer: \(item.text)"
        )
      }
    }
  }

  /// Answers do not depend on threads or on the size of chunks.
  @Test(arguments: [(1, 1), (2, 7), (5, 4_096)])
  func answersDoNotDependOnThreads(threads: Int, chunkCapacity: Int) throws {
    for name in Self.scripts where name.hasPrefix("statements/") {
      let text = try String(
        contentsOf: Self.folder.appendingPathComponent(name),
        encoding: .utf8
      )
      let run = ScriptRun(name: Self.path(name), threads: threads, chunkCapacity: chunkCapacity)
      for item in ScriptFile(text).items where !item.text.uppercased().contains("ANALYZE") {
        #expect(
          run.expectations(of: item.text) == item.expectations,
          "\(name) with \(threads) threads, chunks of \(chunkCapacity): \(item.text)"
        )
      }
    }
  }
}
