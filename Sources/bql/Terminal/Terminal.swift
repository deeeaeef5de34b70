import Glibc

/// Tells what the program's three streams are connected to.
enum Terminal {
  static let inputIsTerminal = isatty(STDIN_FILENO) == 1
  static let outputIsTerminal = isatty(STDOUT_FILENO) == 1
  static let errorIsTerminal = isatty(STDERR_FILENO) == 1

  /// Whether colours may be sent to a terminal: `NO_COLOR` unset or empty, and not a dumb one.
  static let allowsColor = (environment("NO_COLOR") ?? "").isEmpty && !isDumb

  /// Whether the terminal understands cursor movements.
  static let isDumb = ["", "dumb"].contains(environment("TERM") ?? "")

  /// The columns and rows of the terminal on standard output; 80 × 24 where it does not say.
  static var size: (columns: Int, rows: Int) {
    var window = winsize()
    // TIOCGWINSZ fills in the structure it is given.
    let answer = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window)
    guard answer == 0, window.ws_col > 0 else { return (80, 24) }
    return (Int(window.ws_col), window.ws_row > 0 ? Int(window.ws_row) : 24)
  }

  /// The value of an environment variable, or nil where it is unset.
  static func environment(_ name: String) -> String? {
    // The text belongs to the environment, which this program never changes; it is copied at once.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
