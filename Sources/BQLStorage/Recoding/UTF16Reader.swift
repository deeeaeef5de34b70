import BQLColumnar

/// Reads text in UTF-16 as UTF-8, without its byte-order mark.
///
/// Half a pair of surrogates and a last odd byte become U+FFFD.
final class UTF16Reader: ByteReader {
  private let source: any ByteReader
  private let isLittleEndian: Bool
  private let input = MemoryRegion(byteCount: inputByteCount)
  private var isAtStart = true
  private var isAtEnd = false
  /// The first byte of a unit, or a high surrogate, whose rest comes with the next input.
  private var halfUnit: UInt8?
  private var high: UInt16?
  private var output = ByteQueue()

  private static let inputByteCount = 64 << 10

  init(_ source: any ByteReader, isLittleEndian: Bool) {
    self.source = source
    self.isLittleEndian = isLittleEndian
  }

  func read(into region: MemoryRegion, at offset: Int, count: Int) throws(LoadError) -> Int {
    while output.isEmpty, !isAtEnd {
      let more = try source.read(into: input, at: 0, count: Self.inputByteCount)
      if more == 0 { finish() } else { decode(more) }
    }
    return output.take(into: region, at: offset, count: count)
  }

  private func decode(_ count: Int) {
    let bytes = input.withMutableSpan(of: UInt8.self, byteOffset: 0, count: count) { span in
      span.indices.map { span[$0] }
    }
    for byte in bytes {
      guard let first = halfUnit else {
        halfUnit = byte
        continue
      }
      halfUnit = nil
      let (low, top) = isLittleEndian ? (first, byte) : (byte, first)
      add(UInt16(top) << 8 | UInt16(low))
    }
  }

  private func add(_ unit: UInt16) {
    if isAtStart {
      isAtStart = false
      if unit == 0xFEFF { return }
    }
    if let first = high {
      high = nil
      if UTF16.isTrailSurrogate(unit) {
        append(UTF16.decode(UTF16.EncodedScalar([first, unit])))
        return
      }
      append("\u{FFFD}")
    }
    if UTF16.isLeadSurrogate(unit) {
      high = unit
    } else {
      append(Unicode.Scalar(unit) ?? "\u{FFFD}")
    }
  }

  private func append(_ scalar: Unicode.Scalar) {
    if scalar.isASCII {
      output.append(UInt8(truncatingIfNeeded: scalar.value))
    } else {
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { output.append(byte) }
    }
  }

  private func finish() {
    isAtEnd = true
    if halfUnit != nil || high != nil { append("\u{FFFD}") }
  }
}

/// Keeps bytes until they are asked for.
struct ByteQueue {
  private(set) var bytes: [UInt8] = []
  private var start = 0

  var isEmpty: Bool { start == bytes.count }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  /// Lends the bytes to one that appends to them.
  mutating func fill<E>(_ body: (inout [UInt8]) throws(E) -> Void) throws(E) {
    if isEmpty {
      bytes.removeAll(keepingCapacity: true)
      start = 0
    }
    try body(&bytes)
  }

  /// Moves up to `count` bytes to a region and returns how many.
  mutating func take(into region: MemoryRegion, at offset: Int, count: Int) -> Int {
    let taken = min(count, bytes.count - start)
    guard taken > 0 else { return 0 }
    region.withMutableSpan(of: UInt8.self, byteOffset: offset, count: taken) { span in
      for index in 0..<taken { span[index] = bytes[start + index] }
    }
    start += taken
    if isEmpty {
      bytes.removeAll(keepingCapacity: true)
      start = 0
    }
    return taken
  }
}
