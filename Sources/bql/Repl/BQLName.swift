import BQLSyntax

/// Spells names as they must stand in a statement.
enum BQLName {
  /// Returns `name`, in double quotes where it is no plain word or a reserved one.
  static func quoted(_ name: String) -> String {
    let bytes = Array(name.utf8)
    let isPlain =
      !bytes.isEmpty && !isDigit(bytes[0]) && bytes.allSatisfy(isWordByte)
      && !(Keyword(word: name).map { Keyword.reserved.contains($0) } ?? false)
    if isPlain { return name }
    let parts = name.split(separator: "\"", omittingEmptySubsequences: false)
    return "\"" + parts.joined(separator: "\"\"") + "\""
  }

  /// Says whether a byte belongs to a word as it is typed; those beyond ASCII are letters here.
  static func isWordByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || isDigit(byte) || byte >= 0x80
      || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
