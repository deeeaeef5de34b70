import Glibc

/// Writes to an open file descriptor through a buffer.
///
/// The process must ignore SIGPIPE, so that a closed pipe arrives as ``OutputError/closedPipe``.
package final class FileDescriptorSink: ByteSink {
  private static let capacity = 1 << 16

  private let descriptor: Int32
  /// The name for messages.
  private let path: String
  /// Asked before each write: true ends the output with ``OutputError/interrupted``.
  private let shouldStop: @Sendable () -> Bool
  private var pending: [UInt8] = []

  /// Makes a sink on `descriptor`, which stays the caller's to close.
  package init(
    descriptor: Int32,
    path: String,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) {
    self.descriptor = descriptor
    self.path = path
    self.shouldStop = shouldStop
  }

  package func append(_ bytes: Span<UInt8>) throws(OutputError) {
    if pending.count + bytes.count > Self.capacity { try flush() }
    if bytes.count >= Self.capacity {
      try write(bytes)
    } else {
      pending.append(bytes)
    }
  }

  package func flush() throws(OutputError) {
    // Emptied first: after a failure the same bytes are not tried again.
    guard !pending.isEmpty else { return }
    let bytes = pending
    pending = []
    try write(bytes.span)
  }

  private func write(_ bytes: Span<UInt8>) throws(OutputError) {
    var start = 0
    while start < bytes.count {
      if shouldStop() { throw .interrupted }
      let rest = bytes.extracting(start..<bytes.count)
      // The pointer is read inside the closure only.
      let written = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if written >= 0 {
        start += written
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: waitUntilWritable()
      case EPIPE: throw .closedPipe
      case let code: throw .system(code, path: path)
      }
    }
  }

  /// Waits, for descriptors that another process set to non-blocking.
  private func waitUntilWritable() {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&entry, 1, 1_000)
  }
}

extension OutputError {
  /// Makes the error of a failed system call from its `errno`.
  package static func system(_ code: Int32, path: String) -> OutputError {
    switch code {
    case ENOSPC, EDQUOT: .diskFull(path: path)
    case EPIPE: .closedPipe
    default: .unwritable(path: path, reason: reason(code))
    }
  }

  private static func reason(_ code: Int32) -> String {
    // `strerror` returns a static text or one of this thread; it is copied at once.
    let text = unsafe strerror(code)
    let copy = unsafe text.map { unsafe String(cString: $0) } ?? "error \(code)"
    return copy.prefix(1).lowercased() + copy.dropFirst()
  }
}
