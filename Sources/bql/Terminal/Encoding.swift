import Glibc

/// Tells the encoding of the user's locale (LC_ALL, LC_CTYPE, LANG).
enum Encoding {
  /// Whether text on the terminal is UTF-8.
  ///
  /// The first use sets the locale of characters, which line editing needs too; numbers keep their
  /// decimal point in any locale.
  static let isUTF8: Bool = {
    name.uppercased() == "UTF-8"
  }()

  /// The encoding's name, such as `UTF-8` or `ANSI_X3.4-1968` (ASCII).
  static let name: String = {
    // The answers are static texts of the C library, copied at once.
    _ = unsafe setlocale(LC_CTYPE, "")
    return unsafe nl_langinfo(nl_item(CODESET)).map { unsafe String(cString: $0) } ?? "unknown"
  }()
}
