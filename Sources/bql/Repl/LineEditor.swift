import CLibEdit
import Glibc

/// Reads edited lines from the terminal, with a prompt, history and completion.
///
/// Wraps libedit, which calls back while it reads.
@safe
final class LineEditor {
  enum Line {
    /// A line without its line feed.
    case text(String)
    /// Ctrl-D on an empty line.
    case end
    /// Ctrl-C.
    case interrupted
  }

  /// What a completion comes to.
  enum Completion {
    case none
    /// Removes `removed` characters before the cursor and inserts `text`.
    case insert(removed: Int, text: String)
    /// Lists candidates below the line.
    case list([String])
  }

  /// Completes the text of the line before the cursor.
  var completion: (String) -> Completion = { _ in .none }
  private var editor: OpaquePointer?

  /// Opens the editor; nil where libedit cannot start.
  init?() {
    // The context lives as long as the editor, which `deinit` closes.
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    let drawsOnError: Int32 = Terminal.outputIsTerminal ? 0 : 1
    unsafe editor = bql_line_editor_open(
      drawsOnError,
      context,
      { context in
        guard let context = unsafe context else { return nil }
        return unsafe UnsafePointer(LineEditor.from(context).promptPointer)
      },
      { context, line, length, cursor in
        guard let context = unsafe context, let line = unsafe line else {
          return BQL_COMPLETION_NONE
        }
        let bytes = unsafe UnsafeRawBufferPointer(start: line, count: min(length, cursor))
        let text = unsafe String(decoding: bytes, as: UTF8.self)
        return unsafe LineEditor.from(context).complete(before: text)
      }
    )
    if unsafe editor == nil { return nil }
  }

  deinit {
    unsafe bql_line_editor_close(editor)
    unsafe promptPointer?.deallocate()
  }

  /// The prompt's bytes, kept for libedit, which reads them at each redraw.
  private var promptPointer: UnsafeMutablePointer<CChar>?

  /// Reads one line behind `prompt`.
  func read(prompt: String) -> Line {
    unsafe promptPointer?.deallocate()
    let bytes = Array(prompt.utf8CString)
    unsafe promptPointer = .allocate(capacity: bytes.count)
    unsafe promptPointer?.initialize(from: bytes, count: bytes.count)
    unsafe bql_line_editor_resize(editor)
    var text: UnsafePointer<CChar>?
    var length: Int32 = 0
    switch unsafe bql_line_editor_read(editor, &text, &length) {
    case BQL_LINE_READ:
      let bytes = unsafe UnsafeRawBufferPointer(start: text, count: Int(length))
      let line = unsafe String(decoding: bytes, as: UTF8.self)
      return .text(line.last == "\n" ? String(line.dropLast()) : line)
    case BQL_LINE_INTERRUPTED: return .interrupted
    default: return .end
    }
  }

  /// Adds an entry to what the arrow keys recall.
  func remember(_ entry: String) {
    unsafe bql_line_editor_remember(editor, entry)
  }

  private static func from(_ context: UnsafeMutableRawPointer) -> LineEditor {
    // The context is the editor that opened the session, still alive.
    unsafe Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
  }

  private func complete(before text: String) -> bql_completion {
    switch completion(text) {
    case .none: return BQL_COMPLETION_NONE
    case .insert(let removed, let text):
      if removed > 0 { unsafe bql_line_editor_delete(editor, Int32(clamping: removed)) }
      let isInserted = unsafe bql_line_editor_insert(editor, text) == 0
      return isInserted ? BQL_COMPLETION_INSERTED : BQL_COMPLETION_NONE
    case .list(let candidates):
      let lines = "\n" + CandidateList.text(candidates, width: Terminal.size.columns)
      let bytes = Array(lines.utf8)
      let descriptor = Terminal.outputIsTerminal ? STDOUT_FILENO : STDERR_FILENO
      // What cannot be drawn is no loss.
      _ = unsafe write(descriptor, bytes, bytes.count)
      return BQL_COMPLETION_LISTED
    }
  }
}
