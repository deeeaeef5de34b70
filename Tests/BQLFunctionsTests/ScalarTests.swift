import BQLColumnar
import BQLFunctions
import Testing

/// Tables of expressions and results, beside the examples: NULL, edges, signs, Unicode.
struct ScalarTests {
  @Test(arguments: [
    ("'NaN'::float = 'NaN'::float", "true"), ("'NaN'::float > 'Infinity'::float", "true"),
    ("'NaN'::float <= 1.5::float", "false"), ("1.5::float <= 'NaN'::float", "true"),
    ("-0.0::float = 0.0::float", "true"), ("'a' < 'b'", "true"), ("'a' < 'a'", "false"),
    ("'Z' < 'a'", "true"), ("'é' > 'z'", "true"), ("'ab' > 'a'", "true"), ("'' < 'a'", "true"),
    ("false < true", "true"), ("1 = 1.00", "true"), ("1 < 1.5::float", "true"),
    ("DATE '2019-10-01' = TIMESTAMP '2019-10-01 00:00:00'", "true"),
    ("DATE '2019-10-01' < TIMESTAMP '2019-10-01 00:00:01'", "true"), ("1h > 59m", "true"),
    ("NULL = NULL", ""), ("NULL < 1", ""), ("'a' <> NULL", ""),
  ])
  func compares(_ expression: String, _ expected: String) throws {
    #expect(try Calculator.text(expression) == expected)
  }

  @Test(arguments: [
    ("0.10 + 0.20", "0.30"), ("0.10 + 0.20::float", "0.30000000000000004"),
    ("7 / -2", "-3"), ("-7 % 3", "-1"), ("7 % -3", "1"), ("5 - 8", "-3"),
    ("2 * 3 + 4", "10"), ("2 + 3 * 4", "14"), ("1.50 * 2.50", "3.75"),
    ("1.00 / 3", "0.3333333333333333"),
    ("10.00 / 4.00", "2.5"), ("7.5::float % 2", "1.5"), ("1 + NULL", ""), ("NULL / 0", ""),
    ("DATE '2020-03-01' - 1", "2020-02-29"), ("1 + DATE '2019-12-31'", "2020-01-01"),
    ("DATE '2019-10-01' - 1h", "2019-09-30 23:00:00"),
    ("1d + DATE '2019-10-01'", "2019-10-02 00:00:00"),
    ("TIMESTAMP '2019-10-01 00:00:00' - 1s", "2019-09-30 23:59:59"),
    ("DATE '2019-10-02' - TIMESTAMP '2019-10-01 12:00:00'", "43200"),
    ("1h - 90m", "-1800"), ("2 * 1h", "7200"), ("1h * 0.5", "1800"), ("1h / 2.0", "1800"),
    ("1s / 3", "0.333333"), ("2s / 3", "0.666667"), ("-2s / 3", "-0.666667"),
    ("-(1 + 2)", "-3"), ("negate(1h)", "-3600"),
    ("-9223372036854775807 - 1", "-9223372036854775808"),
    ("(-9223372036854775807 - 1) % -1", "0"),
  ])
  func calculates(_ expression: String, _ expected: String) throws {
    #expect(try Calculator.text(expression) == expected)
  }

  @Test(arguments: [
    ("1 / 0", FunctionError.divisionByZero), ("1 % 0", .divisionByZero),
    ("1.00 / 0", .divisionByZero), ("1.5::float / 0", .divisionByZero),
    ("1.5::float % 0", .divisionByZero), ("1h / 0", .divisionByZero),
    ("9223372036854775807 + 1", .overflow("int addition")),
    ("-9223372036854775807 - 2", .overflow("int subtraction")),
    ("9223372036854775807 * 2", .overflow("int multiplication")),
    ("(-9223372036854775807 - 1) / -1", .overflow("int division")),
    ("negate(-9223372036854775807 - 1)", .overflow("int negation")),
    ("abs(-9223372036854775807 - 1)", .overflow("abs of int")),
    ("'1e308'::float * 10", .overflow("float multiplication")),
    ("DATE '9999-12-31' + 1", .overflow("date addition")),
    ("TIMESTAMP '9999-12-31 23:59:59' + 1s", .overflow("timestamp addition")),
    ("DATE '0001-01-01' - 1", .overflow("date subtraction")),
    ("92233720368547758.07 + 0.01", .overflow("decimal addition")),
    ("power(0, -1)", .divisionByZero), ("exp(1000)", .overflow("exp")),
    ("to_timestamp(9223372036854775807)", .overflow("to_timestamp")),
  ])
  func reportsWhatItCannotCalculate(_ expression: String, _ error: FunctionError) {
    #expect(throws: error) { try Calculator.value(expression) }
  }

