/// Searches and cuts texts byte by byte, which on UTF-8 needs no decoding.
enum Bytes {
  /// The longest text that a function may make, in bytes.
  static let limit = 1 << 24

  static var tooLong: FunctionError { .badArgument("a text holds at most \(limit) bytes") }

  /// Returns where `part` first stands in `text`, at `start` or later; an empty part stands at
  /// once.
  ///
  /// - Complexity: O(|text| · |part|); parts are short.
  static func find(_ part: Utf8, in text: Utf8, from start: Int? = nil) -> Int? {
    var index = start ?? text.startIndex
    guard let first = part.first else { return index }
    let rest = part.dropFirst()
    while index + part.count <= text.endIndex {
      if text[index] == first, text[(index + 1)...].starts(with: rest) { return index }
      index += 1
    }
    return nil
  }

  /// Returns part `number` of the parts between separators.
  ///
  /// Parts are 1, 2, … from the start and −1, −2, … from the end; empty where there is no such
  /// part. An empty separator separates nothing.
  static func part(_ number: Int64, of text: Utf8, separatedBy separator: Utf8) -> Utf8 {
    if separator.isEmpty { return number == 1 || number == -1 ? text : [] }
    var wanted = number
    if number < 0 {
      var parts: Int64 = 1
      var index = text.startIndex
      while let found = find(separator, in: text, from: index) {
        parts += 1
        index = found + separator.count
      }
      wanted = parts + 1 + number
    }
    var start = text.startIndex
    var current: Int64 = 1
    while current <= wanted {
      let end = find(separator, in: text, from: start)
      if current == wanted { return text[start..<(end ?? text.endIndex)] }
      guard let end else { break }
      start = end + separator.count
      current += 1
    }
    return []
  }

  static func replacing(
    _ part: Utf8,
    in text: Utf8,
    by replacement: Utf8
  ) throws(FunctionError) -> Utf8 {
    guard !part.isEmpty, var found = find(part, in: text) else { return text }
    var result: [UInt8] = []
    var index = text.startIndex
    while true {
      result.append(contentsOf: text[index..<found])
      result.append(contentsOf: replacement)
      if result.count > limit { throw tooLong }
      index = found + part.count
      guard let next = find(part, in: text, from: index) else { break }
      found = next
    }
    result.append(contentsOf: text[index...])
    return result[...]
  }
}
