import BQLSyntax
import Testing

@Suite struct ScriptOutlineTests {
  @Test(arguments: [
    ("", false), ("SELECT 1", false), ("SELECT 1;", true), ("SELECT 1; -- done\n", true),
    ("SELECT ';", false), ("SELECT 1; /* a", false), ("SELECT 1; SELECT 2", false),
    ("SELECT \";", false), (";", false), ("SELECT (1;", true),
  ])
  func completeness(_ text: String, isComplete: Bool) {
    #expect(ScriptOutline(text).isComplete == isComplete)
  }

  @Test func emptiness() {
    #expect(ScriptOutline(" -- a\n").isEmpty)
    #expect(!ScriptOutline("/* a").isEmpty)
    #expect(!ScriptOutline("a").isEmpty)
  }

  @Test func openConstructs() {
    #expect(ScriptOutline("SELECT 'a").open == .text)
    #expect(ScriptOutline("SELECT \"a").open == .quotedName)
    #expect(ScriptOutline("SELECT /* a").open == .comment)
    #expect(ScriptOutline("SELECT 1").open == nil)
    #expect(ScriptOutline("FUNNEL view[a IN (1, (").openBrackets == 3)
    #expect(ScriptOutline("SELECT (1)); SELECT (").openBrackets == 1)
  }

  @Test func statementsAreCutAtSemicolons() {
    let text = "SELECT ';' ; ; -- a;\n LOAD 'b' /* ; */;x"
    let cut = ScriptOutline(text).statements.map {
      String(decoding: Array(text.utf8)[$0.start..<$0.end], as: UTF8.self)
    }
    #expect(cut == ["SELECT ';' ;", "LOAD 'b' /* ; */;", "x"])
  }

  @Test func parsing() {
    #expect(ScriptOutline.parses("FUNNEL view, cart"))
    #expect(!ScriptOutline.parses("FUNNEL view,"))
    #expect(!ScriptOutline.parses(" "))
  }
}
