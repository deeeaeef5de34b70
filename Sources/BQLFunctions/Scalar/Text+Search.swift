import BQLColumnar

/// Lists the functions that look for a text in another, trim, fill and replace.
enum TextSearch {
  static let functions =
    [position, startsWith, endsWith, contains, replace] + trims + pads + [repeated]

  private static let position = ScalarFunction(
    name: "strpos",
    aliases: ["position", "instr"],
    category: .text,
    summary: "Returns where the second text first stands in the first, from 1; 0 if it does not.",
    examples: [
      FunctionExample("strpos('headphone', 'phone')", "5"),
      FunctionExample("strpos('headphone', 'x')", "0"),
    ],
    overloads: [
      .tryMap(.text, .text, to: .int) { (text: Utf8, part: Utf8) throws(FunctionError) in
        guard let start = Bytes.find(part, in: text) else { return Int64(0) }
        return Int64(Scalars.count(text[text.startIndex..<start]) + 1)
      }
    ]
  )

  private static let startsWith = ScalarFunction(
    name: "starts_with",
    category: .text,
    summary: "Tells whether the first text begins with the second.",
    examples: [FunctionExample("starts_with('electronics.audio', 'electronics')", "true")],
    overloads: [
      .tryMap(.text, .text, to: .bool) { (text: Utf8, part: Utf8) throws(FunctionError) in
        text.starts(with: part)
      }
    ]
  )

  private static let endsWith = ScalarFunction(
    name: "ends_with",
    category: .text,
    summary: "Tells whether the first text ends with the second.",
    examples: [FunctionExample("ends_with('electronics.audio', 'audio')", "true")],
    overloads: [
      .tryMap(.text, .text, to: .bool) { (text: Utf8, part: Utf8) throws(FunctionError) in
        text.suffix(part.count).elementsEqual(part)
      }
    ]
  )

  private static let contains = ScalarFunction(
    name: "contains",
    category: .text,
    summary: "Tells whether the second text stands anywhere in the first.",
    examples: [
      FunctionExample("contains('headphone', 'phone')", "true"),
      FunctionExample("contains('headphone', 'Phone')", "false"),
    ],
    overloads: [
      .tryMap(.text, .text, to: .bool) { (text: Utf8, part: Utf8) throws(FunctionError) in
        Bytes.find(part, in: text) != nil
      }
    ]
  )

  private static let replace = ScalarFunction(
    name: "replace",
    category: .text,
    summary: "Replaces every occurrence of the second text by the third.",
    examples: [FunctionExample("replace('a.b.c', '.', ' > ')", "a > b > c")],
    overloads: [
      .text([.text, .text, .text]) {
        (text: Utf8, part: Utf8, replacement: Utf8) throws(FunctionError) in
        try Bytes.replacing(part, in: text, by: replacement)
      }
    ]
  )

  private static let trims: [ScalarFunction] = [
    trim("trim", ["btrim"], "both ends", [.start, .end], "  a b ", "a b"),
    trim("ltrim", [], "the start", [.start], "  a b", "a b"),
    trim("rtrim", [], "the end", [.end], "a b  ", "a b"),
  ]

  private static func trim(
    _ name: String,
    _ aliases: [String],
    _ place: String,
    _ ends: Scalars.Ends,
    _ example: String,
    _ result: String
  ) -> ScalarFunction {
    ScalarFunction(
      name: name,
      aliases: aliases,
      category: .text,
      summary: "Removes spaces, or any of the characters of the second text, from \(place).",
      examples: [FunctionExample("\(name)('\(example)')", result)],
      overloads: [
        .text(.text) { (text: Utf8) throws(FunctionError) in
          Scalars.trimming(text, [UInt8(ascii: " ")], ends)
        },
        .text(.text, .text) { (text: Utf8, characters: Utf8) throws(FunctionError) in
          Scalars.trimming(text, characters, ends)
        },
      ]
    )
  }

  private static let pads: [ScalarFunction] = [
    pad("lpad", "in front", isLeft: true, "lpad('7', 3, '0')", "007"),
    pad("rpad", "behind", isLeft: false, "rpad('ab', 5, '.')", "ab..."),
  ]

  private static func pad(
    _ name: String,
    _ place: String,
    isLeft: Bool,
    _ example: String,
    _ result: String
  ) -> ScalarFunction {
    ScalarFunction(
      name: name,
      category: .text,
      summary:
        "Fills a text \(place) up to n characters with spaces or the third text; cuts a longer "
        + "one.",
      examples: [FunctionExample(example, result)],
      overloads: [
        .text(.text, .int) { (text: Utf8, count: Int64) throws(FunctionError) in
          try Scalars.padding(text, to: count, with: [UInt8(ascii: " ")], isLeft: isLeft)
        },
        .text([.text, .int, .text]) {
          (text: Utf8, count: Int64, fill: Utf8) throws(FunctionError) in
          try Scalars.padding(text, to: count, with: fill, isLeft: isLeft)
        },
      ]
    )
  }

  private static let repeated = ScalarFunction(
    name: "repeat",
    category: .text,
    summary: "Writes a text n times in a row; empty for n below 1.",
    examples: [FunctionExample("repeat('ab', 3)", "ababab")],
    overloads: [
      .text(.text, .int) { (text: Utf8, count: Int64) throws(FunctionError) in
        guard count > 0, !text.isEmpty else { return [] }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: Int64(text.count))
        if overflow || bytes > Bytes.limit { throw Bytes.tooLong }
        var result: [UInt8] = []
        result.reserveCapacity(Int(bytes))
        for _ in 0..<count { result.append(contentsOf: text) }
        return result[...]
      }
    ]
  )
}
