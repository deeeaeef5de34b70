import BQLColumnar
import BQLOutput
import Testing

/// Golden texts of the formats for documents.
@Suite struct DocumentFormatTests {
  @Test func markdownFunnel() throws {
    #expect(
      try MarkdownFormat().text(TestRelation.funnel) == """
        | step     | users | pct_of_first | median_time |
        | -------- | ----: | -----------: | ----------: |
        | view     |  1755 |       100.00 |             |
        | cart     |    34 |         1.94 |       26.5s |
        | purchase |    10 |         0.57 |         47s |

        """
    )
  }

  @Test func markdownEscapesWhatMeansSomething() throws {
    #expect(
      try MarkdownFormat().text(TestRelation.texts(["a|b\\c", "<b>\nx"], name: "x|y"))
        == """
        | x\\|y       |
        | ---------- |
        | a\\|b\\\\c    |
        | &lt;b><br>x |

        """.replacing(
          "| x\\|y       |\n| ---------- |\n| a\\|b\\\\c    |",
          with: "| x\\|y        |\n| ----------- |\n| a\\|b\\\\c     |"
        )
    )
  }

  @Test func markdownWithoutRowsKeepsItsHeading() throws {
    #expect(
      try MarkdownFormat().text(TestRelation.empty) == """
        | step | users |
        | ---- | ----: |

        """
    )
  }

  @Test func htmlEscapesAndAligns() throws {
    let relation = Relation(
      schema: Schema([Field("a<b", .text), Field("n", .int)]),
      rows: [[.text("<script>\"&\u{1}"), .int(1)], [.null, .null]]
    )
    #expect(
      try HTMLFormat(isPage: false).text(relation) == """
        <table>
        <thead>
        <tr><th align="left">a&lt;b</th><th align="right">n</th></tr>
        </thead>
        <tbody>
        <tr><td>&lt;script&gt;&quot;&amp;&#xFFFD;</td><td align="right">1</td></tr>
        <tr><td></td><td align="right"></td></tr>
        </tbody>
        </table>

        """
    )
  }

  @Test func htmlPageStandsAlone() throws {
    let page = try HTMLFormat(isPage: true).text(TestRelation.funnel)
    #expect(page.hasPrefix("<!doctype html>"))
    #expect(page.hasSuffix("</html>\n"))
    #expect(!page.contains("http"))
  }
}

extension String {
  fileprivate func replacing(_ old: String, with new: String) -> String {
    split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}
