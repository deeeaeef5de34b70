import BQLColumnar
import Glibc

/// Decompresses gzip with the system's zlib; members that follow each other are one text.
@safe
final class GzipReader: ByteReader {
  private typealias Init =
    @convention(c) (
      UnsafeMutableRawPointer, Int32, UnsafePointer<CChar>, Int32
    ) -> Int32
  private typealias Inflate = @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32
  private typealias Finish = @convention(c) (UnsafeMutableRawPointer) -> Int32

  /// Byte offsets in zlib's `z_stream` on 64-bit systems, part of its stable interface.
  private enum Field {
    static let nextIn = 0
    static let availableIn = 8
    static let nextOut = 24
    static let availableOut = 32
    static let byteCount = 112
  }

  private static let inputByteCount = 256 << 10

  private let path: String
  private let source: any ByteReader
  private let input = MemoryRegion(byteCount: inputByteCount)
  private var inputStart = 0
  private var inputEnd = 0
  private var isInsideMember = false
  private let inflate: Inflate
  private let reset: Finish
  private let end: Finish
  private let stream: UnsafeMutableRawPointer

  init(_ source: any ByteReader, path: String) throws(LoadError) {
    self.source = source
    self.path = path
    let library = try SharedLibrary("libz.so.1", package: "zlib1g", path: path)
    // The C types are those of zlib.h.
    let start = try unsafe library.function("inflateInit2_", as: Init.self)
    unsafe inflate = try library.function("inflate", as: Inflate.self)
    unsafe reset = try library.function("inflateReset", as: Finish.self)
    unsafe end = try library.function("inflateEnd", as: Finish.self)
    unsafe stream = .allocate(byteCount: Field.byteCount, alignment: 16)
    unsafe stream.initializeMemory(as: UInt8.self, repeating: 0, count: Field.byteCount)
    // 15 + 16: the largest window, gzip framing.
    guard unsafe start(stream, 31, "1.2.11", Int32(Field.byteCount)) == 0 else {
      throw .unreadable(path: path, reason: "zlib refused to start")
    }
  }

  deinit {
    unsafe _ = end(stream)
    unsafe stream.deallocate()
  }

  func read(into region: MemoryRegion, at offset: Int, count: Int) throws(LoadError) -> Int {
    guard count > 0 else { return 0 }
    while true {
      if inputStart == inputEnd {
        inputStart = 0
        inputEnd = try source.read(into: input, at: 0, count: Self.inputByteCount)
        if inputEnd == 0 {
          guard isInsideMember else { return 0 }
          throw .damagedArchive(path: path, reason: "it ends too early")
        }
      }
      if !isInsideMember, !isAtMember { return 0 }
      isInsideMember = true
      let written = try step(region, offset, count)
      if written > 0 { return written }
    }
  }

  /// Says whether another member follows; padding and other bytes after the last are ignored, as
  /// gzip itself does.
  private var isAtMember: Bool {
    input.withMutableSpan(of: UInt8.self, byteOffset: inputStart, count: inputEnd - inputStart) {
      $0[0] == 0x1F
    }
  }

  private func step(
    _ region: MemoryRegion,
    _ offset: Int,
    _ count: Int
  ) throws(LoadError) -> Int {
    let available = inputEnd - inputStart
    let room = min(count, Int(Int32.max))
    let status = input.withMutableSpan(
      of: UInt8.self,
      byteOffset: inputStart,
      count: available
    ) { input in
      unsafe input.withUnsafeMutableBytes { input in
        region.withMutableSpan(of: UInt8.self, byteOffset: offset, count: room) { output in
          unsafe output.withUnsafeMutableBytes { output in
            // zlib reads and writes within the two spans only, which live for the call.
            unsafe stream.storeBytes(
              of: input.baseAddress,
              toByteOffset: Field.nextIn,
              as: UnsafeMutableRawPointer?.self
            )
            unsafe stream.storeBytes(
              of: UInt32(available),
              toByteOffset: Field.availableIn,
              as: UInt32.self
            )
            unsafe stream.storeBytes(
              of: output.baseAddress,
              toByteOffset: Field.nextOut,
              as: UnsafeMutableRawPointer?.self
            )
            unsafe stream.storeBytes(
              of: UInt32(room),
              toByteOffset: Field.availableOut,
              as: UInt32.self
            )
            return unsafe inflate(stream, 0)
          }
        }
      }
    }
    let left = unsafe stream.load(fromByteOffset: Field.availableIn, as: UInt32.self)
    let unused = unsafe stream.load(fromByteOffset: Field.availableOut, as: UInt32.self)
    inputStart = inputEnd - Int(left)
    switch status {
    case 0, -5: break
    case 1:
      isInsideMember = false
      unsafe _ = reset(stream)
    default: throw .damagedArchive(path: path, reason: "its contents do not add up")
    }
    return room - Int(unused)
  }
}