  @Test(arguments: [
    ("round(0.50)", "1.00"), ("round(-0.50)", "-1.00"), ("round(0.49)", "0.00"),
    ("round(0.5::float)", "0.0"), ("round(1.5::float)", "2.0"), ("round(2.345::float, 2)", "2.35"),
    ("round(1.55, 1)", "1.60"), ("round(-1.55, 1)", "-1.60"), ("round(1250, -3)", "1000"),
    ("round(-1500, -3)", "-2000"), ("round(5, 2)", "5"), ("round(5, -30)", "0"),
    ("round(1.0::float, 400)", "1.0"),
    ("floor(-2.70)", "-3.00"), ("ceil(-2.70)", "-2.00"), ("trunc(2.70)", "2.00"), ("floor(7)", "7"),
    ("sign(-2.50)", "-1"), ("sign(1h)", "1"), ("abs(negate(1h))", "3600"), ("mod(7, 4)", "3"),
    ("log(100)", "2.0"), ("ln(NULL)", ""), ("sqrt(0)", "0.0"),
    ("pow(2, 0.5)", "1.4142135623730951"),
    ("isnan(1)", "false"), ("width_bucket(0, 0, 10, 5)", "1"), ("width_bucket(10, 0, 10, 5)", "6"),
    ("width_bucket(-1, 0, 10, 5)", "0"), ("width_bucket(9, 10, 0, 5)", "1"),
  ])
  func roundsAndScales(_ expression: String, _ expected: String) throws {
    #expect(try Calculator.text(expression) == expected)
  }

  @Test(arguments: [
    ("length('日本語')", "3"), ("length(NULL)", ""), ("upper('aé')", "AÉ"), ("lower('İ')", "i̇"),
    ("substring('日本語', 2, 1)", "本"), ("substring('abc', -1, 3)", "a"),
    ("substring('abc', 2, 0)", ""), ("substring('abc', 9)", ""),
    ("substring('abc', -5)", "abc"), ("substr('abc', 2, 9223372036854775807)", "bc"),
    ("left('abc', 0)", ""), ("left('abc', -9)", ""), ("left('日本語', 2)", "日本"),
    ("right('abc', 9)", "abc"), ("right('abc', 0)", ""), ("right('日本語', 1)", "語"),
    ("right('abc', -9)", ""), ("split_part('a.b', '.', 3)", ""), ("split_part('a.b', '.', -3)", ""),
    ("split_part('a.b', '', 1)", "a.b"), ("split_part('a.b', '', 2)", ""),
    ("split_part('a--b--c', '--', 2)", "b"), ("split_part('.a.', '.', 1)", ""),
    ("split_part('.a.', '.', -1)", ""), ("split_part('', '.', 1)", ""),
    ("trim('xxaxbxx', 'x')", "axb"), ("trim('äöaöä', 'öä')", "a"), ("ltrim('abc', 'cba')", ""),
    ("rtrim('abc', '')", "abc"), ("trim('  ')", ""), ("replace('aaa', 'aa', 'b')", "ba"),
    ("replace('abc', '', 'x')", "abc"), ("replace('abc', 'x', 'y')", "abc"),
    ("strpos('日本語', '語')", "3"), ("strpos('abc', '')", "1"), ("strpos('', 'a')", "0"),
    ("starts_with('a', 'ab')", "false"), ("ends_with('a', 'ba')", "false"),
    ("ends_with('a', '')", "true"), ("contains('', '')", "true"), ("contains('aab', 'ab')", "true"),
    ("lpad('abc', 2)", "ab"), ("lpad('a', 4, 'xy')", "xyxa"), ("rpad('a', 3)", "a  "),
    ("lpad('a', 3, '')", "a"), ("lpad('a', -1)", ""), ("lpad('é', 3, 'ü')", "üüé"),
    ("repeat('a', 0)", ""), ("repeat('a', -1)", ""), ("repeat('', 9223372036854775807)", ""),
    ("reverse('日本')", "本日"), ("concat(NULL, NULL)", ""), ("'n=' || 1.50", "n=1.50"),
    ("1h || ''", "1h"), ("'x' || DATE '2019-10-01'", "x2019-10-01"), ("concat('é', '')", "é"),
  ])
  func takesTextsApart(_ expression: String, _ expected: String) throws {
    #expect(try Calculator.text(expression) == expected)
  }

