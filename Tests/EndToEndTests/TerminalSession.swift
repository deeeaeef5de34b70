import Glibc
import Testing

/// Drives the built program through a pseudo-terminal, as a person at a keyboard does.
final class TerminalSession {
  static let interrupt = "\u{3}"
  static let endOfInput = "\u{4}"
  static let up = "\u{1B}[A"

  /// `TIOCSPTLCK` and `TIOCGPTN` of Linux, which the C library's Swift module leaves out, as it does
  /// `posix_openpt` and its companions.
  private static let setLock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  private let id: pid_t
  private let master: Int32
  /// All that the program has drawn so far, escape sequences included.
  private(set) var screen = ""
  /// Where ``expect(_:)`` goes on to look.
  private var position: String.Index

  /// Starts `bql` with a terminal of `columns` × 24.
  init(
    _ arguments: [String] = [],
    columns: Int = 100,
    folder: String? = nil,
    environment: [String: String] = [:]
  ) throws {
    position = screen.startIndex
    master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var isLocked: Int32 = 0
    var number: Int32 = -1
    // Both calls read or write the one number that they are given.
    try #require(unsafe ioctl(master, Self.setLock, &isLocked) == 0)
    try #require(unsafe ioctl(master, Self.getNumber, &number) == 0)
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    try #require(unsafe ioctl(master, UInt(TIOCSWINSZ), &size) == 0)
    var variables = ["TERM": "xterm", "BQL_HISTORY": "", "PAGER": ""]
    variables.merge(environment) { _, given in given }
    id = try Spawn.start(
      BuiltProgram.path,
      arguments,
      folder: folder,
      environment: variables,
      streams: [],
      terminal: "/dev/pts/\(number)"
    )
  }

  deinit {
    close(master)
  }

  /// Types keys.
  func type(_ keys: String) {
    let bytes = Array(keys.utf8)
    _ = unsafe write(master, bytes, bytes.count)
  }

  /// Waits until the program has drawn `text` after what was found before.
  ///
  /// - Returns: What was drawn up to the end of `text`.
  @discardableResult
  func expect(
    _ text: String,
    seconds: Int = 20,
    location: SourceLocation = #_sourceLocation
  ) -> String {
    let deadline = time(nil) + seconds
    while time(nil) <= deadline {
      if let found = Self.range(of: text, in: screen[position...]) {
        defer { position = found.upperBound }
        return String(screen[position..<found.upperBound])
      }
      if !readMore() { break }
    }
    Issue.record(
      "'\(text)' was not drawn; since then: \(screen[position...])",
      sourceLocation: location
    )
    return ""
  }

  /// Types `keys`, Ctrl-D by default, at the next prompt, and returns the exit code.
  ///
  /// (A Ctrl-D typed before the prompt stands is lost: the terminal itself takes it as the end of a
  /// line.)
  func leave(_ keys: String = endOfInput) -> Int32 {
    expect("bql> ")
    type(keys)
    return finish()
  }

  /// Waits for the end of the program and returns its exit code.
  func finish() -> Int32 {
    let deadline = time(nil) + 20
    while time(nil) <= deadline {
      if !readMore() { return Spawn.wait(id) }
    }
    Issue.record("the program did not end; since the last find: \(screen[position...])")
    _ = kill(id, SIGKILL)
    return Spawn.wait(id)
  }

  /// Reads what was drawn; false at the end.
  private func readMore() -> Bool {
    var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&entry, 1, 500) > 0 else { return true }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = unsafe read(master, &bytes, bytes.count)
    guard count > 0 else { return false }
    pending += bytes[..<count]
    // A character cut in two waits for its rest.
    let whole = Self.wholeCharacters(pending)
    let offset = screen.utf8.distance(from: screen.startIndex, to: position)
    screen += String(decoding: pending[..<whole], as: UTF8.self)
    position = screen.utf8.index(screen.startIndex, offsetBy: offset)
    pending.removeFirst(whole)
    return true
  }

  private var pending: [UInt8] = []

  private static func wholeCharacters(_ bytes: [UInt8]) -> Int {
    var end = bytes.count
    while end > 0, bytes.count - end < 3, bytes[end - 1] & 0xC0 == 0x80 { end -= 1 }
    guard end > 0, bytes[end - 1] >= 0xC0 else { return bytes.count }
    let needed = bytes[end - 1] >= 0xF0 ? 4 : bytes[end - 1] >= 0xE0 ? 3 : 2
    return bytes.count - (end - 1) >= needed ? bytes.count : end - 1
  }

  private static func range(of text: String, in screen: Substring) -> Range<String.Index>? {
    let wanted = Array(text.utf8)
    var start = screen.utf8.startIndex
    while start < screen.utf8.endIndex {
      let rest = screen.utf8[start...]
      if rest.starts(with: wanted) {
        return start..<screen.utf8.index(start, offsetBy: wanted.count)
      }
      start = screen.utf8.index(after: start)
    }
    return nil
  }
}
