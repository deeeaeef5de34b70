/// Computes XXH64, a fast hash of 64 bits that tells damaged bytes from sound ones, piece by piece.
///
/// It is no protection against bytes that are changed on purpose. Source: Y. Collet, *xxHash fast
/// digest algorithm*, specification 0.1.1.
package struct Checksum: Sendable {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
  private static let stripe = 32

  private var lanes: (UInt64, UInt64, UInt64, UInt64)
  /// Bytes behind the last whole stripe.
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0
  private let seed: UInt64

  /// Begins a checksum; another seed gives another one of the same bytes.
  package init(seed: UInt64 = 0) {
    self.seed = seed
    lanes = (
      seed &+ Self.prime1 &+ Self.prime2, seed &+ Self.prime2, seed, seed &- Self.prime1
    )
    rest.reserveCapacity(Self.stripe)
  }

  /// Returns the checksum of `bytes`.
  package static func of(_ bytes: Span<UInt8>) -> UInt64 {
    var checksum = Checksum()
    checksum.update(bytes)
    return checksum.value
  }

  /// Takes further bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    byteCount &+= UInt64(bytes.count)
    var start = 0
    if !rest.isEmpty {
      start = min(Self.stripe - rest.count, bytes.count)
      for index in 0..<start { rest.append(bytes[index]) }
      guard rest.count == Self.stripe else { return }
      let filled = rest
      unsafe readStripes(filled.span.bytes, from: 0, count: 1)
      rest.removeAll(keepingCapacity: true)
    }
    let stripes = (bytes.count - start) / Self.stripe
    unsafe readStripes(bytes.bytes, from: start, count: stripes)
    for index in (start + stripes * Self.stripe)..<bytes.count { rest.append(bytes[index]) }
  }

  private mutating func readStripes(_ bytes: RawSpan, from start: Int, count: Int) {
    var (first, second, third, fourth) = lanes
    var offset = start
    for _ in 0..<count {
      first = Self.round(first, Self.word(bytes, offset))
      second = Self.round(second, Self.word(bytes, offset + 8))
      third = Self.round(third, Self.word(bytes, offset + 16))
      fourth = Self.round(fourth, Self.word(bytes, offset + 24))
      offset += Self.stripe
    }
    lanes = (first, second, third, fourth)
  }

  /// The checksum of what was taken so far.
  package var value: UInt64 {
    var hash: UInt64
    if byteCount >= UInt64(Self.stripe) {
      hash =
        Self.rotated(lanes.0, 1) &+ Self.rotated(lanes.1, 7) &+ Self.rotated(lanes.2, 12)
        &+ Self.rotated(lanes.3, 18)
      for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
        hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4
      }
    } else {
      hash = seed &+ Self.prime5
    }
    hash &+= byteCount
    var offset = 0
    while offset + 8 <= rest.count {
      hash ^= unsafe Self.round(0, Self.word(rest.span.bytes, offset))
      hash = Self.rotated(hash, 27) &* Self.prime1 &+ Self.prime4
      offset += 8
    }
    if offset + 4 <= rest.count {
      let word = (0..<4).reduce(UInt64(0)) { $0 | UInt64(rest[offset + $1]) << UInt64($1 * 8) }
      hash = Self.rotated(hash ^ word &* Self.prime1, 23) &* Self.prime2 &+ Self.prime3
      offset += 4
    }
    for byte in rest[offset...] {
      hash = Self.rotated(hash ^ UInt64(byte) &* Self.prime5, 11) &* Self.prime1
    }
    hash = (hash ^ hash >> 33) &* Self.prime2
    hash = (hash ^ hash >> 29) &* Self.prime3
    return hash ^ hash >> 32
  }

  @inline(__always)
  private static func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
    // Any eight bytes are a UInt64; the load checks the span's bounds.
    unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotated(lane &+ word &* prime2, 31) &* prime1
  }

  @inline(__always)
  private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 {
    word &<< bits | word &>> (64 &- bits)
  }
}