  @Test(arguments: [
    "split_part('a', '.', 0)", "substring('a', 1, -1)", "repeat('abc', 100000000)",
    "lpad('a', 100000000)", "ln(0)", "sqrt(-1)", "power(-8, 0.5)",
    "date_trunc('fortnight', DATE '2019-10-01')",
    "date_part('eon', DATE '2019-10-01')", "make_date(2019, 2, 29)", "make_date(0, 1, 1)",
    "strftime(DATE '2019-10-01', '%Q')", "strftime(DATE '2019-10-01', '100%')",
    "time_bucket(0s, DATE '2019-10-01')", "width_bucket(1, 2, 2, 5)", "like('a', 'a\\')",
    "regex('a', '(')", "sign('NaN'::float)",
  ])
  func reportsBadArguments(_ expression: String) {
    #expect {
      try Calculator.value(expression)
    } throws: { error in
      if case .badArgument(let message) = error as? FunctionError {
        !message.isEmpty
      } else {
        false
      }
    }
  }

  @Test(arguments: [
    ("coalesce(NULL, NULL)", ""), ("coalesce(1, 2.50)", "1.00"), ("coalesce('', 'a')", ""),
    ("ifnull(NULL, true)", "true"), ("nullif(NULL, 1)", ""), ("nullif(1, NULL)", "1"),
    ("nullif('a', 'a')", ""), ("greatest(1, 2.50)", "2.50"), ("greatest('a', 'B', 'é')", "é"),
    ("least('a', 'B', NULL)", "B"), ("greatest(NULL, NULL)", ""),
    ("least('NaN'::float, 1.5::float)", "1.5"), ("greatest(true, false)", "true"),
    ("greatest(-1, -2)", "-1"), ("not(false)", "true"),
  ])
  func chooses(_ expression: String, _ expected: String) throws {
    #expect(try Calculator.text(expression) == expected)
  }

  /// Columns of several rows, with dictionaries that differ: what one-row examples cannot show.
  @Test func textKernelsMixDictionaries() throws {
    let first = Column([.text("a"), .null, .text("c"), .text("a")], type: .text)
    let second = Column([.text("x"), .text("a"), .null, .text("a")], type: .text)
    func run(_ name: String) throws -> [Value] {
      let overload = try #require(
        FunctionRegistry.scalar(name)?.overloads.first { $0.parameters.first == .text }
      )
      let result = try overload.kernel([first, second], 4)
      return (0..<4).map { result[$0] }
    }
    #expect(try run("=") == [.bool(false), .null, .null, .bool(true)])
    #expect(try run("||") == [.text("ax"), .null, .null, .text("aa")])
    #expect(try run("coalesce") == [.text("a"), .text("a"), .text("c"), .text("a")])
    #expect(try run("nullif") == [.text("a"), .null, .text("c"), .null])
    #expect(try run("greatest") == [.text("x"), .text("a"), .text("c"), .text("a")])
    #expect(try run("concat") == [.text("ax"), .text("a"), .text("c"), .text("aa")])
  }
}
