import BQLColumnar
import Glibc
import Synchronization

/// Names the rows of one block of input, in the buffer that holds them.
struct Block {
  /// The block's place in the order of all files' text.
  let index: Int
  let file: Int
  /// Where it starts in a plain file.
  let position: Int
  /// Where the first row starts and the last one ends, behind a line feed.
  let start: Int
  let end: Int
  /// Says that both are known to be row boundaries; otherwise they are line ends that may lie
  /// inside quotes.
  let isExact: Bool
  /// Says that the file ends without a line end, behind the last row here.
  let isCut: Bool
}

/// Cuts the text of a load's files into blocks, which workers take in order.
///
/// A plain file is cut at line ends near multiples of the block size, each block read by the worker
/// that took it. Such a line end may lie inside quotes: reading then goes on from the block's start
/// with one block that is cut at a row's end. An archive is read in order, one worker at a time, and
/// cut at row ends.
final class BlockSource: Sendable {
  /// Names a place in the text of all files from which on blocks are made.
  struct Start: Sendable {
    /// The number of the block that starts there.
    var index = 0
    var file = 0
    /// In the file; nil where its rows start.
    var position: Int?
    /// Says that the first block is cut at a row's end.
    var isExact = false
  }

  /// Where the reading stands; touched only by the holder of `turn`.
  private final class Cursor: @unchecked Sendable {
    var next: Start
    /// Says that the next block starts at a row and not at a line end that is to be found.
    var isAtRow = true
    var stream: RowStream?
    var isStopped = false

    init(_ start: Start) { next = start }
  }

  private let files: [InputFile]
  private let dialect: Dialect
  private let columnCount: Int
  private let blockByteCount: Int
  private let turn = Mutex<Void>(())
  private let cursor: Cursor
  private let bytesRead = Atomic<Int>(0)

  init(
    _ files: [InputFile],
    dialect: Dialect,
    columnCount: Int,
    blockByteCount: Int,
    from start: Start
  ) {
    self.files = files
    self.dialect = dialect
    self.columnCount = columnCount
    self.blockByteCount = max(blockByteCount, 1)
    cursor = Cursor(start)
  }

  /// Bytes of text handed out so far.
  var position: Int { bytesRead.load(ordering: .relaxed) }

  /// Hands out no further blocks.
  func stop() {
    turn.withLock { _ in cursor.isStopped = true }
  }

  private enum Claim {
    case plain(index: Int, file: Int, position: Int, isAtRow: Bool)
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
    case .plain(let index, let file, let position, let isAtRow):
      let block = try read(buffer, index, file, position, isAtRow)
      bytesRead.add(block.end - block.start, ordering: .relaxed)
      return block
    }
  }

  private func nextClaim(_ buffer: TextBuffer) throws(LoadError) -> Claim? {
    while !cursor.isStopped, cursor.next.file < files.count {
      let number = cursor.next.file
      let file = files[number]
      let position = cursor.next.position ?? file.textStart
      if let byteCount = file.textByteCount, !cursor.next.isExact {
        if position < byteCount {
          defer {
            cursor.next.index += 1
            cursor.next.position = position + blockByteCount
            cursor.isAtRow = false
          }
          return .plain(
            index: cursor.next.index,
            file: number,
            position: position,
            isAtRow: cursor.isAtRow
          )
        }
      } else if let block = try nextRows(file, number, from: position, into: buffer) {
        return .ready(block)
      }
      cursor.next.file += 1
      cursor.next.position = nil
      cursor.next.isExact = false
      cursor.isAtRow = true
      cursor.stream = nil
    }
    return nil
  }

  /// Reads whole rows, in order; nil at the end of the file.
  private func nextRows(
    _ file: InputFile,
    _ number: Int,
    from position: Int,
    into buffer: TextBuffer
  ) throws(LoadError) -> Block? {
    let isPlain = file.textByteCount != nil
    if cursor.stream == nil {
      cursor.stream = RowStream(
        isPlain ? FileReader(file.file, from: position) : try file.makeReader(),
        path: file.path,
        dialect: dialect,
        skipping: isPlain ? 0 : file.textStart,
        blockByteCount: blockByteCount
      )
    }
    guard let rows = try cursor.stream?.next(into: buffer) else { return nil }
    let isCut = cursor.stream?.isCut ?? false
    defer { cursor.next.index += 1 }
    if isPlain {
      // One block was to be cut at a row's end; the next one starts there.
      cursor.next.position = position + rows.count
      cursor.next.isExact = false
      cursor.stream = nil
    }
    return Block(
      index: cursor.next.index,
      file: number,
      position: position,
      start: rows.lowerBound,
      end: rows.upperBound,
      isExact: true,
      isCut: isCut
    )
  }

  /// Reads the rows of a plain file from the cut at or behind `position` to the cut one block on.
  private func read(
    _ buffer: TextBuffer,
    _ index: Int,
    _ number: Int,
    _ position: Int,
    _ isAtRow: Bool
  ) throws(LoadError) -> Block {
    let file = files[number]
    // The byte before tells whether a line starts at `position`.
    let lead = isAtRow ? 0 : 1
    let nominal = lead + blockByteCount
    let cut = BlockCut(dialect: dialect, columnCount: columnCount)
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
      let textEnd = isComplete ? buffer.endLastLine(count: count) : count
      let bounds = buffer.withView(count: textEnd) { text -> Range<Int>? in
        guard
          let start = isAtRow ? 0 : cut.position(in: text, from: 0, isComplete: isComplete),
          let end = cut.position(in: text, from: nominal - 1, isComplete: isComplete)
        else { return nil }
        return start..<max(start, end)
      }
      if let bounds {
        return Block(
          index: index,
          file: number,
          position: position - lead + bounds.lowerBound,
          start: bounds.lowerBound,
          end: bounds.upperBound,
          isExact: false,
          isCut: textEnd > count && bounds.upperBound == textEnd
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
