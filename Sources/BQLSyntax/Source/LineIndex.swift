/// Turns offsets of a source into lines and columns, both counted from 1.
package struct LineIndex: Sendable {
  /// Holds a place as people count it.
  package struct Position: Hashable, Sendable {
    package var line: Int
    /// Counts characters as they are seen: `é` and an emoji are one each, a tab is one.
    package var column: Int
  }

  let bytes: [UInt8]
  private let starts: [Int]

  /// - Complexity: O(*n*).
  package init(_ source: Source) {
    bytes = Array(source.text.utf8)
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(index + 1)
    }
    self.starts = starts
  }

  package var lineCount: Int { starts.count }

  /// Returns the place of an offset; offsets beyond the text count as its end.
  ///
  /// - Complexity: O(log *lines* + length of the line).
  package func position(of offset: Int) -> Position {
    let offset = min(max(offset, 0), bytes.count)
    let line = lineNumber(of: offset)
    let before = string(starts[line - 1], characterStart(offset))
    return Position(line: line, column: before.count + 1)
  }

  /// Returns the number of the line that holds the offset.
  func lineNumber(of offset: Int) -> Int {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// Returns the offsets of a line without its end; lines outside the text are empty.
  func range(ofLine line: Int) -> SourceRange {
    guard line >= 1, line <= starts.count else { return SourceRange(bytes.count, bytes.count) }
    var end = line < starts.count ? starts[line] - 1 : bytes.count
    if end > starts[line - 1], bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return SourceRange(starts[line - 1], end)
  }

  /// Returns the text between two offsets, both held within the text.
  func string(_ start: Int, _ end: Int) -> String {
    let start = min(max(start, 0), bytes.count)
    let end = min(max(end, start), bytes.count)
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// Moves an offset back to the start of its UTF-8 character.
  private func characterStart(_ offset: Int) -> Int {
    var offset = offset
    while offset > 0, offset < bytes.count, bytes[offset] & 0xC0 == 0x80 {
      offset -= 1
    }
    return offset
  }
}
