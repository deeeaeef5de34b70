/// Interns the fields of text columns into codes 1, 2, … in order of first appearance.
///
/// Each worker of a load has its own for each column; ``DictionaryMerge`` makes one of them all.
/// Code 0 stands for an empty field, which is NULL.
struct FieldDictionary: Sendable {
  /// Entry *i* (code *i* + 1) is `bytes[offsets[i]..<offsets[i + 1]]`, with eight bytes to spare at
  /// the end for word-wise comparison.
  private(set) var offsets: [Int] = [0]
  private(set) var bytes: [UInt8] = []
  /// The block in which each entry was met first by this worker.
  private(set) var firstBlocks: [Int32] = []
  /// Open addressing: 0 is empty, otherwise 32 bits of the hash above the code.
  private var slots: [UInt64]
  private var hashes: [UInt64] = []

  init() {
    slots = [UInt64](repeating: 0, count: 64)
  }

  var count: Int { hashes.count }

  /// Writes the code of every field of a column to `codes`, skipping rows marked in `skipped`.
  mutating func encode(
    _ fields: FieldView,
    column: Int,
    block: Int,
    skipped: [Bool]?,
    into codes: inout [Int64]
  ) {
    let text = fields.text
    var output = codes.mutableSpan
    fields.forEach(column) { row, start, end in
      if let skipped, skipped[row] {
        output[row] = 0
        return
      }
      output[row] = start == end ? 0 : Int64(code(text, start, end, block))
    }
  }

  /// Returns the code of a field that is not empty, giving it the next one when it is new.
  @inline(__always)
  mutating func code(_ text: TextView, _ start: Int, _ end: Int, _ block: Int) -> Int {
    let hash = text.hash(start, count: end - start)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
    let tag = hash >> 32
    while true {
      let entry = slots[slot]
      if entry == 0 { return add(text, start, end, hash, slot, block) }
      if entry >> 32 == tag {
        let code = Int(entry & 0xFFFF_FFFF)
        if spells(code, text, start, end) { return code }
      }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
  }

  @inline(__always)
  private func spells(_ code: Int, _ text: TextView, _ start: Int, _ end: Int) -> Bool {
    let first = offsets[code &- 1]
    let length = end &- start
    guard offsets[code] &- first == length else { return false }
    return unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return true }
      // Eight bytes past the last entry are readable, as a view asks; none before the first is read.
      let entries = unsafe TextView(base: base, count: bytes.count)
      return text.equals(start, entries, first, count: length)
    }
  }

  private mutating func add(
    _ text: TextView,
    _ start: Int,
    _ end: Int,
    _ hash: UInt64,
    _ slot: Int,
    _ block: Int
  ) -> Int {
    bytes.removeLast(min(8, bytes.count))
    for index in start..<end { bytes.append(text[index]) }
    offsets.append(bytes.count)
    for _ in 0..<8 { bytes.append(0) }
    hashes.append(hash)
    firstBlocks.append(Int32(truncatingIfNeeded: block))
    let code = hashes.count
    slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: code)
    if code * 2 > slots.count { grow() }
    return code
  }

  private mutating func grow() {
    slots = [UInt64](repeating: 0, count: slots.count * 4)
    for index in hashes.indices {
      var slot = Int(truncatingIfNeeded: hashes[index]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = hashes[index] & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: index + 1)
    }
  }
}
