import BQLColumnar

/// Lists the functions that find, take out and replace what a regular expression fits.
enum TextPattern {
  static let functions = [replace, extract, count, likeEscape]

  private static let order =
    "Of several fits the one that a backtracking matcher finds first is taken (as in Perl), not the "
    + "longest; there are no back references and no looking around."

  private static let replace = ScalarFunction(
    name: "regexp_replace",
    category: .text,
    summary:
      "Replaces the first fit of a regular expression, with the flag 'g' every one; \\1 stands for "
      + "what group 1 took, \\& for the whole; the flag 'i' ignores case.",
    examples: [
      FunctionExample("regexp_replace('sku-0042', '\\d+', '#')", "sku-#"),
      FunctionExample("regexp_replace('a.b.c', '\\.', '/', 'g')", "a/b/c"),
      FunctionExample("regexp_replace('Smith, Jo', '(\\w+), (\\w+)', '\\2 \\1')", "Jo Smith"),
    ],
    overloads: [
      overload([.text, .text, .text]), overload([.text, .text, .text, .text]),
    ],
    differences: order
  )

  private static func overload(_ parameters: [DataType]) -> ScalarFunction.Overload {
    ScalarFunction.Overload(parameters, to: .text) { arguments, count throws(FunctionError) in
      let texts = arguments[0].texts
      let replacements = arguments[2].texts
      var finders = ByCode<RegexFinder>(arguments[1])
      var caseless = ByCode<RegexFinder>(arguments[1])
      var flags = arguments.count > 3 ? ByCode<Flags>(arguments[3]) : nil
      return try Rows.texts(count: count, where: .allPresent(arguments)) {
        row throws(FunctionError) in
        let flag = try flags?.value(row) { text throws(FunctionError) in try Flags(text) }
        let finder =
          flag?.ignoresCase ?? false
          ? try caseless.value(row) { text throws(FunctionError) in try compiled("(?i)", text) }
          : try finders.value(row) { text throws(FunctionError) in try compiled("", text) }
        return try finder.replacing(
          in: texts[row],
          by: replacements[row],
          all: flag?.isGlobal ?? false
        )
      }
    }
  }

  private struct Flags {
    var isGlobal = false
    var ignoresCase = false

    init(_ text: Utf8) throws(FunctionError) {
      for byte in text {
        switch byte {
        case UInt8(ascii: "g"): isGlobal = true
        case UInt8(ascii: "i"): ignoresCase = true
        default:
          let flags = String(decoding: text, as: UTF8.self)
          throw .badArgument(
            "regexp_replace's flags are g (every fit) and i (any case): '\(flags)'"
          )
        }
      }
    }
  }

  private static func compiled(
    _ prefix: String,
    _ pattern: Utf8
  ) throws(FunctionError) -> RegexFinder {
    try RegexFinder(prefix + String(decoding: pattern, as: UTF8.self))
  }

  private static let extract = ScalarFunction(
    name: "regexp_extract",
    aliases: ["regexp_substr"],
    category: .text,
    summary:
      "Returns what a regular expression fits first, or what its n-th group took there; NULL where "
      + "it does not fit.",
    nullRule: .special,
    examples: [
      FunctionExample("regexp_extract('sku-0042', '\\d+')", "0042"),
      FunctionExample("regexp_extract('utm_source=mail&x=1', 'source=([^&]*)', 1)", "mail"),
      FunctionExample("regexp_extract('none', '\\d+')", ""),
    ],
    overloads: [extraction([.text, .text]), extraction([.text, .text, .int])],
    differences: order + " PostgreSQL names this regexp_substr, with other arguments behind two."
  )

  private static func extraction(_ parameters: [DataType]) -> ScalarFunction.Overload {
    ScalarFunction.Overload(parameters, to: .text) { arguments, count throws(FunctionError) in
      let texts = arguments[0].texts
      var finders = ByCode<RegexFinder>(arguments[1])
      let validity: Bitmap? = .allPresent(arguments)
      var output = TextOutput(count: count)
      for row in 0..<count {
        guard validity.isSet(row) else {
          output.appendNull()
          continue
        }
        let finder = try finders.value(row) { text throws(FunctionError) in try compiled("", text) }
        let group = arguments.count > 2 ? arguments[2].ints[row] : 0
        guard group >= 0, group <= Int64(finder.groupCount) else {
          throw .badArgument(
            "the regular expression has \(finder.groupCount) groups: no group \(group)"
          )
        }
        if let found = finder.extract(Int(group), of: texts[row]) {
          output.append(found)
        } else {
          output.appendNull()
        }
      }
      return output.finish()
    }
  }

  private static let count = ScalarFunction(
    name: "regexp_count",
    category: .text,
    summary: "Counts how often a regular expression fits, fits not overlapping.",
    examples: [FunctionExample("regexp_count('a1b22c', '\\d+')", "2")],
    overloads: [
      ScalarFunction.Overload([.text, .text], to: .int) { arguments, count throws(FunctionError) in
        let texts = arguments[0].texts
        var finders = ByCode<RegexFinder>(arguments[1])
        let validity: Bitmap? = .allPresent(arguments)
        let ints = try Rows.compute(count: count, where: validity) {
          row throws(FunctionError) in
          try finders.value(row) { text throws(FunctionError) in try compiled("", text) }
            .count(in: texts[row])
        }
        return Column(ints: ints, validity: validity)
      }
    ],
    differences: order
  )

  /// What `LIKE pattern ESCAPE 'c'` makes of its pattern.
  private static let likeEscape = ScalarFunction(
    name: "like_escape",
    category: .text,
    summary:
      "Turns a pattern of LIKE whose escaping character is the second text into one where it is \\: "
      + "`x LIKE p ESCAPE 'c'` is `x LIKE like_escape(p, 'c')`.",
    examples: [
      FunctionExample("'10%' LIKE '10!%' ESCAPE '!'", "true"),
      FunctionExample("'100' LIKE '10!%' ESCAPE '!'", "false"),
    ],
    overloads: [
      .text(.text, .text) { (pattern: Utf8, escape: Utf8) throws(FunctionError) in
        if Scalars.count(escape) > 1 {
          throw .badArgument("LIKE is escaped by one character, or none")
        }
        let backslash = UInt8(ascii: "\\")
        var result: [UInt8] = []
        var rest = pattern
        while let byte = rest.first {
          if !escape.isEmpty, rest.starts(with: escape) {
            rest = rest.dropFirst(escape.count)
            guard let next = rest.first else {
              throw .badArgument("a LIKE pattern does not end with its escaping character")
            }
            result += [backslash, next]
          } else {
            if byte == backslash { result.append(backslash) }
            result.append(byte)
          }
          rest = rest.dropFirst()
        }
        return result[...]
      }
    ]
  )
}
