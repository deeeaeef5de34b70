/// Cuts and turns texts by characters: Unicode scalars, each a byte that continues none and the
/// continuing bytes after it.
enum Scalars {
  struct Ends: OptionSet {
    let rawValue: Int
    static let start = Ends(rawValue: 1)
    static let end = Ends(rawValue: 2)
  }

  @inline(__always)
  static func isStart(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }

  static func count(_ text: Utf8) -> Int {
    var count = 0
    for byte in text where isStart(byte) { count += 1 }
    return count
  }

  /// Returns the first `count` characters; none for 0 and below.
  static func prefix(_ count: Int64, of text: Utf8) -> Utf8 {
    text[text.startIndex..<index(after: count, of: text)]
  }

  /// Returns what follows the first `count` characters.
  static func dropFirst(_ count: Int64, of text: Utf8) -> Utf8 {
    text[index(after: count, of: text)...]
  }

  /// Returns how many characters are left of a text without `count` of them; not below 0.
  static func remaining(_ text: Utf8, without count: UInt64) -> Int64 {
    max(0, Int64(Self.count(text)) - Int64(clamping: count))
  }

  static func lowercased(_ text: Utf8) -> Utf8 {
    if text.allSatisfy({ $0 < 0x80 }) {
      return text.map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }[...]
    }
    return Array(String(decoding: text, as: UTF8.self).lowercased().utf8)[...]
  }

  static func uppercased(_ text: Utf8) -> Utf8 {
    if text.allSatisfy({ $0 < 0x80 }) {
      return text.map { $0 >= 97 && $0 <= 122 ? $0 & ~0x20 : $0 }[...]
    }
    return Array(String(decoding: text, as: UTF8.self).uppercased().utf8)[...]
  }

  static func reversed(_ text: Utf8) -> Utf8 {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var end = text.endIndex
    for index in text.indices.reversed() where isStart(text[index]) {
      result.append(contentsOf: text[index..<end])
      end = index
    }
    return result[...]
  }

  /// Removes the characters that occur in `characters` from the ends.
  static func trimming(_ text: Utf8, _ characters: Utf8, _ ends: Ends) -> Utf8 {
    let unwanted = split(characters)
    var rest = text
    while ends.contains(.start), !rest.isEmpty {
      let first = prefix(1, of: rest)
      guard unwanted.contains(where: { $0.elementsEqual(first) }) else { break }
      rest = rest.dropFirst(first.count)
    }
    while ends.contains(.end), !rest.isEmpty {
      let start = rest.lastIndex(where: isStart) ?? rest.startIndex
      let last = rest[start...]
      guard unwanted.contains(where: { $0.elementsEqual(last) }) else { break }
      rest = rest.dropLast(last.count)
    }
    return rest
  }

  /// Fills up to `count` characters with `fill`, repeated, or cuts to them.
  static func padding(
    _ text: Utf8,
    to count: Int64,
    with fill: Utf8,
    isLeft: Bool
  ) throws(FunctionError) -> Utf8 {
    let length = Int64(Self.count(text))
    let pieces = split(fill)
    guard count > length, !pieces.isEmpty else { return prefix(count, of: text) }
    if count > Int64(Bytes.limit) { throw Bytes.tooLong }
    var padding: [UInt8] = []
    for position in 0..<Int(count - length) {
      padding.append(contentsOf: pieces[position % pieces.count])
    }
    if padding.count + text.count > Bytes.limit { throw Bytes.tooLong }
    return isLeft ? padding + text : text + padding
  }

  /// Returns the characters of a text, each as its bytes.
  static func split(_ text: Utf8) -> [Utf8] {
    var pieces: [Utf8] = []
    var start = text.startIndex
    for index in text.indices.dropFirst() where isStart(text[index]) {
      pieces.append(text[start..<index])
      start = index
    }
    if start < text.endIndex { pieces.append(text[start...]) }
    return pieces
  }

  private static func index(after count: Int64, of text: Utf8) -> Int {
    guard count > 0 else { return text.startIndex }
    var seen: Int64 = 0
    for index in text.indices where isStart(text[index]) {
      if seen == count { return index }
      seen += 1
    }
    return text.endIndex
  }
}
