/// Takes bytes, in order: a file, a terminal, a pager, or memory.
package protocol ByteSink: AnyObject {
  /// Appends `bytes`; they may be held back until ``flush()``.
  func append(_ bytes: Span<UInt8>) throws(OutputError)

  /// Passes on all that was appended.
  func flush() throws(OutputError)
}

extension ByteSink {
  /// Appends the bytes of `text`.
  package func append(_ text: String) throws(OutputError) {
    try append(Array(text.utf8).span)
  }

  /// Passes the buffer's bytes on and empties it, keeping its memory.
  func drain(_ buffer: inout [UInt8]) throws(OutputError) {
    try append(buffer.span)
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Keeps all bytes in memory: for tests and for results handed over as text.
package final class MemorySink: ByteSink {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package func append(_ bytes: Span<UInt8>) {
    self.bytes.append(bytes)
  }

  package func flush() {}

  /// The bytes as text; damaged UTF-8 is repaired with U+FFFD.
  package var text: String { String(decoding: bytes, as: UTF8.self) }
}
