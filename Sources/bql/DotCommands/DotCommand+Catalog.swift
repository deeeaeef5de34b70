import BehaviorQuery

extension DotCommand {
  static let catalogCommands = [tables, schema]

  private static let tables = DotCommand(
    name: ".tables",
    usage: "",
    summary: "show the tables (SHOW TABLES)",
    argumentCount: 0...0
  ) { repl, _ in repl.runStatement("SHOW TABLES;") }

  private static let schema = DotCommand(
    name: ".schema",
    usage: "[table]",
    summary: "show columns and types of one or every table (DESCRIBE)",
    argumentCount: 0...1
  ) { repl, arguments in
    let tables = arguments.isEmpty ? repl.workspace.completionNames.tables : arguments
    if tables.isEmpty { return repl.say("no tables yet: LOAD 'file.csv'; makes one") }
    repl.runStatement(tables.map { "DESCRIBE \(BQLName.quoted($0));" }.joined(separator: " "))
  }
}
