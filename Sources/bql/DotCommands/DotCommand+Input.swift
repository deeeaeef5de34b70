import BQLStorage
import BQLSyntax
import BehaviorQuery
import Glibc

extension DotCommand {
  static let inputCommands = [read, edit]

  private static let read = DotCommand(
    name: ".read",
    usage: "file",
    summary: "run a script",
    argumentCount: 1...1
  ) { repl, arguments in repl.runScript(path: arguments[0]) }

  private static let edit = DotCommand(
    name: ".edit",
    usage: "",
    summary: "edit the last statement in $VISUAL or $EDITOR, then run it",
    argumentCount: 0...0
  ) { repl, _ in
    do throws(BQLError) {
      guard let text = try EditedText.edit(repl.lastEntry) else {
        return repl.complain("the editor failed; nothing was run", hint: "$EDITOR names it")
      }
      let outline = ScriptOutline(text)
      if outline.isEmpty { return repl.say("nothing to run") }
      repl.say(text.hasSuffix("\n") ? String(text.dropLast()) : text)
      repl.run(entry: text)
    } catch {
      repl.reporter.report(error)
    }
  }
}

/// Lets the user edit a text in a program of their choice.
private enum EditedText {
  /// Returns the text as saved; nil where the editor cannot start or says that it failed.
  static func edit(_ text: String) throws(BQLError) -> String? {
    var template = Array("\(TemporaryPath.folder)/bql-XXXXXX.bq".utf8CString)
    // The template's X are replaced in place; the suffix of three characters stays.
    let descriptor = unsafe mkstemps(&template, 3)
    guard descriptor >= 0 else { return nil }
    let bytes = template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let path = String(decoding: bytes, as: UTF8.self)
    defer { _ = unsafe unlink(path) }
    let content = Array((text.isEmpty || text.hasSuffix("\n") ? text : text + "\n").utf8)
    let written = unsafe write(descriptor, content, content.count)
    close(descriptor)
    guard written == content.count else { return nil }
    let command = "${VISUAL:-${EDITOR:-vi}} \"$1\""
    guard ChildProcess(command: command, arguments: [path])?.wait() == 0 else { return nil }
    return try Source.read(path: path).text
  }
}

extension Repl {
  /// Runs a script file, as its statements typed here would.
  func runScript(path: String) {
    do throws(BQLError) {
      run(Script(try Source.read(path: path), workspace))
    } catch {
      reporter.report(error)
    }
  }

  /// Runs statements that a dot command stands for.
  func runStatement(_ text: String) {
    run(Script(Source(name: "<repl>", text: text), workspace))
  }
}
