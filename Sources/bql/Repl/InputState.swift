import BQLSyntax
import Glibc

/// Collects the lines of an entry and tells when it is complete.
struct InputState {
  private(set) var text = ""

  var isEmpty: Bool { text.isEmpty }

  /// Takes a line; returns the entry once it is complete.
  ///
  /// An entry ends with `;`. An empty line ends it too where the text parses as it stands and no
  /// further input is waiting: the empty lines within a pasted script do not.
  mutating func take(_ line: String, isInputWaiting: () -> Bool) -> String? {
    text += line + "\n"
    let outline = ScriptOutline(text)
    if outline.isEmpty {
      // Blank lines and comments alone ask for nothing.
      text = ""
      return nil
    }
    if outline.isComplete { return finish() }
    let isBlank = line.allSatisfy(\.isWhitespace)
    if isBlank, outline.open == nil, !isInputWaiting(), ScriptOutline.parses(text) {
      return finish()
    }
    return nil
  }

  /// Drops what was entered.
  mutating func clear() { text = "" }

  private mutating func finish() -> String {
    defer { text = "" }
    var entry = Substring(text)
    while entry.last?.isWhitespace ?? false { entry.removeLast() }
    return String(entry)
  }

  /// Says whether more input has arrived already, as when text is pasted.
  static func isInputWaiting() -> Bool {
    var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    // A paste arrives in pieces; within this many milliseconds the next one is here.
    let waitMilliseconds: Int32 = 20
    return unsafe poll(&entry, 1, waitMilliseconds) > 0 && entry.revents & Int16(POLLIN) != 0
  }
}
