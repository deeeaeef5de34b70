package import BQLColumnar

/// Holds the bytes of one buffer of a column: memory that is shared as it is, or an array.
///
/// Reading gives slices only; writing takes either, without copying.
package enum ArrowBytes: Sendable {
  case slice(MemorySlice)
  case uint8s([UInt8])
  case int32s([Int32])
  case int64s([Int64])
  case uint64s([UInt64])
  case doubles([Double])

  /// No bytes.
  package static let none = ArrowBytes.uint8s([])

  /// Takes the numbers of a buffer as they lie in memory.
  package init<Element: BitwiseCopyable & Sendable>(_ buffer: Buffer<Element>) {
    self = .slice(MemorySlice(buffer))
  }

  /// Takes the bits of a bitmap, which are in Arrow's order already.
  package init(_ bitmap: Bitmap) {
    self = .uint64s(bitmap.words)
  }

  package var byteCount: Int {
    switch self {
    case .slice(let slice): slice.byteCount
    case .uint8s(let array): array.count
    case .int32s(let array): array.count * 4
    case .int64s(let array): array.count * 8
    case .uint64s(let array): array.count * 8
    case .doubles(let array): array.count * 8
    }
  }

  /// Lends the bytes to `body`.
  package func withBytes<R, E>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    switch self {
    case .slice(let slice): try slice.withBytes(body)
    case .uint8s(let array): try body(array.span)
    case .int32s(let array): try Self.withBytes(of: array, body)
    case .int64s(let array): try Self.withBytes(of: array, body)
    case .uint64s(let array): try Self.withBytes(of: array, body)
    case .doubles(let array): try Self.withBytes(of: array, body)
    }
  }

  private static func withBytes<Number: BitwiseCopyable, R, E>(
    of array: [Number],
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    var result: Result<R, E>?
    unsafe array.withUnsafeBytes { bytes in
      // The span is used inside the closure only.
      let span = unsafe Span<UInt8>(_unsafeBytes: bytes)
      do throws(E) { result = .success(try body(span)) } catch { result = .failure(error) }
    }
    guard let result else { preconditionFailure("the body was called") }
    return try result.get()
  }

  /// The bytes as a slice of a region: as they are where they are one, else a copy.
  package var slice: MemorySlice {
    if case .slice(let slice) = self { return slice }
    let region = MemoryRegion(byteCount: byteCount)
    let count = byteCount
    withBytes { bytes in
      region.withMutableSpan(of: UInt8.self, byteOffset: 0, count: count) { copy in
        for index in bytes.indices { copy[index] = bytes[index] }
      }
    }
    return MemorySlice(region)
  }

  /// Reads the bytes as numbers, without copying where they lie aligned; nil where they are fewer
  /// than `count`.
  package func buffer<Element: BitwiseCopyable & Sendable>(
    of type: Element.Type,
    count: Int
  ) -> Buffer<Element>? {
    let slice = slice
    if let buffer = slice.buffer(of: type, count: count) { return buffer }
    guard !slice.isAligned(to: MemoryLayout<Element>.alignment) else { return nil }
    return slice.copied().buffer(of: type, count: count)
  }
}

/// Holds one column of one batch as Arrow lays it out.
package struct ArrowArray: Sendable {
  package var count: Int
  package var nullCount: Int
  /// One bit a row, the lowest first, set where there is a value; nil where all have one.
  package var validity: ArrowBytes?
  /// What follows validity: none for NULL, one for bits and fixed widths, offsets and bytes for
  /// texts, views and any number of buffers of bytes for views.
  package var buffers: [ArrowBytes]

  package init(
    count: Int,
    nullCount: Int = 0,
    validity: ArrowBytes? = nil,
    buffers: [ArrowBytes]
  ) {
    self.count = count
    self.nullCount = nullCount
    self.validity = validity
    self.buffers = buffers
  }

  /// Takes a column of fixed width and the bitmap of its rows with a value.
  package init<Element: BitwiseCopyable & Sendable>(_ buffer: Buffer<Element>, validity: Bitmap?) {
    self.init(
      count: buffer.count,
      nullCount: validity.map { $0.count - $0.setCount } ?? 0,
      validity: validity.map { ArrowBytes($0) },
      buffers: [ArrowBytes(buffer)]
    )
  }

  /// The rows that hold a value as a bitmap, a copy of one bit a row; nil where all do.
  package var validityBitmap: Bitmap? {
    guard let validity, nullCount > 0 else { return nil }
    return ArrowBits.bitmap(validity, count: count)
  }
}
