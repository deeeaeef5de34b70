import BQLColumnar

/// Reads a block's bytes in kernels, eight at a time and without checks.
///
/// Positions come from a scan of the same bytes. At least ``padding`` bytes before the first and
/// after the last one are readable, so that a load of eight bytes may start or end anywhere.
@safe
struct TextView {
  static let padding = 64

  // Valid while the buffer that lends the view is; a view never leaves the lending call.
  private let base: UnsafePointer<UInt8>
  let count: Int

  @unsafe
  init(base: UnsafePointer<UInt8>, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  @inline(__always)
  subscript(index: Int) -> UInt8 {
    // In bounds by the contract above.
    unsafe base[index]
  }

  /// The eight bytes from `index` on, the first one lowest.
  @inline(__always)
  func word(_ index: Int) -> UInt64 {
    // In bounds by the contract above.
    let raw = unsafe UnsafeRawPointer(base + index)
    return UInt64(littleEndian: unsafe raw.loadUnaligned(as: UInt64.self))
  }

  /// The four bytes from `index` on, the first one lowest.
  @inline(__always)
  func halfWord(_ index: Int) -> UInt32 {
    // In bounds by the contract above.
    let raw = unsafe UnsafeRawPointer(base + index)
    return UInt32(littleEndian: unsafe raw.loadUnaligned(as: UInt32.self))
  }

  /// Says whether the bytes of two ranges of the same length are the same.
  @inline(__always)
  func equals(_ start: Int, _ other: TextView, _ otherStart: Int, count: Int) -> Bool {
    if count >= 8 {
      var index = 0
      while index + 8 <= count {
        if word(start + index) != other.word(otherStart + index) { return false }
        index += 8
      }
      return word(start + count - 8) == other.word(otherStart + count - 8)
    }
    if count == 0 { return true }
    let mask = UInt64.max >> UInt64(64 - 8 * count)
    return (word(start) ^ other.word(otherStart)) & mask == 0
  }

  /// Hashes the bytes of a field, eight at a time; the last eight may overlap the others.
  @inline(__always)
  func hash(_ start: Int, count: Int) -> UInt64 {
    if count < 8 {
      let mask = count == 0 ? 0 : UInt64.max >> UInt64(64 - 8 * count)
      return Self.mix(word(start) & mask ^ UInt64(truncatingIfNeeded: count) << 56)
    }
    var hash = UInt64(truncatingIfNeeded: count)
    var index = 0
    while index + 8 < count {
      hash = (hash ^ word(start + index)) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
      index += 8
    }
    return Self.mix(hash ^ word(start + count - 8))
  }

  /// Spreads the bits of a key (the finalizer of splitmix64, shortened).
  @inline(__always)
  static func mix(_ key: UInt64) -> UInt64 {
    var hash = key &* 0x9E37_79B9_7F4A_7C15
    hash ^= hash >> 32
    hash = hash &* 0xD6E8_FEB8_6659_FD93
    return hash ^ hash >> 32
  }

  /// Lends the address of the byte at `index` to a function in C.
  @inline(__always)
  @unsafe
  func withBytes<R>(from index: Int, _ body: (UnsafePointer<UInt8>) -> R) -> R {
    unsafe body(base + index)
  }

  /// The text of a range, damaged UTF-8 repaired.
  func text(_ range: Range<Int>) -> String {
    String(decoding: range.map { self[$0] }, as: UTF8.self)
  }
}
