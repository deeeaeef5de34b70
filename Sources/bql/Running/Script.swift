import BQLOutput
import BQLSyntax
import BehaviorQuery
import Glibc

/// Holds a parsed script: a file's, an option's or standard input's.
struct Script {
  let source: Source
  let statements: [Statement]
  let diagnostics: [Diagnostic]

  init(_ source: Source, _ workspace: Workspace) {
    self.source = source
    (statements, diagnostics) = workspace.parse(source)
  }

  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

extension Source {
  /// Reads the text of a script; `-` is standard input.
  ///
  /// - Throws: ``BQLError`` of the kind data, or interrupted.
  static func read(path: String) throws(BQLError) -> Source {
    let name = path == "-" ? "<stdin>" : path
    let descriptor = unsafe path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(name, errno) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // The kernel writes at most `count` bytes.
      let count = unsafe Glibc.read(descriptor, &block, block.count)
      if count > 0 {
        bytes += block[..<count]
      } else if count == 0 {
        break
      } else if errno != EINTR {
        throw unreadable(name, errno)
      } else if Interruption.isPending {
        throw BQLError(kind: .interrupted, diagnostics: [], source: Source(name: name, text: ""))
      }
    }
    if let position = bytes.firstIndex(of: 0) {
      throw BQLError(
        kind: .usage,
        diagnostics: [
          Diagnostic(
            .unexpectedCharacter,
            "'\(name)' is no script: byte \(position + 1) is 0",
            at: SourceRange(0, 0),
            hints: ["scripts are UTF-8 text; a data file is loaded with LOAD '\(name)'"]
          )
        ],
        source: Source(name: name, text: "")
      )
    }
    return Source(name: name, text: String(decoding: bytes, as: UTF8.self))
  }

  private static func unreadable(_ name: String, _ code: Int32) -> BQLError {
    // `strerror` returns a static text or one of this thread; it is copied at once.
    let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    let diagnosticCode: DiagnosticCode = code == ENOENT ? .fileNotFound : .fileUnreadable
    let message =
      code == ENOENT
      ? "no such file '\(name)'"
      : "cannot read '\(name)': \(reason.prefix(1).lowercased() + reason.dropFirst())"
    return BQLError(
      kind: .data,
      diagnostics: [Diagnostic(diagnosticCode, message, at: SourceRange(0, 0))],
      source: Source(name: name, text: "")
    )
  }
}
