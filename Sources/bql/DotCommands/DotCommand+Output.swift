import BQLOutput

extension DotCommand {
  static let outputCommands = [mode, output, once, timer, last]

  private static let mode = DotCommand(
    name: ".mode",
    usage: "[format]",
    summary: "show or set the format: " + FormatName.written.map(\.rawValue).joined(separator: " "),
    argumentCount: 0...1
  ) { repl, arguments in
    guard let name = arguments.first else { return repl.say(repl.presenter.format.rawValue) }
    let known = FormatName.written.map(\.rawValue)
    guard let format = FormatName(rawValue: name.lowercased()) else {
      return repl.complain(
        "unknown format '\(name)'",
        hint: "formats: " + known.joined(separator: ", ")
      )
    }
    guard FormatName.written.contains(format) else {
      return repl.complain("not implemented yet: the format '\(name)'")
    }
    repl.presenter.format = format
  }

  private static let output = DotCommand(
    name: ".output",
    usage: "[file]",
    summary: "send results to a file, or back to the terminal",
    argumentCount: 0...1
  ) { repl, arguments in repl.presenter.redirect(to: arguments.first, isOnce: false) }

  private static let once = DotCommand(
    name: ".once",
    usage: "file",
    summary: "send the next results to a file",
    argumentCount: 1...1
  ) { repl, arguments in repl.presenter.redirect(to: arguments[0], isOnce: true) }

  private static let timer = DotCommand(
    name: ".timer",
    usage: "on|off",
    summary: "show how long statements take",
    argumentCount: 0...1
  ) { repl, arguments in
    switch arguments.first?.lowercased() {
    case "on": repl.showsTime = true
    case "off": repl.showsTime = false
    case nil: repl.say(repl.showsTime ? "on" : "off")
    case .some(let word): repl.complain("'.timer' is on or off, not '\(word)'")
    }
  }

  private static let last = DotCommand(
    name: ".last",
    usage: "",
    summary: "show the last result again, as .mode and .once now say",
    argumentCount: 0...0
  ) { repl, _ in
    guard let result = repl.presenter.lastResult else { return repl.say("no result yet") }
    repl.presenter.present(result)
    repl.presenter.endEntry()
  }
}
