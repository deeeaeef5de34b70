import BQLColumnar
import Glibc

/// Decompresses Zstandard with the system's library; frames that follow each other are one text.
@safe
final class ZstdReader: ByteReader {
  private typealias Create = @convention(c) () -> UnsafeMutableRawPointer?
  private typealias Free = @convention(c) (UnsafeMutableRawPointer) -> Int
  private typealias SetParameter = @convention(c) (UnsafeMutableRawPointer, Int32, Int32) -> Int
  /// The two buffers are C structs of address, size and position.
  private typealias Decompress =
    @convention(c) (
      UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer
    ) -> Int
  private typealias IsError = @convention(c) (Int) -> UInt32

  private static let inputByteCount = 256 << 10

  private let path: String
  private let source: any ByteReader
  private let input = MemoryRegion(byteCount: inputByteCount)
  private var inputStart = 0
  private var inputEnd = 0
  private var isInsideFrame = false
  private let free: Free
  private let decompress: Decompress
  private let isError: IsError
  private let stream: UnsafeMutableRawPointer

  init(_ source: any ByteReader, path: String) throws(LoadError) {
    self.source = source
    self.path = path
    let library = try SharedLibrary("libzstd.so.1", package: "libzstd1", path: path)
    // The C types are those of zstd.h; `size_t` is as wide as `Int`.
    let create = try unsafe library.function("ZSTD_createDCtx", as: Create.self)
    let set = try unsafe library.function("ZSTD_DCtx_setParameter", as: SetParameter.self)
    unsafe free = try library.function("ZSTD_freeDCtx", as: Free.self)
    unsafe decompress = try library.function("ZSTD_decompressStream", as: Decompress.self)
    unsafe isError = try library.function("ZSTD_isError", as: IsError.self)
    guard let stream = unsafe create() else {
      throw .unreadable(path: path, reason: "zstd refused to start")
    }
    unsafe self.stream = stream
    // ZSTD_d_windowLogMax: archives made with --long need a window of up to 2 GiB.
    unsafe _ = set(stream, 100, 31)
  }

  deinit {
    unsafe _ = free(stream)
  }

  func read(into region: MemoryRegion, at offset: Int, count: Int) throws(LoadError) -> Int {
    guard count > 0 else { return 0 }
    while true {
      if inputStart == inputEnd {
        inputStart = 0
        inputEnd = try source.read(into: input, at: 0, count: Self.inputByteCount)
        if inputEnd == 0, !isInsideFrame { return 0 }
      }
      let isAtEnd = inputEnd == 0
      let written = try step(region, offset, count)
      if written > 0 { return written }
      // Without input left, a step that writes nothing means that the rest is missing.
      if isAtEnd {
        guard isInsideFrame else { return 0 }
        throw .damagedArchive(path: path, reason: "it ends too early")
      }
    }
  }

  private func step(
    _ region: MemoryRegion,
    _ offset: Int,
    _ count: Int
  ) throws(LoadError) -> Int {
    let available = inputEnd - inputStart
    var consumed = 0
    var written = 0
    let status = input.withMutableSpan(
      of: UInt8.self,
      byteOffset: inputStart,
      count: available
    ) { input in
      unsafe input.withUnsafeMutableBytes { input in
        region.withMutableSpan(of: UInt8.self, byteOffset: offset, count: count) { output in
          unsafe output.withUnsafeMutableBytes { output in
            // zstd reads and writes within the two spans only, which live for the call.
            var from = (input.baseAddress, available, 0)
            var into = (output.baseAddress, count, 0)
            let status = unsafe decompress(stream, &into, &from)
            consumed = unsafe from.2
            written = unsafe into.2
            return status
          }
        }
      }
    }
    inputStart += consumed
    guard isError(status) == 0 else {
      throw .damagedArchive(path: path, reason: "its contents do not add up")
    }
    isInsideFrame = status != 0
    return written
  }
}
