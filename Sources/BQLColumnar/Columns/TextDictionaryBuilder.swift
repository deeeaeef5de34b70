/// Interns texts into codes 0, 1, … in order of first appearance, told apart by their bytes.
///
/// (`String` as a key would not do: it equates canonically equivalent texts, so that loading a
/// column could change its bytes.)
package struct TextDictionaryBuilder: Sendable {
  private var offsets = [0]
  private var bytes: [UInt8] = []
  /// Open addressing with linear probing: 0 is empty, otherwise code + 1.
  private var slots: [Int32]
  private var hashes: [UInt64] = []

  package init() {
    slots = [Int32](repeating: 0, count: 16)
  }

  package var count: Int { offsets.count - 1 }

  /// Returns the code of `text`, giving it the next one when it is new.
  package mutating func code(for text: String) -> Int32 {
    var text = text
    return text.withUTF8 { utf8 in
      // The buffer is only read inside the closure.
      unsafe code(for: Span(_unsafeElements: utf8))
    }
  }

  /// Returns the code of the text spelled by `utf8`, giving it the next one when it is new.
  package mutating func code(for utf8: Span<UInt8>) -> Int32 {
    code(for: utf8, hash: Self.hash(utf8))
  }

  /// Returns the code of a text whose ``hash(_:)`` is known, giving it the next one when it is new.
  package mutating func code(for utf8: Span<UInt8>, hash: UInt64) -> Int32 {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let code = Int(slots[slot] - 1)
      if hashes[code] == hash, spells(code, utf8) { return Int32(code) }
      slot = (slot + 1) & (slots.count - 1)
    }
    let code = Int32(count)
    for index in utf8.indices { bytes.append(utf8[index]) }
    offsets.append(bytes.count)
    hashes.append(hash)
    slots[slot] = code + 1
    if count * 2 > slots.count { grow() }
    return code
  }

  /// Returns the code of the text spelled by `utf8`, nil where it has none.
  package func knownCode(for utf8: Span<UInt8>) -> Int32? {
    let hash = Self.hash(utf8)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let code = Int(slots[slot] - 1)
      if hashes[code] == hash, spells(code, utf8) { return Int32(code) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Returns the bytes of the text that `code` stands for.
  package func utf8(_ code: Int32) -> ArraySlice<UInt8> {
    bytes[offsets[Int(code)]..<offsets[Int(code) + 1]]
  }

  package consuming func finish() -> TextDictionary {
    TextDictionary(offsets: offsets, bytes: bytes, isDistinct: true)
  }

  /// Hashes bytes eight at a time with a multiply-xorshift mix (as in splitmix64).
  package static func hash(_ utf8: Span<UInt8>) -> UInt64 {
    var hash = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: utf8.count)
    // Any eight bytes are a number, and the loads check their bounds.
    let bytes = unsafe utf8.bytes
    var index = 0
    while index + 8 <= utf8.count {
      let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      hash = (hash ^ UInt64(littleEndian: word)) &* 0xBF58_476D_1CE4_E5B9
      hash ^= hash >> 29
      index += 8
    }
    if index < utf8.count {
      var word: UInt64 = 0
      while index < utf8.count {
        word = word << 8 | UInt64(utf8[index])
        index += 1
      }
      hash = (hash ^ word) &* 0xBF58_476D_1CE4_E5B9
      hash ^= hash >> 29
    }
    hash = hash &* 0x94D0_49BB_1331_11EB
    return hash ^ hash >> 32
  }

  private func spells(_ code: Int, _ utf8: Span<UInt8>) -> Bool {
    let start = offsets[code]
    guard offsets[code + 1] - start == utf8.count else { return false }
    for index in utf8.indices where bytes[start + index] != utf8[index] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: 0, count: slots.count * 2)
    for code in hashes.indices {
      var slot = Int(truncatingIfNeeded: hashes[code]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(code) + 1
    }
  }
}
