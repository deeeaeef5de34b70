import Synchronization

/// Holds the distinct texts that a column's codes stand for, in Arrow's large_utf8 layout.
///
/// Entry *i* is `bytes[offsets[i]..<offsets[i + 1]]`. A dictionary never changes after it is made,
/// so its identity (`===`) means "the same codes mean the same texts". Entries are usually, but not
/// by rule, distinct: two codes may spell the same text, and comparison is always by text.
///
/// Texts that are UUIDs may be given as 128-bit numbers; they are spelled, all at once, when a text
/// is first asked for. What lies in a file is read, all at once, when it is first asked for.
package final class TextDictionary: Sendable {
  /// Holds the texts' bytes.
  private final class Spelling: Sendable {
    let offsets: [Int]
    let bytes: [UInt8]

    init(offsets: [Int], bytes: [UInt8]) {
      self.offsets = offsets
      self.bytes = bytes
    }
  }

  /// Holds UUIDs as numbers.
  private final class Words: Sendable {
    let buffer: Buffer<UInt64>

    init(_ buffer: Buffer<UInt64>) { self.buffer = buffer }
  }

  package let count: Int
  private let words = AtomicLazyReference<Words>()
  /// Reads the UUIDs; nil where they are known, or where texts are none.
  private let readWords: (@Sendable () -> Buffer<UInt64>)?
  private let spelling = AtomicLazyReference<Spelling>()
  /// Reads the texts' offsets and bytes; nil where they are known or UUIDs.
  private let readTexts: (@Sendable () -> (offsets: [Int], bytes: [UInt8]))?
  /// Whether no text stands twice; nil where nobody asked yet.
  private let distinctness: Mutex<Bool?>

  /// Makes a dictionary from `count + 1` ascending offsets into UTF-8 bytes.
  ///
  /// `isDistinct` says whether all texts differ, where the caller knows it; else it is found out
  /// when first asked.
  package init(offsets: [Int], bytes: [UInt8], isDistinct: Bool? = nil) {
    precondition(offsets.first == 0 && offsets.last == bytes.count)
    count = offsets.count - 1
    readWords = nil
    readTexts = nil
    distinctness = Mutex(isDistinct)
    _ = spelling.storeIfNil(Spelling(offsets: offsets, bytes: bytes))
  }

  /// Makes a dictionary of UUIDs, which all differ, from two words each; see ``uuids``.
  package init(distinct uuids: Buffer<UInt64>) {
    count = uuids.count / 2
    readWords = nil
    readTexts = nil
    distinctness = Mutex(true)
    _ = words.storeIfNil(Words(uuids))
  }

  /// Makes a dictionary of `count` UUIDs, which all differ and which `read` returns when they are
  /// first asked for; see ``uuids``.
  package init(distinctCount count: Int, uuids read: @escaping @Sendable () -> Buffer<UInt64>) {
    self.count = count
    readWords = read
    readTexts = nil
    distinctness = Mutex(true)
  }

  /// Makes a dictionary of `count` texts, whose offsets and bytes `read` returns when one is first
  /// asked for; see ``init(offsets:bytes:isDistinct:)``.
  package init(
    count: Int,
    isDistinct: Bool?,
    texts read: @escaping @Sendable () -> (offsets: [Int], bytes: [UInt8])
  ) {
    self.count = count
    readWords = nil
    readTexts = read
    distinctness = Mutex(isDistinct)
  }

  /// Where all texts are UUIDs in lower case: entry *i* is words 2*i* (first eight bytes,
  /// big-endian) and 2*i* + 1.
  package var uuids: Buffer<UInt64>? {
    if let known = words.load() { return known.buffer }
    // Threads that come here at the same time all read; the first result is kept.
    return readWords.map { words.storeIfNil(Words($0())).buffer }
  }

  private var spelled: Spelling {
    if let known = spelling.load() { return known }
    // As above, all spell.
    if let readTexts {
      let texts = readTexts()
      precondition(texts.offsets.count == count + 1 && texts.offsets.last == texts.bytes.count)
      return spelling.storeIfNil(Spelling(offsets: texts.offsets, bytes: texts.bytes))
    }
    return spelling.storeIfNil(Self.spell(uuids))
  }

  package var offsets: [Int] { spelled.offsets }
  package var bytes: [UInt8] { spelled.bytes }

  private static func spell(_ uuids: Buffer<UInt64>?) -> Spelling {
    guard let uuids else { return Spelling(offsets: [0], bytes: []) }
    let digits = Array("0123456789abcdef".utf8)
    let count = uuids.count / 2
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * 36)
    uuids.withSpan { words in
      for index in 0..<count * 2 {
        for nibble in 0..<16 {
          // Hyphens stand before bytes 4, 6, 8 and 10 of a UUID.
          let byte = (index & 1) * 8 + nibble / 2
          if nibble % 2 == 0, byte == 4 || byte == 6 || byte == 8 || byte == 10 {
            bytes.append(UInt8(ascii: "-"))
          }
          bytes.append(digits[Int(words[index] >> UInt64(60 - nibble * 4) & 15)])
        }
      }
    }
    return Spelling(offsets: (0...count).map { $0 * 36 }, bytes: bytes)
  }

  /// Whether all texts differ, so that equal codes and equal texts are the same.
  ///
  /// - Complexity: O(bytes) when first asked of a dictionary whose maker did not say.
  package var isDistinct: Bool {
    distinctness.withLock { known in
      if let known { return known }
      var builder = TextDictionaryBuilder()
      for code in 0..<count { withText(code) { _ = builder.code(for: $0) } }
      known = builder.count == count
      return builder.count == count
    }
  }

  /// Makes a dictionary of `texts`, coded 0, 1, … in their order.
  package convenience init(_ texts: [String]) {
    var offsets = [0]
    var bytes: [UInt8] = []
    for text in texts {
      bytes.append(contentsOf: text.utf8)
      offsets.append(bytes.count)
    }
    self.init(offsets: offsets, bytes: bytes)
  }

  /// Returns the text that `code` stands for; damaged UTF-8 is repaired with U+FFFD.
  package subscript(code: Int) -> String {
    String(decoding: utf8(code), as: UTF8.self)
  }

  /// Returns the bytes of the text that `code` stands for.
  package func utf8(_ code: Int) -> ArraySlice<UInt8> {
    let spelled = spelled
    return spelled.bytes[spelled.offsets[code]..<spelled.offsets[code + 1]]
  }

  /// Lends the bytes of one text to `body`.
  package func withText<R>(_ code: Int, _ body: (Span<UInt8>) -> R) -> R {
    let spelled = spelled
    let bytes = spelled.bytes
    return body(bytes.span.extracting(spelled.offsets[code]..<spelled.offsets[code + 1]))
  }

  /// The texts in code order.
  package var texts: [String] { (0..<count).map { self[$0] } }
}
