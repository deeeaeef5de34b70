package import BQLColumnar

/// Tells what the codes of a stored text column stand for.
package final class CodeDictionary: Sendable {
  /// The entries as texts; sessions that are UUIDs keep 16 bytes each until a text is asked for.
  package let texts: TextDictionary

  package init(_ texts: TextDictionary) {
    self.texts = texts
  }

  /// Makes a dictionary of UUIDs, which all differ: entry *i* is words 2*i* (first eight bytes,
  /// big-endian) and 2*i* + 1.
  package convenience init(distinct uuids: Buffer<UInt64>) {
    self.init(TextDictionary(distinct: uuids))
  }

  package var count: Int { texts.count }
}
