import Synchronization

/// Holds the distinct texts that a column's codes stand for, in Arrow's large_utf8 layout.
///
/// Entry *i* is `bytes[offsets[i]..<offsets[i + 1]]`. A dictionary never changes after it is made,
/// so its identity (`===`) means "the same codes mean the same texts". Entries are usually, but not
/// by rule, distinct: two codes may spell the same text, and comparison is always by text.
package final class TextDictionary: Sendable {
  package let offsets: [Int]
  package let bytes: [UInt8]
  /// Whether no text stands twice; nil where nobody asked yet.
  private let distinctness: Mutex<Bool?>

  /// Makes a dictionary from `count + 1` ascending offsets into UTF-8 bytes.
  ///
  /// `isDistinct` says whether all texts differ, where the caller knows it; else it is found out
  /// when first asked.
  package init(offsets: [Int], bytes: [UInt8], isDistinct: Bool? = nil) {
    precondition(offsets.first == 0 && offsets.last == bytes.count)
    self.offsets = offsets
    self.bytes = bytes
    distinctness = Mutex(isDistinct)
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

  package var count: Int { offsets.count - 1 }

  /// Returns the text that `code` stands for; damaged UTF-8 is repaired with U+FFFD.
  package subscript(code: Int) -> String {
    String(decoding: utf8(code), as: UTF8.self)
  }

  /// Returns the bytes of the text that `code` stands for.
  package func utf8(_ code: Int) -> ArraySlice<UInt8> {
    bytes[offsets[code]..<offsets[code + 1]]
  }

  /// The texts in code order.
  package var texts: [String] { (0..<count).map { self[$0] } }
}
