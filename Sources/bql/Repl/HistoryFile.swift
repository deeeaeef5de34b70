import BQLOutput
import BQLSyntax
import Glibc

/// Keeps what was entered across sessions: one entry a line, line feeds written `\n`.
///
/// Entries are appended one by one, so that sessions side by side lose nothing, and a crash at most
/// the entry being written. Only the user may read the file.
struct HistoryFile {
  /// The entries that are kept when the file has grown to twice as many.
  static let limit = 5_000

  let path: String

  /// Makes the history that `$BQL_HISTORY` names, or the one in the user's state directory.
  ///
  /// Nil where the variable is empty, which turns history off, or there is no home directory.
  init?() {
    if let path = Terminal.environment("BQL_HISTORY") {
      if path.isEmpty { return nil }
      self.path = path
    } else if let state = Terminal.environment("XDG_STATE_HOME"), state.hasPrefix("/") {
      path = state + "/bql/history"
    } else if let home = Terminal.environment("HOME"), !home.isEmpty {
      path = home + "/.local/state/bql/history"
    } else {
      return nil
    }
  }

  init(path: String) {
    self.path = path
  }

  /// Returns the entries of earlier sessions, the oldest first; none where there is no file yet.
  func load() -> [String] {
    guard let source = try? Source.read(path: path) else { return [] }
    let lines = source.text.split(separator: "\n")
    let entries = lines.suffix(Self.limit).map { Self.entry(ofLine: $0) }
    if lines.count > 2 * Self.limit { rewrite(entries) }
    return entries
  }

  /// Adds an entry; a history that cannot be written is no reason to stop working.
  func append(_ entry: String) {
    createDirectory()
    // The path is bridged for the call alone.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let sink = FileDescriptorSink(descriptor: descriptor, path: path)
    try? sink.append(Self.line(of: entry))
    try? sink.flush()
  }

  static func line(of entry: String) -> String {
    var line = ""
    for character in entry.unicodeScalars {
      switch character {
      case "\\": line += "\\\\"
      case "\n": line += "\\n"
      default: line.unicodeScalars.append(character)
      }
    }
    return line + "\n"
  }

  static func entry(ofLine line: some StringProtocol) -> String {
    var entry = ""
    var isEscaped = false
    for character in line.unicodeScalars {
      if isEscaped {
        entry.unicodeScalars.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        entry.unicodeScalars.append(character)
      }
    }
    return entry
  }

  private func createDirectory() {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    for end in parts.indices where !parts[end].isEmpty {
      // Directories that exist already are left as they are.
      _ = unsafe mkdir(parts[...end].joined(separator: "/"), 0o700)
    }
  }

  private func rewrite(_ entries: [String]) {
    let temporary = path + ".new"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let sink = FileDescriptorSink(descriptor: descriptor, path: temporary)
    do throws(OutputError) {
      try sink.append(entries.map { Self.line(of: $0) }.joined())
      try sink.flush()
      close(descriptor)
      _ = unsafe rename(temporary, path)
    } catch {
      close(descriptor)
      _ = unsafe unlink(temporary)
    }
  }
}
