import BQLColumnar
import Glibc
import Synchronization

/// Names the rows of one block of input, in the buffer that holds them.
struct Block {
  /// The block's place in the order of all files' text.
  let index: Int
  let file: Int
  /// Where the first row starts and the last one ends, behind a line feed.
  let start: Int
  let end: Int
  /// Says that both are known to be row boundaries; otherwise they are line ends that may lie
  /// inside quotes.
  let isExact: Bool
}

/// Cuts the text of a load's files into blocks, which workers take in order.
///
/// A plain file is cut at the line ends next to multiples of the block size, each block read by the
/// worker that took it. An archive, or a file in which such a cut fell inside quotes, is read in
/// order, one worker at a time, and cut at row ends.
final class BlockSource: Sendable {
  /// Where the reading stands; touched only by the holder of `turn`.
  private final class Cursor: @unchecked Sendable {
    var file = 0
    /// Where the next block starts in a plain file; nil before the file's first block.
    var position: Int?
    var stream: RowStream?
    var index = 0
    var isStopped = false
  }

  private let files: [InputFile]
  private let dialect: Dialect
  private let blockByteCount: Int
  private let isCareful: Bool
  private let turn = Mutex<Void>(())
  private let cursor = Cursor()
  private let bytesRead = Atomic<Int>(0)

  /// With `isCareful`, plain files, too, are cut at row ends only.
  init(_ files: [InputFile], dialect: Dialect, blockByteCount: Int, isCareful: Bool) {
    self.files = files
    self.dialect = dialect
    self.blockByteCount = max(blockByteCount, 1)
    self.isCareful = isCareful
  }

  /// Bytes of text handed out so far.
  var position: Int { bytesRead.load(ordering: .relaxed) }

  /// Hands out no further blocks.
  func stop() {
    turn.withLock { _ in cursor.isStopped = true }
  }

  private enum Claim {
    case plain(index: Int, file: Int, position: Int, isFirst: Bool)
    case ready(Block)
  }

  /// Reads the next block into `buffer`; nil at the end of the last file.
  func next(into buffer: TextBuffer) throws(LoadError) -> Block? {
    let claim: Claim? = try turn.withLock { _ throws(LoadError) -> Claim? in
      try nextClaim(buffer)
    }
    switch claim {
    case nil: return nil
    case .ready(let block):
      bytesRead.add(block.end - block.start, ordering: .relaxed)
      return block
    case .plain(let index, let file, let position, let isFirst):
      let block = try read(buffer, index, files[file], file, position, isFirst)
      bytesRead.add(block.end - block.start, ordering: .relaxed)
      return block
    }
  }

  private func nextClaim(_ buffer: TextBuffer) throws(LoadError) -> Claim? {
    while !cursor.isStopped, cursor.file < files.count {
      let file = files[cursor.file]
      if let byteCount = file.textByteCount, !isCareful {
        let position = cursor.position ?? file.textStart
        if position < byteCount {
          cursor.position = position + blockByteCount
          cursor.index += 1
          return .plain(
            index: cursor.index - 1,
            file: cursor.file,
            position: position,
            isFirst: position == file.textStart
          )
        }
      } else {
        if cursor.stream == nil {
          cursor.stream = RowStream(
            try file.makeReader(),
            path: file.path,
            dialect: dialect,
            skipping: file.textStart,
            blockByteCount: blockByteCount
          )
        }
        if let rows = try cursor.stream?.next(into: buffer) {
          cursor.index += 1
          return .ready(
            Block(
              index: cursor.index - 1,
              file: cursor.file,
              start: rows.lowerBound,
              end: rows.upperBound,
              isExact: true
            )
          )
        }
      }
      cursor.file += 1
      cursor.position = nil
      cursor.stream = nil
    }
    return nil
  }

  /// Reads the lines of a plain file that start in `position..<position + blockByteCount`.
  private func read(
    _ buffer: TextBuffer,
    _ index: Int,
    _ file: InputFile,
    _ number: Int,
    _ position: Int,
    _ isFirst: Bool
  ) throws(LoadError) -> Block {
    // The byte before tells whether a line starts at `position`.
    let lead = isFirst ? 0 : 1
    let nominal = lead + blockByteCount
    var wanted = nominal + 4_096
    var count = 0
    while true {
      buffer.grow(to: wanted + 1, keeping: count)
      let more = try readFully(buffer, file, at: count, count: wanted - count, position - lead)
      count += more
      let isComplete = count < wanted
      if isComplete, let total = file.textByteCount, position - lead + count < total {
        throw .unreadable(path: file.path, reason: "it became shorter while it was read")
      }
      let cut = buffer.withView(count: count) { text in
        let start = isFirst ? 0 : text.firstLineFeed(from: 0).map { $0 + 1 }
        let end = text.firstLineFeed(from: nominal - 1).map { $0 + 1 }
        return (start: start, end: end)
      }
      if let start = cut.start, let end = cut.end {
        return Block(index: index, file: number, start: start, end: end, isExact: false)
      }
      if isComplete {
        let end = buffer.endLastLine(count: count)
        return Block(
          index: index,
          file: number,
          start: cut.start ?? end,
          end: end,
          isExact: false
        )
      }
      if count > blockByteCount + Dialect.longestRow { throw .tooLongRow(in: file.path) }
      wanted = nominal + (wanted - nominal) * 4
    }
  }

  private func readFully(
    _ buffer: TextBuffer,
    _ file: InputFile,
    at position: Int,
    count: Int,
    _ filePosition: Int
  ) throws(LoadError) -> Int {
    var filled = 0
    while filled < count {
      let more = try buffer.fill(at: position + filled, count: count - filled) {
        (region, offset, room) throws(LoadError) in
        try file.file.read(
          into: region,
          at: offset,
          count: room,
          from: filePosition + position + filled
        )
      }
      if more == 0 { break }
      filled += more
    }
    return filled
  }
}

extension LoadError {
  static func tooLongRow(in path: String) -> LoadError {
    .notData(
      path: path,
      kind: "text with a line of more than \(Dialect.longestRow >> 20) MB",
      hint: nil
    )
  }
}

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
      if isAtEnd { count = buffer.endLastLine(count: count) }
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
