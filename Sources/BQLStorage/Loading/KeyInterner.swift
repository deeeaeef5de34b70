import BQLColumnar

/// Gives whole numbers codes 0, 1, … in order of first appearance.
///
/// Made for one partition at a time, so that the table stays in the processor's cache.
struct IntInterner {
  fileprivate(set) var keys: [Int64] = []
  /// Open addressing: a code, or -1.
  private var slots: [Int32]
  private var slotKeys: [Int64]

  init(slotCount: Int = 1_024) {
    slots = [Int32](repeating: -1, count: slotCount)
    slotKeys = [Int64](repeating: 0, count: slotCount)
  }

  @inline(__always)
  mutating func code(_ key: Int64) -> Int32 {
    let hash = TextView.mix(UInt64(bitPattern: key))
    var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
    while true {
      let code = slots[slot]
      if code < 0 { return add(key, slot) }
      if slotKeys[slot] == key { return code }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
  }

  /// Hands out the keys and forgets them; the table keeps its size.
  fileprivate mutating func takeKeys() -> [Int64] {
    var taken: [Int64] = []
    swap(&taken, &keys)
    for index in slots.indices { slots[index] = -1 }
    return taken
  }

  private mutating func add(_ key: Int64, _ slot: Int) -> Int32 {
    let code = Int32(truncatingIfNeeded: keys.count)
    keys.append(key)
    slots[slot] = code
    slotKeys[slot] = key
    if keys.count * 2 > slots.count { grow() }
    return code
  }

  private mutating func grow() {
    let count = slots.count * 4
    slots = [Int32](repeating: -1, count: count)
    slotKeys = [Int64](repeating: 0, count: count)
    for (code, key) in keys.enumerated() {
      var slot = Int(truncatingIfNeeded: TextView.mix(UInt64(bitPattern: key))) & (count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (count - 1) }
      slots[slot] = Int32(truncatingIfNeeded: code)
      slotKeys[slot] = key
    }
  }
}

/// Gives UUIDs codes 0, 1, … in order of first appearance.
struct UUIDInterner {
  /// Two words a UUID.
  fileprivate(set) var words: [UInt64] = []
  /// Open addressing: 32 bits of the hash above code + 1; 0 is empty.
  private var slots: [UInt64]

  init(slotCount: Int = 1_024) {
    slots = [UInt64](repeating: 0, count: slotCount)
  }

  @inline(__always)
  private static func hash(_ high: UInt64, _ low: UInt64) -> UInt64 {
    TextView.mix(high ^ low &* 0xD6E8_FEB8_6659_FD93)
  }

  /// The hash of a UUID whose words are kept as signed numbers.
  @inline(__always)
  static func hash(_ high: Int64, _ low: Int64) -> UInt64 {
    hash(UInt64(bitPattern: high), UInt64(bitPattern: low))
  }

  @inline(__always)
  mutating func code(_ high: UInt64, _ low: UInt64) -> Int32 {
    let hash = Self.hash(high, low)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
    while true {
      let entry = slots[slot]
      if entry == 0 { return add(high, low, hash, slot) }
      if entry >> 32 == hash >> 32 {
        let code = Int(entry & 0xFFFF_FFFF) &- 1
        if words[code &* 2] == high, words[code &* 2 &+ 1] == low {
          return Int32(truncatingIfNeeded: code)
        }
      }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
  }

  /// Hands out the words and forgets them; the table keeps its size.
  fileprivate mutating func takeWords() -> [UInt64] {
    var taken: [UInt64] = []
    swap(&taken, &words)
    for index in slots.indices { slots[index] = 0 }
    return taken
  }

  private mutating func add(_ high: UInt64, _ low: UInt64, _ hash: UInt64, _ slot: Int) -> Int32 {
    words.append(high)
    words.append(low)
    let count = words.count / 2
    slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: count)
    if count * 2 > slots.count { grow() }
    return Int32(truncatingIfNeeded: count - 1)
  }

  private mutating func grow() {
    slots = [UInt64](repeating: 0, count: slots.count * 4)
    for index in 0..<words.count / 2 {
      let hash = Self.hash(words[index * 2], words[index * 2 + 1])
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: index + 1)
    }
  }
}

/// Keeps the tables of interners from one partition to the next.
struct KeyInterners {
  private var ints = IntInterner()
  private var uuids = UUIDInterner()

  mutating func takeInts() -> IntInterner {
    var taken = IntInterner(slotCount: 0)
    swap(&taken, &ints)
    return taken
  }

  mutating func takeUUIDs() -> UUIDInterner {
    var taken = UUIDInterner(slotCount: 0)
    swap(&taken, &uuids)
    return taken
  }

  /// Takes an interner back, for other keys, and returns those that it has.
  mutating func give(_ interner: consuming IntInterner) -> [Int64] {
    ints = interner
    return ints.takeKeys()
  }

  mutating func give(_ interner: consuming UUIDInterner) -> [UInt64] {
    uuids = interner
    return uuids.takeWords()
  }
}

/// Holds the distinct values of a key column in one partition, in code order.
enum KeyValues: Sendable {
  case ints([Int64])
  case uuids([UInt64])
  case texts(TextDictionary)

  var count: Int {
    switch self {
    case .ints(let ints): ints.count
    case .uuids(let words): words.count / 2
    case .texts(let texts): texts.count
    }
  }

  /// The values as a dictionary, one empty text where there is none; nil for whole numbers.
  var dictionary: CodeDictionary? {
    if count == 0 { return CodeDictionary(TextDictionary([""])) }
    return switch self {
    case .ints: nil
    case .uuids(let words): CodeDictionary(distinct: Buffer(words))
    case .texts(let texts): CodeDictionary(texts)
    }
  }
}
