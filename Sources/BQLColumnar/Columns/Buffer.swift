import Glibc

/// Owns a region of memory that holds one array of a stored column, laid out as Arrow has it, or a
/// whole file that is mapped for reading.
///
/// Large regions are mapped and advised to use huge pages: on virtual machines the first touch of
/// 4 KiB pages costs several times what the parsing that fills them does.
@safe
package final class MemoryRegion: @unchecked Sendable {
  // Safe to share: nobody writes after `Buffer.init(count:initializer)` returns.
  @usableFromInline let base: UnsafeMutableRawPointer
  package let byteCount: Int
  /// Says that the bytes are a file's, which nobody may write.
  package let isReadOnly: Bool
  private let isMapped: Bool

  /// Regions of at least this many bytes are mapped; smaller ones come from the heap.
  private static let mappingThreshold = 1 << 20

  /// Takes `byteCount` bytes; their content is not defined.
  package convenience init(byteCount: Int) {
    if byteCount >= Self.mappingThreshold, let mapped = unsafe Self.map(byteCount) {
      unsafe self.init(mapped, byteCount, isMapped: true)
    } else {
      let heap = UnsafeMutableRawPointer.allocate(
        byteCount: max(byteCount, 1),
        alignment: 64
      )
      unsafe self.init(heap, byteCount, isMapped: false)
    }
  }

  /// Takes `byteCount` bytes as ``init(byteCount:)`` does; nil where the system has no more memory.
  package convenience init?(ifAvailable byteCount: Int) {
    if byteCount < Self.mappingThreshold {
      self.init(byteCount: byteCount)
    } else if let mapped = unsafe Self.map(byteCount) {
      unsafe self.init(mapped, byteCount, isMapped: true)
    } else {
      return nil
    }
  }

  /// Maps the first `byteCount` bytes of an open file for reading; the descriptor may be closed
  /// afterwards, and the mapping ends with the region.
  ///
  /// The file must not become shorter while the region lives: reading what was cut off ends the
  /// process with SIGBUS. Bytes written by others meanwhile may or may not be seen.
  package convenience init(mapping descriptor: Int32, byteCount: Int) throws(MappingError) {
    guard byteCount > 0 else {
      // The system maps no empty files.
      let heap = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 64)
      unsafe self.init(heap, 0, isMapped: false, isReadOnly: true)
      return
    }
    let mapped = unsafe mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw MappingError(code: errno)
    }
    unsafe self.init(mapped, byteCount, isMapped: true, isReadOnly: true)
  }

  /// Maps the whole of the regular file at `path` for reading; see
  /// ``init(mapping:byteCount:)``.
  package convenience init(mappingFileAt path: String) throws(MappingError) {
    // The path is bridged for the call alone.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MappingError(code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw MappingError(code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MappingError(code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : ENODEV)
    }
    try self.init(mapping: descriptor, byteCount: Int(status.st_size))
  }

  @unsafe
  private init(
    _ base: UnsafeMutableRawPointer,
    _ byteCount: Int,
    isMapped: Bool,
    isReadOnly: Bool = false
  ) {
    unsafe self.base = base
    self.byteCount = byteCount
    self.isMapped = isMapped
    self.isReadOnly = isReadOnly
  }

  /// Maps zeroed pages; nil where the system refuses.
  private static func map(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    let mapped = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
    unsafe madvise(mapped, byteCount, Int32(MADV_HUGEPAGE))
    return unsafe mapped
  }

  /// Lends the `count` numbers from `byteOffset` on for writing; nobody may read or write them
  /// elsewhere meanwhile, and a mapped file is never lent.
  @inlinable
  package func withMutableSpan<Element: BitwiseCopyable, R, E>(
    of type: Element.Type,
    byteOffset: Int,
    count: Int,
    _ body: (inout MutableSpan<Element>) throws(E) -> R
  ) throws(E) -> R {
    precondition(!isReadOnly, "nobody writes into a mapped file")
    precondition(byteOffset >= 0 && byteOffset % MemoryLayout<Element>.alignment == 0)
    precondition(byteOffset + count * MemoryLayout<Element>.stride <= byteCount)
    let start = unsafe (base + byteOffset).bindMemory(to: Element.self, capacity: count)
    // The span lies inside the region, which outlives the call.
    var span = unsafe MutableSpan(_unsafeStart: start, count: count)
    return try body(&span)
  }

  deinit {
    if isMapped {
      unsafe munmap(base, byteCount)
    } else {
      unsafe base.deallocate()
    }
  }
}

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
