import BQLArrow
import BQLColumnar
import BQLStorage

/// Reads the values of one column of one file when they are first asked for: compares their
/// checksum, then decompresses them.
///
/// Which rows have a value is read apart, when the log is opened.
struct LateColumn: Sendable {
  let stored: ArrowStoredColumn
  /// The checksum of the buffers' bytes as they stand in the file.
  let checksum: UInt64
  /// The column, its file and its log, for messages.
  let name: String
  let path: String
  let log: String
  let health: StoreHealth
  let memory: LateMemory

  /// The bytes of a buffer once it is not compressed.
  func byteCount(_ buffer: Int) -> Int {
    stored.buffers.indices.contains(buffer) ? stored.buffers[buffer].byteCount : 0
  }

  /// Reads the buffers; where they are damaged the first is `byteCount` zeros and the others are
  /// empty, and the damage is reported.
  func read(orZeros byteCount: Int) -> [MemorySlice] {
    var sum = Checksum()
    for buffer in stored.buffers { buffer.slice.withBytes { sum.update($0) } }
    guard sum.value == checksum else {
      report(
        "column '\(name)' has the checksum \(sum.value.hexadecimal) and had \(checksum.hexadecimal)"
      )
      return zeros(byteCount)
    }
    do throws(ArrowError) {
      var slices: [MemorySlice] = []
      for buffer in stored.buffers { slices.append(try buffer.bytes(ArrowCodecs.decompress)) }
      return slices
    } catch {
      report(error.reason)
      return zeros(byteCount)
    }
  }

  private func report(_ reason: String) {
    health.report(.damaged(file: path, reason: reason), in: log)
  }

  private func zeros(_ byteCount: Int) -> [MemorySlice] {
    let zeros = Buffer([UInt8](repeating: 0, count: byteCount))
    let none = Buffer<UInt8>([])
    return stored.buffers.indices.map { MemorySlice($0 == 0 ? zeros : none) }
  }

  /// Makes a buffer of `count` values that is filled when it is first read: `convert` gets the
  /// `rawCount` numbers of the first stored buffer and sets all values.
  func converted<Raw: BitwiseCopyable & Sendable, Value: BitwiseCopyable & Sendable>(
    _ type: Raw.Type,
    count: Int,
    rawCount: Int,
    _ convert: @escaping @Sendable (Span<Raw>, inout MutableSpan<Value>) -> Void
  ) -> Buffer<Value> {
    let region = MemoryRegion(byteCount: count * MemoryLayout<Value>.stride) {
      let slice = read(orZeros: rawCount * MemoryLayout<Raw>.stride)[0]
      guard let raw = slice.buffer(of: Raw.self, count: rawCount) else {
        preconditionFailure("a buffer has the bytes that were found when it was opened")
      }
      return memory.keep(
        MemorySlice(raw.withSpan { raw in Buffer<Value>(count: count) { convert(raw, &$0) } })
      )
    }
    return Buffer(sharing: region, byteOffset: 0, count: count)
  }
}

extension UInt64 {
  /// Sixteen digits, as `xxhsum` prints them.
  var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
