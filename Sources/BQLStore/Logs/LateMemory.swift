import BQLColumnar
import BQLStorage
import Glibc
import Synchronization

/// Says where the values of compressed columns stay once they are decompressed: in memory up to a
/// limit, behind it in files without a name, whose pages the system takes back when it needs them.
///
/// What was given back is not counted off: a program that opens and drops logs again and again has
/// more of them in files than it would need.
package final class LateMemory: Sendable {
  private let limit: Atomic<Int>
  private let byteCount = Atomic<Int>(0)

  /// Smaller ones stay in memory: a file takes a page at least.
  private static let smallestByteCount = 1 << 12

  /// Starts with a limit in bytes.
  package init(limit: Int = .max) { self.limit = Atomic(limit) }

  /// Sets the limit for what is decompressed from now on.
  package func setLimit(_ byteCount: Int) { limit.store(byteCount, ordering: .relaxed) }

  /// Returns the same bytes, moved into a file where memory may not hold them and a file can.
  func keep(_ slice: MemorySlice) -> MemorySlice {
    // A file's own bytes take no memory.
    guard !slice.region.isReadOnly, slice.byteCount >= Self.smallestByteCount else { return slice }
    let total = byteCount.add(slice.byteCount, ordering: .relaxed).newValue
    guard total > limit.load(ordering: .relaxed), let region = Self.file(of: slice) else {
      return slice
    }
    byteCount.subtract(slice.byteCount, ordering: .relaxed)
    return MemorySlice(region)
  }

  /// Maps a file without a name that has the bytes; nil where the system refuses.
  private static func file(of slice: MemorySlice) -> MemoryRegion? {
    guard let descriptor = TemporaryPath.openUnnamedFile() else { return nil }
    defer { close(descriptor) }
    do {
      try slice.withBytes { (bytes) throws(StoreError) in
        try StoreFolder.write(bytes, to: descriptor, named: TemporaryPath.folder)
      }
      return try MemoryRegion(mapping: descriptor, byteCount: slice.byteCount)
    } catch {
      return nil
    }
  }
}
