import Testing

/// The prompt, driven through a pseudo-terminal.
@Suite struct PromptTests {
  @Test func aStatementAndItsTable() throws {
    let session = try TerminalSession(environment: ["NO_COLOR": "1"])
    session.expect("bql 0.")
    session.expect("bql> ")
    session.type("SELECT 1 AS one, 'a' AS two;\n")
    session.expect(" one │ two\r\n─────┼─────\r\n   1 │ a\r\n(1 row)\r\n")
    #expect(session.leave() == 0)
    #expect(!session.screen.contains("\u{1B}[1m"), "NO_COLOR is honoured")
  }

  @Test func headingsAreBoldOnATerminal() throws {
    let session = try TerminalSession()
    session.expect("bql> ")
    session.type("SELECT 1 AS one;\n")
    session.expect("\u{1B}[1mone\u{1B}[0m")
    #expect(session.leave(".quit\n") == 0)
  }

  @Test func statementsOverSeveralLines() throws {
    let session = try TerminalSession(environment: ["NO_COLOR": "1"])
    session.expect("bql> ")
    session.type("SELECT 1\n")
    session.expect("...> ")
    session.type("AS several;\n")
    session.expect(" several\r\n")
    session.expect("(1 row)")
    session.expect("bql> ")
    session.type("SELECT 2 AS empty_line\n")
    session.expect("...> ")
    session.type("\n")
    session.expect("(1 row)")
    #expect(session.leave("quit\n") == 0)
  }

  @Test func anEmptyLineWithinAPasteDoesNotEndTheStatement() throws {
    let session = try TerminalSession(environment: ["NO_COLOR": "1"])
    session.expect("bql> ")
    session.type("SELECT 1 AS n\n\n, 2 AS m;\n")
    session.expect(" n │ m\r\n")
    #expect(session.leave() == 0)
    #expect(!session.screen.contains("error["))
  }

  @Test func tabCompletesByPlace() throws {
    let shop = try SmallShop()
    let session = try TerminalSession([shop.log], environment: ["NO_COLOR": "1"])
    session.expect("bql> ")
    session.type("fun\t")
    session.expect("nel ")
    session.type("vi\t")
    session.expect("ew")
    session.type(", pu\t")
    session.expect("rchase")
    session.type(" whe\t")
    session.expect("re ")
    session.type("bra\t")
    session.expect("nd")
    session.type(" = 'apple';\n")
    session.expect("purchase │     1")
    session.expect("bql> ")
    session.type(".mo\t")
    session.expect("de ")
    session.type("js\t")
    session.expect("on")
    session.type("\n")
    session.expect("bql> ")
    session.type("SELECT 1 AS n;\n")
    session.expect("{\"n\":1}")
    #expect(session.leave() == 0)
  }

  @Test func tabListsCandidatesAndFiles() throws {
    let shop = try SmallShop()
    shop.write("shop2.csv", SmallShop.views(1))
    let session = try TerminalSession(folder: shop.folder, environment: ["NO_COLOR": "1"])
    session.expect("bql> ")
    session.type("LOAD 's\t")
    session.expect("hop")
    session.type("\t")
    session.expect("shop.csv")
    session.expect("shop2.csv")
    session.type("2\t")
    session.expect(".csv")
    session.type("';\n")
    session.expect("1 row")
    session.type("FUNNEL v\t;\n")
    session.expect("view")
    #expect(session.leave() == 0)
  }

  @Test func controlCClearsTheLine() throws {
    let session = try TerminalSession(environment: ["NO_COLOR": "1"])
    session.expect("bql> ")
    session.type("SELECT 1 AS discarded\n")
    session.expect("...> ")
    session.type("FROM")
    session.expect("FROM")
    session.type(TerminalSession.interrupt)
    session.expect("^C")
    session.expect("bql> ")
    session.type("SELECT 2 AS kept;\n")
    session.expect(" kept\r\n")
    #expect(session.leave() == 0)
    #expect(!session.screen.contains("error["))
  }

