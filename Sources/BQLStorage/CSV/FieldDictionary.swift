import BQLColumnar

/// Interns the fields of text columns into codes 1, 2, … in order of first appearance.
///
/// Each worker of a load has its own for each column; ``DictionaryMerge`` makes one of them all.
/// Code 0 stands for an empty field, which is NULL. The first ``keyByteCount`` bytes of each text
/// are kept apart, padded with zeros, so that most fields are hashed and compared without a loop.
struct FieldDictionary: Sendable {
  /// Entry *i* (code *i* + 1) is `bytes[offsets[i]..<offsets[i + 1]]`, with eight bytes to spare at
  /// the end for word-wise comparison.
  private(set) var offsets: [Int] = [0]
  private(set) var bytes: [UInt8] = []
  /// The block in which each entry was met first by this worker.
  private(set) var firstBlocks: [Int32] = []
  /// The codes of texts such as `2.05301E+18`, ascending.
  private(set) var scientificCodes: [Int] = []
  /// By code: the length and the first bytes, in words.
  private var keys: [UInt64] = [0, 0, 0, 0, 0]
  private var hashes: [UInt64] = []
  /// Open addressing, sparse, so that few fields meet a slot that is another's: a code + 1, or 0.
  private var slots: [UInt32]

  private static let slotsPerEntry = 8

  private static let keyByteCount = 32
  private static let wordCount = 4

  init() {
    slots = [UInt32](repeating: 0, count: 256)
    reinsert()
  }

  var count: Int { hashes.count }

  /// The first words of a text, as `keys` has them.
  private struct Key {
    var length: UInt64 = 0
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    @inline(__always)
    @unsafe
    init(_ text: TextView, _ start: Int, _ end: Int, _ masks: UnsafePointer<UInt64>) {
      let count = end &- start
      let inside = min(count, FieldDictionary.keyByteCount)
      // In bounds: a row of masks for each length up to the key's.
      let mask = unsafe masks + inside &* FieldDictionary.wordCount
      length = UInt64(truncatingIfNeeded: count)
      words.0 = text.word(start) & (unsafe mask[0])
      words.1 = text.word(start &+ 8) & (unsafe mask[1])
      words.2 = text.word(start &+ 16) & (unsafe mask[2])
      words.3 = text.word(start &+ 24) & (unsafe mask[3])
    }

    /// The hash of the text, which starts at `start`.
    @inline(__always)
    func hash(_ text: TextView, _ start: Int) -> UInt64 {
      var hash = hash
      if length > FieldDictionary.keyByteCount {
        let count = Int(truncatingIfNeeded: length) &- FieldDictionary.keyByteCount
        hash ^= text.hash(start &+ FieldDictionary.keyByteCount, count: count)
      }
      return hash
    }

    /// The hash of a text that the key holds whole.
    @inline(__always)
    var hash: UInt64 {
      let low = (words.0 ^ length) &* 0x9E37_79B9_7F4A_7C15 ^ words.1 &* 0xC2B2_AE3D_27D4_EB4F
      let high = words.2 &* 0x1656_67B1_9E37_79F9 ^ words.3 &* 0xFF51_AFD7_ED55_8CCD
      let mixed = low &+ high
      // The low bits choose the slot: they take in the high ones, where a product is best mixed.
      let spread = (mixed ^ mixed >> 32) &* 0xD6E8_FEB8_6659_FD93
      return spread ^ spread >> 32
    }

    @inline(__always)
    func equals(_ other: Key) -> Bool {
      (length ^ other.length) | (words.0 ^ other.words.0) | (words.1 ^ other.words.1)
        | (words.2 ^ other.words.2) | (words.3 ^ other.words.3) == 0
    }
  }

  /// Masks for the words of a key, by its length.
  private static let masks: [UInt64] = (0...keyByteCount).flatMap { length in
    (0..<wordCount).map { word in
      let bits = min(max(length * 8 - word * 64, 0), 64)
      return bits == 0 ? 0 : UInt64.max >> UInt64(64 - bits)
    }
  }

  /// Writes the code of every field of a column to `codes`, 0 for rows marked in `skipped`.
  mutating func encode(
    _ fields: FieldView,
    column: Int,
    block: Int,
    skipped: [Bool]?,
    into codes: inout [Int64]
  ) {
    var row = 0
    var output = codes.mutableSpan
    while row < fields.rowCount {
      row = find(fields, column, from: row, skipped, &output)
      guard row < fields.rowCount else { return }
      let range = fields.range(row, column)
      output[row] = Int64(code(fields.text, range.lowerBound, range.upperBound, block))
      row += 1
    }
  }

