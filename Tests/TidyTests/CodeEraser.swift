/// Blanks comments and texts, so that what is searched for is found in code alone.
///
/// Line breaks stay where they are. Code inside an interpolation stays too. Regular expressions
/// between slashes are not known; the project has none.
struct CodeEraser {
  private let bytes: [UInt8]
  private var output: [UInt8]
  private var index = 0

  /// Returns `text` with spaces for comments, for texts and for their quotes.
  static func code(of text: String) -> String {
    var eraser = CodeEraser(text)
    eraser.readCode(untilParenthesis: false)
    return String(decoding: eraser.output, as: UTF8.self)
  }

  private init(_ text: String) {
    bytes = Array(text.utf8)
    output = bytes
  }

  private func byte(_ offset: Int = 0) -> UInt8? {
    index + offset < bytes.count ? bytes[index + offset] : nil
  }

  private func stands(_ text: StaticString) -> Bool {
    let expected = Array("\(text)".utf8)
    return index + expected.count <= bytes.count
      && bytes[index..<(index + expected.count)].elementsEqual(expected)
  }

  /// Blanks `count` bytes and steps over them.
  private mutating func blank(_ count: Int) {
    for _ in 0..<count where index < bytes.count {
      if bytes[index] != UInt8(ascii: "\n") { output[index] = UInt8(ascii: " ") }
      index += 1
    }
  }

  private mutating func readCode(untilParenthesis: Bool) {
    var depth = 0
    while let next = byte() {
      if stands("//") {
        while let byte = byte(), byte != UInt8(ascii: "\n") { blank(1) }
      } else if stands("/*") {
        readComment()
      } else if let hashes = hashesBeforeQuote() {
        readText(hashes: hashes)
      } else {
        if next == UInt8(ascii: "(") { depth += 1 }
        if next == UInt8(ascii: ")") {
          if depth == 0 && untilParenthesis { return }
          depth -= 1
        }
        index += 1
      }
    }
  }

  private mutating func readComment() {
    var depth = 0
    repeat {
      if stands("/*") {
        depth += 1
        blank(2)
      } else if stands("*/") {
        depth -= 1
        blank(2)
      } else {
        blank(1)
      }
    } while depth > 0 && index < bytes.count
  }

  /// Returns the number of `#` before the quote that opens a text here, nil if none does.
  private func hashesBeforeQuote() -> Int? {
    var hashes = 0
    while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
    return byte(hashes) == UInt8(ascii: "\"") ? hashes : nil
  }

  private func hashesStand(_ count: Int, at offset: Int) -> Bool {
    (0..<count).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
  }

  private mutating func readText(hashes: Int) {
    blank(hashes)
    let quotes = stands("\"\"\"") ? 3 : 1
    blank(quotes)
    while let next = byte() {
      if next == UInt8(ascii: "\\"), hashesStand(hashes, at: 1) {
        blank(1 + hashes)
        if byte() == UInt8(ascii: "(") {
          blank(1)
          readCode(untilParenthesis: true)
        }
        blank(1)
      } else if quotes == 1 ? next == UInt8(ascii: "\"") : stands("\"\"\""),
        hashesStand(hashes, at: quotes)
      {
        return blank(quotes + hashes)
      } else {
        blank(1)
      }
    }
  }
}
