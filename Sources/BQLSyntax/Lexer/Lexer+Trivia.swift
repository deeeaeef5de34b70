extension Lexer {
  /// Skips a byte order mark and a first line that starts with `#!`.
  mutating func skipPrologue() {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      offset = 3
    }
    if peek() == UInt8(ascii: "#"), peek(1) == UInt8(ascii: "!") {
      skipLine()
    }
  }

  /// Skips blanks and comments.
  mutating func skipTrivia() {
    while offset < bytes.count {
      switch peek() {
      case UInt8(ascii: "\n"):
        startsLine = true
        offset += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0B, 0x0C:
        offset += 1
      case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
        skipLine()
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
        skipBlockComment()
      case 0x80...:
        guard let (scalar, length) = scalar(at: offset), isBlank(scalar) else { return }
        offset += length
      default:
        return
      }
    }
  }

  private mutating func skipLine() {
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") {
      offset += 1
    }
  }

  private mutating func skipBlockComment() {
    let start = offset
    var depth = 0
    repeat {
      if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        offset += 2
      } else if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        offset += 2
      } else {
        if peek() == UInt8(ascii: "\n") { startsLine = true }
        offset += 1
      }
    } while depth > 0 && offset < bytes.count
    guard depth > 0 else { return }
    // A lone `/` as the last byte may step one beyond the end.
    offset = bytes.count
    open = .comment
    report(
      .unterminatedComment,
      "this comment does not end",
      SourceRange(start, start + 2),
      hints: ["a comment that starts with /* ends with */"]
    )
    append(.invalid, from: start)
  }
}

/// Tells the blanks that editors and web pages put in place of a space.
private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0xA0, 0x2000...0x200B, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF: true
  default: false
  }
}
