extension [UInt8] {
  /// Appends the bytes of `text`.
  @inline(__always)
  mutating func append(_ text: StaticString) {
    // The bytes of a static text live for the whole program.
    unsafe append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    )
  }

  /// Appends `bytes`.
  @inline(__always)
  mutating func append(_ bytes: Span<UInt8>) {
    // The pointer is read inside the closure only.
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// Appends `count` times `byte`.
  mutating func append(repeating byte: UInt8, count: Int) {
    if count > 0 { append(contentsOf: repeatElement(byte, count: count)) }
  }
}
