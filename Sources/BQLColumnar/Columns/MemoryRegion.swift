import CMappedFiles
import Glibc
package import Synchronization

/// Owns a region of memory that holds one array of a stored column, laid out as Arrow has it, or a
/// whole file that is mapped for reading.
///
/// Large regions are mapped and advised to use huge pages: on virtual machines the first touch of
/// 4 KiB pages costs several times what the parsing that fills them does.
@safe
package final class MemoryRegion: @unchecked Sendable {
  // Safe to share: nobody writes after `Buffer.init(count:initializer)` returns, and the address of
  // bytes that are read late is set once, before `isPresent` says so.
  @usableFromInline var address: UnsafeMutableRawPointer
  @usableFromInline let isPresent: Atomic<Bool>
  package let byteCount: Int
  /// Says that the bytes are a file's, which nobody may write.
  package let isReadOnly: Bool
  private let isMapped: Bool
  /// Reads the bytes when they are first asked for; nil once that is done, or where they are there.
  private let reading: Mutex<(@Sendable () -> MemorySlice)?>
  /// What was read late, whose memory this region lends.
  private var source: MemorySlice?

  /// Where the bytes start.
  @inlinable var base: UnsafeMutableRawPointer {
    if !isPresent.load(ordering: .acquiring) { readLate() }
    return unsafe address
  }

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
  /// process with SIGBUS, in the program with the name of a file that was mapped by its path. Bytes written by others meanwhile may or may not be seen.
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
    // The path is copied there, for whoever reads what was cut off.
    if byteCount > 0 { unsafe bql_mapped_file_note(address, byteCount, path) }
  }

  /// Makes a region whose bytes `read` returns when they are first asked for, on whichever thread
  /// that is: at least `byteCount` of them, at an address that suits the numbers they are.
  package init(byteCount: Int, reading read: @escaping @Sendable () -> MemorySlice) {
    unsafe address = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 64)
    self.byteCount = byteCount
    isMapped = false
    isReadOnly = true
    isPresent = Atomic(false)
    reading = Mutex(read)
  }

  @unsafe
  private init(
    _ base: UnsafeMutableRawPointer,
    _ byteCount: Int,
    isMapped: Bool,
    isReadOnly: Bool = false
  ) {
    unsafe address = base
    self.byteCount = byteCount
    self.isMapped = isMapped
    self.isReadOnly = isReadOnly
    isPresent = Atomic(true)
    reading = Mutex(nil)
  }

  @usableFromInline
  func readLate() {
    reading.withLock { reading in
      // Another thread may have been first.
      guard let read = reading else { return }
      let slice = read()
      precondition(slice.byteCount >= byteCount, "what is read late has its announced size")
      source = slice
      unsafe address.deallocate()
      unsafe address = slice.region.base + slice.byteOffset
      reading = nil
      isPresent.store(true, ordering: .releasing)
    }
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
    if source != nil { return }
    if isMapped {
      if isReadOnly { unsafe bql_mapped_file_forget(address) }
      unsafe munmap(address, byteCount)
    } else {
      unsafe address.deallocate()
    }
  }
}
