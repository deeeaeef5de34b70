package import BQLArrow
import BQLColumnar
import Synchronization

/// Compresses and decompresses Arrow's buffers with the system's libraries, opened when first
/// needed.
package enum ArrowCodecs {
  /// Decompresses zstd and LZ4.
  package static let decompress: ArrowDecompress = { codec, source, target throws(ArrowError) in
    switch codec {
    case .zstd: try zstd(source, target)
    case .lz4Frame: try lz4(source, target)
    }
  }

  private typealias Pointer = UnsafeMutableRawPointer
  private typealias Size = UnsafeMutablePointer<Int>
  private typealias Decompress =
    @convention(c) (Pointer?, Int, UnsafeRawPointer?, Int) -> Int
  private typealias Compress =
    @convention(c) (Pointer?, Int, UnsafeRawPointer?, Int, Int32) -> Int
  private typealias CreateLZ4 =
    @convention(c) (UnsafeMutablePointer<Pointer?>, UInt32) -> Int
  private typealias FreeLZ4 = @convention(c) (Pointer?) -> Int
  private typealias DecompressLZ4 =
    @convention(c) (Pointer?, Pointer?, Size, UnsafeRawPointer?, Size, UnsafeRawPointer?) -> Int

  private static func library(
    _ name: String,
    _ package: String
  ) throws(ArrowError) -> SharedLibrary {
    do throws(LoadError) {
      return try SharedLibrary(name, package: package, path: "")
    } catch {
      throw .missingLibrary(library: name, package: package)
    }
  }

  @unsafe
  private static func function<Function>(
    _ library: SharedLibrary,
    _ symbol: String,
    as type: Function.Type
  ) throws(ArrowError) -> Function {
    do throws(LoadError) {
      return try unsafe library.function(symbol, as: type)
    } catch {
      throw .unsupported(
        column: nil,
        what: "buffers that an old library cannot decompress",
        hint: nil
      )
    }
  }

  /// Returns bytes compressed with zstd at a level from -7 (fastest) to 19 (smallest).
  ///
  /// nil where that does not make them fewer, and where the library is not installed.
  package static func zstd(_ bytes: ArrowBytes, level: Int32) -> ArrowBytes? {
    guard let library = try? library("libzstd.so.1", "libzstd1"),
      // The C types are those of zstd.h; `size_t` is as wide as `Int`.
      let bound = try? unsafe function(
        library,
        "ZSTD_compressBound",
        as: (@convention(c) (Int) -> Int).self
      ),
      let compress = try? unsafe function(library, "ZSTD_compress", as: Compress.self)
    else { return nil }
    let target = MemoryRegion(byteCount: bound(bytes.byteCount))
    let capacity = target.byteCount
    let count = bytes.withBytes { source in
      unsafe source.withUnsafeBytes { source in
        target.withMutableSpan(of: UInt8.self, byteOffset: 0, count: capacity) { target in
          unsafe target.withUnsafeMutableBytes { target in
            // zstd reads and writes within the two spans only; an error is a huge number.
            unsafe compress(target.baseAddress, capacity, source.baseAddress, source.count, level)
          }
        }
      }
    }
    guard count > 0, count < bytes.byteCount else { return nil }
    return .slice(MemorySlice(target, byteOffset: 0, byteCount: count))
  }

  private static func zstd(
    _ source: MemorySlice,
    _ target: MemoryRegion
  ) throws(ArrowError) -> Bool {
    let library = try library("libzstd.so.1", "libzstd1")
    // The C types are those of zstd.h; `size_t` is as wide as `Int`.
    let decompress = try unsafe function(library, "ZSTD_decompress", as: Decompress.self)
    let count = target.byteCount
    return source.withBytes { source in
      unsafe source.withUnsafeBytes { source in
        target.withMutableSpan(of: UInt8.self, byteOffset: 0, count: count) { target in
          unsafe target.withUnsafeMutableBytes { target in
            // zstd reads and writes within the two spans only; an error is a huge number.
            unsafe decompress(target.baseAddress, count, source.baseAddress, source.count) == count
          }
        }
      }
    }
  }

  private static func lz4(
    _ source: MemorySlice,
    _ target: MemoryRegion
  ) throws(ArrowError) -> Bool {
    let library = try library("liblz4.so.1", "liblz4-1")
    // The C types are those of lz4frame.h; 100 is its version of the interface.
    let create = try unsafe function(
      library,
      "LZ4F_createDecompressionContext",
      as: CreateLZ4.self
    )
    let free = try unsafe function(library, "LZ4F_freeDecompressionContext", as: FreeLZ4.self)
    let decompress = try unsafe function(library, "LZ4F_decompress", as: DecompressLZ4.self)
    var context: Pointer?
    guard unsafe create(&context, 100) == 0 else { throw .system(code: 12) }
    defer { unsafe _ = free(context) }
    let count = target.byteCount
    return source.withBytes { source in
      unsafe source.withUnsafeBytes { source in
        target.withMutableSpan(of: UInt8.self, byteOffset: 0, count: count) { target in
          unsafe target.withUnsafeMutableBytes { target in
            var (read, written) = (0, 0)
            while read < source.count {
              // LZ4 reads and writes as many bytes as the sizes say, and sets them to what it did;
              // both places lie inside the spans.
              var (input, output) = (source.count - read, count - written)
              let into = unsafe target.baseAddress.map { unsafe $0 + written }
              let from = unsafe source.baseAddress.map { unsafe $0 + read }
              let status = unsafe decompress(context, into, &output, from, &input, nil)
              // Errors are the highest numbers, from -1 down.
              if status < 0, status > -256 { return false }
              read += input
              written += output
              if status == 0 { break }
              if input == 0, output == 0 { return false }
            }
            return written == count
          }
        }
      }
    }
  }
}
