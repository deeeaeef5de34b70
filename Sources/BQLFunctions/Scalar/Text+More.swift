import BQLColumnar

/// Lists the functions that join texts with separators, exchange characters and number them.
enum TextMore {
  static let functions = [concatWithSeparator, initcap, translate, ascii, character, octetLength]

  private static let concatWithSeparator = ScalarFunction(
    name: "concat_ws",
    category: .text,
    summary: "Joins texts with the first text between them; NULLs are left out.",
    nullRule: .special,
    examples: [
      FunctionExample("concat_ws(' > ', 'view', NULL, 'cart')", "view > cart"),
      FunctionExample("concat_ws(NULL, 'a', 'b')", ""),
    ],
    overloads: [
      ScalarFunction.Overload([.text, .text], isVariadic: true, to: .text) {
        arguments,
        count throws(FunctionError) in
        let texts = arguments.map(\.texts)
        return try Rows.texts(count: count, where: arguments[0].validity) {
          row throws(FunctionError) in
          var joined: [UInt8] = []
          var isFirst = true
          for index in texts.indices.dropFirst() where arguments[index].isValid(row) {
            if !isFirst { joined.append(contentsOf: texts[0][row]) }
            joined.append(contentsOf: texts[index][row])
            isFirst = false
          }
          if joined.count > Bytes.limit { throw Bytes.tooLong }
          return joined[...]
        }
      }
    ]
  )

  private static let initcap = ScalarFunction(
    name: "initcap",
    category: .text,
    summary: "Begins each word with a capital and goes on in small letters.",
    examples: [FunctionExample("initcap('dEAR big-view')", "Dear Big-View")],
    overloads: [
      .text(.text) { (text: Utf8) throws(FunctionError) in
        var result = ""
        var isInside = false
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
          let isWord = RegexSet.Class.alphanumeric.contains(scalar)
          let properties = scalar.properties
          result += isInside ? properties.lowercaseMapping : properties.titlecaseMapping
          isInside = isWord
        }
        return Array(result.utf8)[...]
      }
    ]
  )

  private static let translate = ScalarFunction(
    name: "translate",
    category: .text,
    summary:
      "Exchanges each character that stands in the second text for the one at its place in the "
      + "third; those without one are removed.",
    examples: [FunctionExample("translate('a-b_c', '-_', ' ')", "a bc")],
    overloads: [
      .text([.text, .text, .text]) {
        (text: Utf8, from: Utf8, to: Utf8) throws(FunctionError) in
        let old = Scalars.split(from)
        let new = Scalars.split(to)
        var result: [UInt8] = []
        for character in Scalars.split(text) {
          guard let place = old.firstIndex(where: { $0.elementsEqual(character) }) else {
            result.append(contentsOf: character)
            continue
          }
          if place < new.count { result.append(contentsOf: new[place]) }
        }
        if result.count > Bytes.limit { throw Bytes.tooLong }
        return result[...]
      }
    ]
  )

  private static let ascii = ScalarFunction(
    name: "ascii",
    aliases: ["unicode"],
    category: .text,
    summary: "Returns the Unicode number of the first character; 0 for an empty text.",
    examples: [FunctionExample("ascii('A')", "65"), FunctionExample("ascii('€')", "8364")],
    overloads: [
      .tryMap(.text, to: .int) { (text: Utf8) throws(FunctionError) in
        let first = String(decoding: text, as: UTF8.self).unicodeScalars.first
        return Int64(first?.value ?? 0)
      }
    ]
  )

  private static let character = ScalarFunction(
    name: "chr",
    category: .text,
    summary: "Returns the character with a Unicode number.",
    examples: [FunctionExample("chr(65)", "A"), FunctionExample("chr(8364)", "€")],
    overloads: [
      .text(.int) { (number: Int64) throws(FunctionError) in
        guard number > 0, let value = UInt32(exactly: number), let scalar = Unicode.Scalar(value)
        else { throw .badArgument("chr knows no character \(number)") }
        return Array(String(Character(scalar)).utf8)[...]
      }
    ]
  )

  private static let octetLength = ScalarFunction(
    name: "octet_length",
    category: .text,
    summary: "Counts the bytes of a text.",
    examples: [FunctionExample("octet_length('Größe')", "7")],
    overloads: [
      .tryMap(.text, to: .int) { (text: Utf8) throws(FunctionError) in Int64(text.count) }
    ]
  )
}
