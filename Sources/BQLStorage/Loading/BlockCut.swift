/// Chooses where a plain file is cut into blocks: the same place for both blocks, told from the text
/// behind a position alone.
struct BlockCut {
  let dialect: Dialect
  let columnCount: Int

  /// A cut is looked for among so many lines: enough to be past the lines of a quoted text.
  private static let lineCount = 16
  /// Rows longer than this are not looked at.
  private static let rowByteCount = 16 << 10

  /// Returns the first line start behind `position` at which a row of the right length stands; else
  /// the first one at all.
  ///
  /// A row of the right length is a sign, not a proof, that the line does not start inside quotes.
  /// Nil where the text does not reach far enough to tell; `isComplete` says that nothing follows it
  /// in the file.
  func position(in text: TextView, from position: Int, isComplete: Bool) -> Int? {
    guard let feed = text.firstLineFeed(from: position) else {
      return isComplete ? text.count : nil
    }
    let first = feed + 1
    var line = first
    for _ in 0..<Self.lineCount {
      if line >= text.count { break }
      // What lies further away must not matter: the blocks on both sides see different ends.
      let limit = line + Self.rowByteCount
      if text.count < limit, !isComplete { return nil }
      if isRow(text, line, min(limit, text.count)) { return line }
      guard let next = text.firstLineFeed(from: line), next < limit else { break }
      line = next + 1
    }
    return first
  }

  /// Says whether a row of the right length starts at `start` and ends before `limit`.
  private func isRow(_ text: TextView, _ start: Int, _ limit: Int) -> Bool {
    var fieldStart = start
    var fields = 1
    var position = start
    while position < limit {
      let byte = text[position]
      if byte == dialect.quote, position == fieldStart {
        position += 1
        while position < limit {
          if text[position] == dialect.quote {
            guard position + 1 < limit, text[position + 1] == dialect.quote else {
              break
            }
            position += 1
          }
          position += 1
        }
        position += 1
        guard position < limit, [dialect.delimiter, 10, 13].contains(text[position]) else {
          return false
        }
        continue
      }
      if byte == Dialect.lineFeed { return fields == columnCount }
      if byte == dialect.delimiter {
        fields += 1
        fieldStart = position + 1
      }
      position += 1
    }
    return false
  }
}
