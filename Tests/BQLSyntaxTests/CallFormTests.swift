import BQLSyntax
import Testing

/// Reads the calls that SQL writes with words between their arguments.
@Suite struct CallFormTests {
  /// Each form is the call that it stands for, and is printed as that.
  @Test(arguments: [
    ("extract(hour FROM t)", "extract('hour', t)"),
    ("position('b' IN a)", "position(a, 'b')"),
    ("substring(a FROM 2 FOR 3)", "substring(a, 2, 3)"),
    ("substring(a FROM 2)", "substring(a, 2)"),
    ("trim(BOTH 'x' FROM a)", "trim(a, 'x')"), ("trim(BOTH FROM a)", "trim(a)"),
    ("trim('x' FROM a)", "trim(a, 'x')"), ("trim(both)", "trim(both)"),
    ("try_cast(a AS int)", "try_cast(a, 'int')"),
    ("percentile_cont(0.5) WITHIN GROUP (ORDER BY x ASC)", "percentile_cont(x, 0.5)"),
    ("a LIKE 'x!%' ESCAPE '!'", "a LIKE like_escape('x!%', '!')"),
    ("a NOT ILIKE :p ESCAPE :e", "a NOT ILIKE like_escape(:p, :e)"),
    ("a ~* 'x'", "a ~ '(?i)' || 'x'"), ("a !~* b", "a !~ '(?i)' || b"),
    ("INTERVAL '7 days'", "7d"), ("INTERVAL 7 DAYS", "7d"), ("INTERVAL '7' DAY", "7d"),
    ("INTERVAL '1 month 2 days'", "1 MONTH + 2d"), ("INTERVAL '-1 month'", "-1 MONTH"),
    ("INTERVAL '1 day 02:30'", "1d + 2h + 30m"), ("INTERVAL '02:30:00'", "'02:30:00'::interval"),
    ("24h", "24h"), ("48h", "48h"), ("2d", "2d"), ("36h", "36h"), ("1440m", "24h"),
    ("interval", "interval"),
  ])
  func formIsACall(_ form: String, _ printed: String) throws {
    let kind = try expression(form)
    #expect(Formatter.print(kind) == printed)
    #expect(Formatter.print(try expression(printed)) == printed)
  }

  private func expression(_ text: String) throws -> Expression {
    let (statements, diagnostics) = Parser.parse(Source(name: "test", text: "ASSERT \(text);"))
    #expect(diagnostics.isEmpty, "\(text)")
    let statement = try #require(statements.first)
    guard case .assert(let assertion) = statement.kind else {
      throw Failure.noAssertion
    }
    return assertion.condition
  }

  private enum Failure: Error {
    case noAssertion
  }
}
