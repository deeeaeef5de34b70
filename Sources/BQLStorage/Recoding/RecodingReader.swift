import BQLColumnar

/// Reads a text whose rows are rewritten by a ``RowRecoder``.
final class RecodingReader: ByteReader {
  private let source: any ByteReader
  private let rows: RowRecoder
  private let path: String
  private let input = MemoryRegion(byteCount: inputByteCount)
  /// What was read and not rewritten yet: the beginning of a row.
  private var pending: [UInt8] = []
  private var isAtEnd = false
  private var isAtStart = true
  private var skippedLineCount = 0
  private var output = ByteQueue()

  private static let inputByteCount = 256 << 10

  init(_ source: any ByteReader, rows: RowRecoder, path: String) {
    self.source = source
    self.rows = rows
    self.path = path
  }

  func read(into region: MemoryRegion, at offset: Int, count: Int) throws(LoadError) -> Int {
    while output.isEmpty {
      if isAtEnd, pending.isEmpty { return 0 }
      if !isAtEnd { try readMore() }
      recode()
      if pending.count > Dialect.longestRow { throw .tooLongRow(in: path) }
    }
    return output.take(into: region, at: offset, count: count)
  }

  private func readMore() throws(LoadError) {
    let more = try source.read(into: input, at: 0, count: Self.inputByteCount)
    isAtEnd = more == 0
    input.withMutableSpan(of: UInt8.self, byteOffset: 0, count: more) { span in
      for index in span.indices { pending.append(span[index]) }
    }
    if isAtStart, pending.count >= 3 || isAtEnd {
      isAtStart = false
      if pending.starts(with: [0xEF, 0xBB, 0xBF]) { pending.removeFirst(3) }
    }
  }

  /// Rewrites all whole rows that are there.
  private func recode() {
    if isAtStart { return }
    var start = 0
    output.fill { bytes in
      while start < pending.count {
        let next =
          skippedLineCount < rows.skippedLineCount
          ? rows.copyLine(pending, from: start, isComplete: isAtEnd, into: &bytes)
          : rows.recode(pending, from: start, isComplete: isAtEnd, into: &bytes)
        guard let next else { break }
        skippedLineCount += 1
        start = next
      }
    }
    pending.removeFirst(start)
  }
}
