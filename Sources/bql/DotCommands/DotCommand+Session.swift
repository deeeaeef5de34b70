extension DotCommand {
  static let help = DotCommand(
    name: ".help",
    usage: "",
    summary: "show the commands",
    argumentCount: 0...1
  ) { repl, _ in
    let width = (all.map(\.synopsis.count).max() ?? 0) + 2
    var text = ""
    for command in all where command.name != ".exit" {
      let padding = String(repeating: " ", count: width - command.synopsis.count)
      text += "  \(command.synopsis)\(padding)\(command.summary)\n"
    }
    text += """

      A statement ends with ; or with an empty line. Tab completes names, Ctrl-C ends a statement.
      HELP; lists the statements and functions, HELP FUNNEL; explains one.

      """
    repl.presenter.present(text)
  }

  static let quit = DotCommand(
    name: ".quit",
    usage: "",
    summary: "leave (also .exit, quit, Ctrl-D)",
    argumentCount: 0...0
  ) { repl, _ in repl.isDone = true }

  static let exit = DotCommand(
    name: ".exit",
    usage: "",
    summary: "leave",
    argumentCount: 0...0
  ) { repl, _ in repl.isDone = true }
}
