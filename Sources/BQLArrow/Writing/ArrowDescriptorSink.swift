import Glibc

/// Passes bytes on to an open file, large ones without copying them.
package final class ArrowDescriptorSink {
  private let descriptor: Int32
  private var pending: [UInt8] = []
  private static let capacity = 1 << 18

  /// Writes to `descriptor`, which stays the caller's to close.
  package init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Appends `bytes`; small ones may be held back until ``flush()``.
  package func append(_ bytes: Span<UInt8>) throws(ArrowError) {
    if pending.count + bytes.count > Self.capacity { try flush() }
    if bytes.count > Self.capacity { return try write(bytes) }
    // The pointer is read inside the closure only.
    unsafe bytes.withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
  }

  /// Passes on what was held back.
  package func flush() throws(ArrowError) {
    let bytes = pending
    try write(bytes.span)
    pending.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: Span<UInt8>) throws(ArrowError) {
    var start = 0
    while start < bytes.count {
      let rest = bytes.extracting(start..<bytes.count)
      let written = unsafe rest.withUnsafeBytes { rest in
        // The system reads at most the span's bytes.
        unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if written >= 0 {
        start += written
      } else if errno != EINTR {
        throw .system(code: errno)
      }
    }
  }
}
