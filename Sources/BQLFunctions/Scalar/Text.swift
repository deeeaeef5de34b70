import BQLColumnar

/// Lists the functions that take texts apart and put them together.
///
/// Positions and lengths count characters in PostgreSQL's sense, which are Unicode scalars, from 1.
enum Text {
  static let functions = [
    length, lower, upper, substring, left, right, splitPart, concat, concatenate, reverse,
  ]

  private static let length = ScalarFunction(
    name: "length",
    aliases: ["char_length", "len"],
    category: .text,
    summary: "Counts the characters of a text.",
    examples: [FunctionExample("length('Größe')", "5"), FunctionExample("length('')", "0")],
    overloads: [
      .tryMap(.text, to: .int) { (text: Utf8) throws(FunctionError) in
        Int64(Scalars.count(text))
      }
    ]
  )

  private static let lower = ScalarFunction(
    name: "lower",
    category: .text,
    summary: "Turns letters into small ones, by Unicode's rules.",
    examples: [FunctionExample("lower('ÄPFEL Co')", "äpfel co")],
    overloads: [
      .text(.text) { (text: Utf8) throws(FunctionError) in Scalars.lowercased(text) }
    ]
  )

  private static let upper = ScalarFunction(
    name: "upper",
    category: .text,
    summary: "Turns letters into capitals, by Unicode's rules.",
    examples: [FunctionExample("upper('straße')", "STRASSE")],
    overloads: [
      .text(.text) { (text: Utf8) throws(FunctionError) in Scalars.uppercased(text) }
    ],
    differences: "By Unicode's full rules: ß becomes SS, which PostgreSQL leaves as it is."
  )

  private static let substring = ScalarFunction(
    name: "substring",
    aliases: ["substr"],
    category: .text,
    summary: "Returns the characters from a position on, all or as many as said.",
    examples: [
      FunctionExample("substring('electronics', 1, 4)", "elec"),
      FunctionExample("substring('electronics', 9)", "ics"),
      FunctionExample("substring('abc', 0, 2)", "a"),
    ],
    overloads: [
      .text(.text, .int) { (text: Utf8, start: Int64) throws(FunctionError) in
        Scalars.dropFirst(max(start, 1) - 1, of: text)
      },
      .text([.text, .int, .int]) {
        (text: Utf8, start: Int64, count: Int64) throws(FunctionError) in
        if count < 0 { throw .badArgument("substring's length is not negative: \(count)") }
        let (end, overflow) = start.addingReportingOverflow(count)
        // The positions before 1 count towards the length, as in PostgreSQL.
        let kept = Scalars.prefix(overflow ? .max : max(end, 1) - 1, of: text)
        return Scalars.dropFirst(max(start, 1) - 1, of: kept)
      },
    ]
  )

  private static let left = ScalarFunction(
    name: "left",
    category: .text,
    summary: "Returns the first n characters; with n below 0, all but the last -n.",
    examples: [
      FunctionExample("left('samsung', 3)", "sam"), FunctionExample("left('samsung', -3)", "sams"),
    ],
    overloads: [
      .text(.text, .int) { (text: Utf8, count: Int64) throws(FunctionError) in
        let kept = count >= 0 ? count : Scalars.remaining(text, without: count.magnitude)
        return Scalars.prefix(kept, of: text)
      }
    ]
  )

  private static let right = ScalarFunction(
    name: "right",
    category: .text,
    summary: "Returns the last n characters; with n below 0, all but the first -n.",
    examples: [
      FunctionExample("right('samsung', 4)", "sung"),
      FunctionExample("right('samsung', -4)", "ung"),
    ],
    overloads: [
      .text(.text, .int) { (text: Utf8, count: Int64) throws(FunctionError) in
        let dropped =
          count >= 0
          ? Scalars.remaining(text, without: count.magnitude)
          : Int64(clamping: count.magnitude)
        return Scalars.dropFirst(dropped, of: text)
      }
    ]
  )

  private static let splitPart = ScalarFunction(
    name: "split_part",
    category: .text,
    summary:
      "Splits at a separator and returns the n-th part, from the end when n is negative; empty "
      + "where there is none.",
    examples: [
      FunctionExample("split_part('electronics.audio.headphone', '.', 1)", "electronics"),
      FunctionExample("split_part('electronics.audio.headphone', '.', -1)", "headphone"),
      FunctionExample("split_part('electronics', '.', 2)", ""),
    ],
    overloads: [
      .text([.text, .text, .int]) {
        (text: Utf8, separator: Utf8, part: Int64) throws(FunctionError) in
        if part == 0 { throw .badArgument("split_part's parts are counted from 1 or -1, not 0") }
        return Bytes.part(part, of: text, separatedBy: separator)
      }
    ]
  )

  private static let concat = ScalarFunction(
    name: "concat",
    category: .text,
    summary: "Joins texts; NULL counts as an empty text.",
    nullRule: .special,
    examples: [
      FunctionExample("concat('a', 'b', 'c')", "abc"), FunctionExample("concat('a', NULL)", "a"),
    ],
    overloads: [
      ScalarFunction.Overload([.text], isVariadic: true, to: .text) {
        arguments,
        count throws(FunctionError) in
        let texts = arguments.map(\.texts)
        return try Rows.texts(count: count, where: nil) { row throws(FunctionError) in
          var joined: [UInt8] = []
          for (text, argument) in zip(texts, arguments) where argument.isValid(row) {
            joined.append(contentsOf: text[row])
          }
          return joined[...]
        }
      }
    ]
  )

  /// The operator `||`; a value of another type beside a text is cast to one.
  private static let concatenate = ScalarFunction(
    name: "||",
    category: .text,
    summary: "Joins two values, one of them a text; the other is turned into a text.",
    examples: [
      FunctionExample("'a' || 'b'", "ab"),
      FunctionExample("'Q' || 4", "Q4"),
      FunctionExample("'a' || NULL", ""),
    ],
    overloads: DataType.allCases.flatMap { type -> [ScalarFunction.Overload] in
      (type == .text ? [[.text, .text]] : [[.text, type], [type, .text]]).map { parameters in
        ScalarFunction.Overload(
          parameters,
          to: .text,
          zoned: { joined(in: $0) },
          kernel: joined(in: .utc)
        )
      }
    },
    forms: ["text || T → text, T || text → text, T any type"]
  )

  private static func joined(in zone: TimeZone) -> ScalarFunction.Kernel {
    { arguments, count throws(FunctionError) in
      let first = try Cast.convert(arguments[0], to: .text, in: zone).texts
      let second = try Cast.convert(arguments[1], to: .text, in: zone).texts
      return try Rows.texts(count: count, where: .allPresent(arguments)) {
        row throws(FunctionError) in
        first[row] + second[row]
      }
    }
  }

  private static let reverse = ScalarFunction(
    name: "reverse",
    category: .text,
    summary: "Returns the characters in the opposite order.",
    examples: [FunctionExample("reverse('añb')", "bña")],
    overloads: [
      .text(.text) { (text: Utf8) throws(FunctionError) in Scalars.reversed(text) }
    ]
  )
}
