/// Names some bytes of a memory region, which it keeps alive: a part of a mapped file, or a
/// buffer's memory.
package struct MemorySlice: Sendable {
  package let region: MemoryRegion
  package let byteOffset: Int
  package let byteCount: Int

  /// Names `byteCount` bytes of `region` from `byteOffset` on; they must lie inside it.
  package init(_ region: MemoryRegion, byteOffset: Int, byteCount: Int) {
    precondition(byteOffset >= 0 && byteCount >= 0, "a slice starts inside its region")
    precondition(byteCount <= region.byteCount - byteOffset, "a slice lies inside its region")
    self.region = region
    self.byteOffset = byteOffset
    self.byteCount = byteCount
  }

  /// Names the bytes of a buffer's numbers.
  @inlinable
  package init<Element: BitwiseCopyable & Sendable>(_ buffer: Buffer<Element>) {
    self.init(
      buffer.region,
      byteOffset: buffer.byteOffset,
      byteCount: buffer.count * MemoryLayout<Element>.stride
    )
  }

  /// Names all bytes of `region`.
  package init(_ region: MemoryRegion) {
    self.init(region, byteOffset: 0, byteCount: region.byteCount)
  }

  /// Says whether numbers of `alignment` bytes may be read from where the slice starts.
  package func isAligned(to alignment: Int) -> Bool {
    // Regions start at multiples of 64 or of a page.
    byteOffset % alignment == 0
  }

  /// Reads the first `count` numbers without copying them; nil where the slice is too short or
  /// starts at an address that numbers of the type may not have.
  @inlinable
  package func buffer<Element: BitwiseCopyable & Sendable>(
    of type: Element.Type,
    count: Int
  ) -> Buffer<Element>? {
    guard count >= 0, count <= byteCount / MemoryLayout<Element>.stride,
      isAligned(to: MemoryLayout<Element>.alignment)
    else { return nil }
    return Buffer(sharing: region, byteOffset: byteOffset, count: count)
  }

  /// Returns `count` bytes of the slice from `start` on; nil where they do not lie inside it.
  package func slice(from start: Int, count: Int) -> MemorySlice? {
    guard start >= 0, count >= 0, start <= byteCount, count <= byteCount - start else {
      return nil
    }
    return MemorySlice(region, byteOffset: byteOffset + start, byteCount: count)
  }

  /// Lends the bytes to `body`.
  @inlinable
  package func withBytes<R, E>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try Buffer<UInt8>(sharing: region, byteOffset: byteOffset, count: byteCount).withSpan(body)
  }

  /// Returns a copy of the bytes.
  package var bytes: [UInt8] {
    withBytes { bytes in
      var copy: [UInt8] = []
      copy.reserveCapacity(bytes.count)
      for index in bytes.indices { copy.append(bytes[index]) }
      return copy
    }
  }

  /// Returns the same bytes at the start of a region of their own.
  package func copied() -> MemorySlice {
    let region = MemoryRegion(byteCount: byteCount)
    withBytes { bytes in
      region.withMutableSpan(of: UInt8.self, byteOffset: 0, count: byteCount) { copy in
        for index in bytes.indices { copy[index] = bytes[index] }
      }
    }
    return MemorySlice(region)
  }
}
