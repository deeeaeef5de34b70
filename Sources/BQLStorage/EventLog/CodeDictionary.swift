package import BQLColumnar
import Synchronization

/// Tells what the codes of a stored text column stand for.
///
/// Sessions that are UUIDs keep 16 bytes each; their text is made, once, when a statement first
/// reads it as text.
package final class CodeDictionary: Sendable {
  private enum Source: Sendable {
    case texts(TextDictionary)
    case uuids(Buffer<UInt64>)
  }

  private let source: Source
  private let rendered: Mutex<TextDictionary?>

  package init(_ texts: TextDictionary) {
    source = .texts(texts)
    rendered = Mutex(texts)
  }

  /// Makes a dictionary of UUIDs: entry *i* is words 2*i* (first eight bytes, big-endian) and
  /// 2*i* + 1.
  package init(uuids: Buffer<UInt64>) {
    source = .uuids(uuids)
    rendered = Mutex(nil)
  }

  package var count: Int {
    switch source {
    case .texts(let texts): texts.count
    case .uuids(let words): words.count / 2
    }
  }

  /// The entries as texts.
  package var texts: TextDictionary {
    rendered.withLock { cached in
      if let cached { return cached }
      let made = render()
      cached = made
      return made
    }
  }

  private func render() -> TextDictionary {
    switch source {
    case .texts(let texts): return texts
    case .uuids(let words):
      let digits = Array("0123456789abcdef".utf8)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count * 36)
      words.withSpan { words in
        for index in 0..<words.count {
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
      let offsets = (0...count).map { $0 * 36 }
      return TextDictionary(offsets: offsets, bytes: bytes)
    }
  }
}