  /// Writes codes from row `first` on, until a text is new; returns its row.
  private func find(
    _ fields: FieldView,
    _ column: Int,
    from first: Int,
    _ skipped: [Bool]?,
    _ output: inout MutableSpan<Int64>
  ) -> Int {
    let text = fields.text
    let slotMask = slots.count &- 1
    return unsafe Self.masks.withUnsafeBufferPointer { masks in
      unsafe slots.withUnsafeBufferPointer { slots in
        unsafe keys.withUnsafeBufferPointer { keys in
          guard let masks = masks.baseAddress, let slots = slots.baseAddress,
            let keys = keys.baseAddress
          else { return first }
          // Actions repeat from row to row.
          var last = Key()
          var lastCode: Int64 = 0
          return fields.forEach(column, from: first) { row, start, end in
            if let skipped, skipped[row] {
              output[row] = 0
              return true
            }
            let key = unsafe Key(text, start, end, masks)
            if key.equals(last), end &- start <= Self.keyByteCount {
              output[row] = lastCode
              return true
            }
            // In bounds: a slot's number is masked, and the codes in slots have keys.
            let code = unsafe find(key, text, start, end, slots, slotMask, keys)
            guard code >= 0 else { return false }
            last = key
            lastCode = Int64(truncatingIfNeeded: code)
            output[row] = lastCode
            return true
          }
        }
      }
    }
  }

  /// The code of a text; -1 where it is new.
  @inline(__always)
  @unsafe
  private func find(
    _ key: Key,
    _ text: TextView,
    _ start: Int,
    _ end: Int,
    _ slots: UnsafePointer<UInt32>,
    _ slotMask: Int,
    _ keys: UnsafePointer<UInt64>
  ) -> Int {
    var slot = Int(truncatingIfNeeded: key.hash(text, start)) & slotMask
    while true {
      let entry = unsafe slots[slot]
      if entry == 0 { return -1 }
      let code = Int(entry) &- 1
      let stored = unsafe keys + code &* (Self.wordCount + 1)
      let differences =
        unsafe (stored[0] ^ key.length) | (stored[1] ^ key.words.0)
        | (stored[2] ^ key.words.1) | (stored[3] ^ key.words.2) | (stored[4] ^ key.words.3)
      if differences == 0, end &- start <= Self.keyByteCount || spells(code, text, start, end) {
        return code
      }
      slot = (slot &+ 1) & slotMask
    }
  }

  /// Returns the code of a field, giving it the next one when it is new.
  mutating func code(_ text: TextView, _ start: Int, _ end: Int, _ block: Int) -> Int {
    let (key, found) = unsafe Self.masks.withUnsafeBufferPointer { masks in
      unsafe slots.withUnsafeBufferPointer { slots in
        unsafe keys.withUnsafeBufferPointer { keys in
          guard let masks = masks.baseAddress, let table = slots.baseAddress,
            let keys = keys.baseAddress
          else { preconditionFailure("a dictionary has slots") }
          // In bounds as above.
          let key = unsafe Key(text, start, end, masks)
          return unsafe (key, find(key, text, start, end, table, slots.count &- 1, keys))
        }
      }
    }
    return found >= 0 ? found : add(key, text, start, end, block)
  }

  private func spells(_ code: Int, _ text: TextView, _ start: Int, _ end: Int) -> Bool {
    let first = offsets[code &- 1]
    return unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return true }
      // Eight bytes past the last entry are readable, as a view asks; none before the first is read.
      let entries = unsafe TextView(base: base, count: bytes.count)
      return text.equals(start, entries, first, count: end &- start)
    }
  }

  private mutating func add(
    _ key: Key,
    _ text: TextView,
    _ start: Int,
    _ end: Int,
    _ block: Int
  ) -> Int {
    bytes.removeLast(min(8, bytes.count))
    for index in start..<end { bytes.append(text[index]) }
    offsets.append(bytes.count)
    for _ in 0..<8 { bytes.append(0) }
    keys += [key.length, key.words.0, key.words.1, key.words.2, key.words.3]
    hashes.append(key.hash(text, start))
    firstBlocks.append(Int32(truncatingIfNeeded: block))
    if NumberText.isScientific(text, start, end) { scientificCodes.append(count) }
    if count * Self.slotsPerEntry > slots.count {
      slots = [UInt32](repeating: 0, count: slots.count * 4)
      reinsert()
    } else {
      insert(code: count, key.hash(text, start))
    }
    return count
  }

  /// Forgets the entries that were met first in `block` or later.
  ///
  /// A worker reads blocks in ascending order, so these are the last ones.
  mutating func forget(from block: Int) {
    let kept = firstBlocks.firstIndex { Int($0) >= block } ?? count
    guard kept < count else { return }
    scientificCodes.removeAll { $0 > kept }
    offsets.removeLast(count - kept)
    keys.removeLast((count - kept) * (Self.wordCount + 1))
    firstBlocks.removeLast(count - kept)
    hashes.removeLast(hashes.count - kept)
    bytes.removeLast(bytes.count - offsets[kept])
    if kept > 0 { bytes += [UInt8](repeating: 0, count: 8) }
    for index in slots.indices { slots[index] = 0 }
    reinsert()
  }

  private mutating func insert(code: Int, _ hash: UInt64) {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(truncatingIfNeeded: code + 1)
  }

  /// Enters all codes, that of the empty text among them, into empty slots.
  private mutating func reinsert() {
    insert(code: 0, Key().hash)
    for index in hashes.indices { insert(code: index + 1, hashes[index]) }
  }
}
