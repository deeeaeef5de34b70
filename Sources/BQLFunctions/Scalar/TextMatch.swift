import BQLColumnar

/// Lists the functions that match patterns; all take time linear in the text.
enum TextMatch {
  static let functions = [like, ilike, regex]

  private static let like = ScalarFunction(
    name: "like",
    category: .text,
    summary:
      "Tells whether the whole text fits a pattern: % stands for any characters, _ for one, \\ "
      + "takes the next literally.",
    examples: [
      FunctionExample("'electronics.audio' LIKE 'electronics.%'", "true"),
      FunctionExample("'a_c' LIKE 'a\\_c'", "true"),
      FunctionExample("'abc' LIKE 'a\\_c'", "false"),
    ],
    overloads: [
      matching { text throws(FunctionError) in
        try LikePattern(text, ignoresCase: false)
      } by: { pattern, text in
        pattern.matches(text)
      }
    ],
    forms: ["x [NOT] LIKE pattern [ESCAPE 'c']"]
  )

  private static let ilike = ScalarFunction(
    name: "ilike",
    category: .text,
    summary: "Tells whether the whole text fits a pattern of `like`, without regard to case.",
    examples: [FunctionExample("'Samsung' ILIKE 'SAM%'", "true")],
    overloads: [
      matching { text throws(FunctionError) in
        try LikePattern(text, ignoresCase: true)
      } by: { pattern, text in
        pattern.matches(text)
      }
    ],
    forms: ["x [NOT] ILIKE pattern [ESCAPE 'c']"]
  )

  private static let regex = ScalarFunction(
    name: "regex",
    aliases: ["~", "regex_matches", "regexp_matches"],
    category: .text,
    summary: "Tells whether a regular expression fits anywhere in the text.",
    examples: [
      FunctionExample("regex('electronics.audio', '^elec')", "true"),
      FunctionExample("regex('sku-0042', '\\d{4}$')", "true"),
      FunctionExample("regex('Samsung', '(?i)samsung|apple')", "true"),
      FunctionExample("'Samsung' ~* '^sam'", "true"), FunctionExample("'Samsung' !~ 'x'", "true"),
    ],
    overloads: [
      matching { text throws(FunctionError) in
        try RegexMatcher(String(decoding: text, as: UTF8.self))
      } by: { pattern, text in
        pattern.matches(text)
      }
    ],
    differences:
      "There are no back references and no looking around, so that a match takes time linear in the "
      + "text. PostgreSQL's regexp_matches returns a set of arrays; regexp_extract takes out groups.",
    forms: ["x ~ pattern, x !~ pattern", "x ~* pattern, x !~* pattern, without regard to case"]
  )

  /// Makes an overload that compiles each pattern once.
  private static func matching<Pattern>(
    _ compile: @escaping @Sendable (Utf8) throws(FunctionError) -> Pattern,
    by matches: @escaping @Sendable (Pattern, Utf8) -> Bool
  ) -> ScalarFunction.Overload {
    ScalarFunction.Overload([.text, .text], to: .bool) { arguments, count throws(FunctionError) in
      let validity: Bitmap? = .allPresent(arguments)
      let texts = arguments[0].texts
      var patterns = ByCode<Pattern>(arguments[1])
      let bools = try Rows.compute(count: count, where: validity) { row throws(FunctionError) in
        matches(try patterns.value(row, compile), texts[row])
      }
      return Column(bools: bools, validity: validity)
    }
  }
}
