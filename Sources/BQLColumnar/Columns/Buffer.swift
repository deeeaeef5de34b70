/// Reads one immutable array of fixed-width numbers, in memory of its own or in a mapped file.
package struct Buffer<Element: BitwiseCopyable & Sendable>: Sendable {
  @usableFromInline let region: MemoryRegion
  @usableFromInline let byteOffset: Int
  package let count: Int

  /// Reads `count` numbers of `region` from `byteOffset` on, which are already written: several
  /// buffers may share a region.
  @inlinable
  package init(sharing region: MemoryRegion, byteOffset: Int, count: Int) {
    precondition(byteOffset >= 0 && byteOffset % MemoryLayout<Element>.alignment == 0)
    precondition(byteOffset + count * MemoryLayout<Element>.stride <= region.byteCount)
    self.region = region
    self.byteOffset = byteOffset
    self.count = count
  }

  /// Makes a buffer of `count` numbers; `fill` must write every one of them.
  @inlinable
  package init<E>(
    count: Int,
    fill: (inout MutableSpan<Element>) throws(E) -> Void
  ) throws(E) {
    self.count = count
    byteOffset = 0
    region = MemoryRegion(byteCount: count * MemoryLayout<Element>.stride)
    let elements = unsafe region.base.bindMemory(to: Element.self, capacity: count)
    // Unsafe only in that the memory starts undefined: `fill` writes all of it, and reads none.
    var span = unsafe MutableSpan(_unsafeStart: elements, count: count)
    try fill(&span)
  }

  /// Makes a buffer that holds `array`.
  package init(_ array: [Element]) {
    count = array.count
    byteOffset = 0
    let region = MemoryRegion(byteCount: array.count * MemoryLayout<Element>.stride)
    unsafe array.withUnsafeBytes { bytes in
      // The region has room for exactly the array's bytes.
      guard let start = bytes.baseAddress else { return }
      unsafe region.base.copyMemory(from: start, byteCount: bytes.count)
    }
    self.region = region
  }

  /// Lends the numbers to `body`.
  @inlinable
  package func withSpan<R, E>(_ body: (Span<Element>) throws(E) -> R) throws(E) -> R {
    let start = unsafe region.base + byteOffset
    let elements = unsafe UnsafePointer(start.assumingMemoryBound(to: Element.self))
    let span = unsafe Span(_unsafeStart: elements, count: count)
    // `region` must outlive the borrow: `self` is alive for the whole call.
    return try body(span)
  }

  /// Returns the number at `index`; loops take ``withSpan(_:)``.
  @inlinable
  package subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count, "index out of a buffer's bounds")
    return unsafe (region.base + byteOffset).assumingMemoryBound(to: Element.self)[index]
  }
}
