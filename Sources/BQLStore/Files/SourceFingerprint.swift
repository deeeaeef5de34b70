import Glibc

/// Tells a file that is loaded from others: the checksum of its size and of what stands at places
/// all over it.
///
/// Equal files have equal fingerprints wherever they lie. Files that differ only between the places
/// looked at have them too, if they have the same size to the byte.
package enum SourceFingerprint {
  private static let blockByteCount = 64 << 10
  private static let blockCount = 32

  /// Returns the fingerprint of the file at `path`; nil for what is no file that can be read twice.
  package static func of(_ path: String) -> UInt64? {
    // The path and the status outlive the calls.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    let size = Int(status.st_size)
    var checksum = Checksum(seed: UInt64(size))
    var block = [UInt8](repeating: 0, count: blockByteCount)
    let isSmall = size <= blockByteCount * blockCount
    let step = isSmall ? blockByteCount : (size - blockByteCount) / (blockCount - 1)
    var offset = 0
    while offset < size {
      var filled = 0
      while filled < min(blockByteCount, size - offset) {
        let count = unsafe block.withUnsafeMutableBytes { block in
          unsafe pread(
            descriptor,
            block.baseAddress.map { unsafe $0 + filled },
            block.count - filled,
            offset + filled
          )
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return nil }
        filled += count
      }
      checksum.update(block.span.extracting(0..<filled))
      offset += step
    }
    return checksum.value
  }
}
