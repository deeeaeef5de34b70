import Glibc

extension TextBuffer {
  /// Ends the first `count` bytes in a line feed and returns how many they are then.
  func endLastLine(count: Int) -> Int {
    withMutableSpan { span in
      if count == 0 || span[count - 1] == Dialect.lineFeed { return count }
      span[count] = Dialect.lineFeed
      return count + 1
    }
  }
}

extension TextView {
  /// The position of the first line feed at or after `start`.
  func firstLineFeed(from start: Int) -> Int? { first(Dialect.lineFeed, from: start) }

  /// The position of the first `byte` at or after `start`.
  func first(_ byte: UInt8, from start: Int) -> Int? {
    guard start < count else { return nil }
    return unsafe withBytes(from: start) { bytes in
      // `memchr` reads no more than the text's bytes from `start` on.
      guard let found = unsafe memchr(bytes, Int32(byte), count - start) else { return nil }
      return unsafe start + (UnsafeRawPointer(found) - UnsafeRawPointer(bytes))
    }
  }
}

/// Reads a text in order and cuts it at the ends of rows.
final class RowStream {
  private let reader: any ByteReader
  private let path: String
  private let boundary: RowBoundary
  private var skipping: Int
  private let blockByteCount: Int
  /// What was read behind the last block: the beginning of a row.
  private var rest: [UInt8] = []
  private var isAtEnd = false
  /// Whether the text ended without a line end, which then stands behind the last row in the buffer.
  private(set) var isCut = false

  init(
    _ reader: any ByteReader,
    path: String,
    dialect: Dialect,
    skipping: Int,
    blockByteCount: Int
  ) {
    self.reader = reader
    self.path = path
    boundary = RowBoundary(dialect: dialect)
    self.skipping = skipping
    self.blockByteCount = blockByteCount
  }

  /// Reads whole rows into `buffer` and returns where they are; nil at the end.
  func next(into buffer: TextBuffer) throws(LoadError) -> Range<Int>? {
    if isAtEnd { return nil }
    var count = rest.count
    var wanted = max(skipping, count) + blockByteCount
    buffer.grow(to: wanted + 1, keeping: 0)
    buffer.withMutableSpan { span in
      for index in rest.indices { span[index] = rest[index] }
    }
    while true {
      let room = wanted - count
      let more = try buffer.fill(at: count, count: room) {
        (region, offset, room) throws(LoadError) in
        try reader.fill(region, at: offset, count: room)
      }
      count += more
      isAtEnd = more < room
      if isAtEnd {
        let end = buffer.endLastLine(count: count)
        isCut = end > count
        count = end
      }
      let start = min(skipping, count)
      let end = buffer.withView(count: count) { lastRowEnd($0, from: start) }
      if end > start || isAtEnd {
        rest = buffer.withMutableSpan { span in (end..<count).map { span[$0] } }
        skipping = 0
        return start..<end
      }
      if wanted > max(blockByteCount, skipping) + Dialect.longestRow {
        throw .tooLongRow(in: path)
      }
      wanted *= 2
      buffer.grow(to: wanted + 1, keeping: count)
    }
  }

  /// The end of the last whole row; `start` where there is none.
  private func lastRowEnd(_ text: TextView, from start: Int) -> Int {
    if isAtEnd { return text.count }
    if text.first(boundary.dialect.quote, from: start) == nil {
      var end = text.count
      while end > start, text[end - 1] != Dialect.lineFeed { end -= 1 }
      return end
    }
    var end = start
    while end < text.count, case .at(let next) = boundary.end(of: end, in: text, isComplete: false)
    {
      end = next
    }
    return end
  }
}