  @Test func errorsKeepThePrompt() throws {
    let session = try TerminalSession(environment: ["NO_COLOR": "1"])
    session.expect("bql> ")
    session.type("SELEC 1;\n")
    session.expect("error[B0101]: ")
    session.expect("^^^^^")
    session.expect("did you mean 'SELECT'?")
    session.expect("bql> ")
    session.type(".tabels\n")
    session.expect("unknown command '.tabels'")
    session.expect("did you mean '.tables'?")
    session.expect("bql> ")
    session.type(".mode xml\n")
    session.expect("formats: table")
    #expect(session.leave(".exit\n") == 0)
  }

  @Test func historyOutlivesTheSession() throws {
    let shop = try SmallShop()
    let environment = ["NO_COLOR": "1", "BQL_HISTORY": shop.path("history")]
    let first = try TerminalSession(environment: environment)
    first.expect("bql> ")
    first.type("SELECT 1\nAS remembered;\n")
    first.expect("(1 row)")
    #expect(first.leave() == 0)
    #expect(shop.read("history") == "SELECT 1\\nAS remembered;\n")
    let second = try TerminalSession(environment: environment)
    second.expect("bql> ")
    second.type(TerminalSession.up)
    second.expect("remembered;")
    second.type("\n")
    second.expect(" remembered\r\n")
    #expect(second.leave() == 0)
  }

  @Test func resultsGoToFilesAndScriptsAreRead() throws {
    let shop = try SmallShop()
    shop.write("two.bq", "SELECT 2 AS n;")
    let session = try TerminalSession(folder: shop.folder, environment: ["NO_COLOR": "1"])
    session.expect("bql> ")
    session.type(".once one.csv\n")
    session.expect("bql> ")
    session.type("SELECT 1 AS n;\n")
    session.expect("bql> ")
    session.type(".read two.bq\n")
    session.expect("(1 row)")
    session.expect("bql> ")
    session.type(".output all.json\n")
    session.expect("bql> ")
    session.type(".last\n")
    session.expect("bql> ")
    session.type(".output\n")
    session.expect("bql> ")
    session.type(".timer on\n")
    session.expect("bql> ")
    session.type("SELECT 3 AS three;\n")
    session.expect(" three\r\n")
    session.expect("time: ")
    #expect(session.leave() == 0)
    #expect(shop.read("one.csv") == "n\n1\n")
    #expect(shop.read("all.json") == "[\n{\"n\":2}\n]\n")
  }

  @Test func tablesFitTheTerminal() throws {
    let session = try TerminalSession(columns: 40, environment: ["NO_COLOR": "1"])
    session.expect("bql> ")
    session.type("SELECT 'a text of some length' AS aaaa, 'and another one of them' AS bbbb;\n")
    session.expect("…")
    session.expect("(1 row)")
    #expect(session.leave() == 0)
  }

  @Test func aDumbTerminalWithoutUTF8() throws {
    let session = try TerminalSession(environment: ["TERM": "dumb", "LC_ALL": "C"])
    session.expect("bql> ")
    session.type("SELECT 1 AS one, 2 AS two;\n")
    session.expect("drawn in ASCII")
    session.expect(" one | two\r\n-----+-----\r\n")
    session.expect("bql> ")
    session.type("SELECT 3 AS one, 4 AS two;\n")
    let second = session.expect("(1 row)")
    #expect(!second.contains("drawn in ASCII"), "said once")
    #expect(session.leave() == 0)
  }

  @Test func longTablesGoThroughThePager() throws {
    let shop = try SmallShop()
    shop.write("views.csv", SmallShop.views(100))
    let session = try TerminalSession(
      [shop.path("views.csv")],
      environment: ["NO_COLOR": "1", "PAGER": "sed s/^/paged:/"]
    )
    session.expect("bql> ")
    session.type("SELECT user_id FROM events;\n")
    session.expect("paged: user_id")
    session.expect("paged:(100 rows)")
    session.expect("bql> ")
    session.type("SELECT 1 AS short;\n")
    session.expect("\n short")
    #expect(session.leave() == 0)
  }

  @Test func statementsOnATerminalAreTables() throws {
    let session = try TerminalSession(["-c", "SELECT 1 AS n"], environment: ["NO_COLOR": "1"])
    session.expect(" n\r\n───\r\n 1\r\n(1 row)\r\n")
    #expect(session.finish() == 0)
  }
}
