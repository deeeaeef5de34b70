/// Looks through files for the first date that tells whether days or months come first.
struct DateOrderScan {
  let files: [InputFile]
  let dialect: Dialect
  let columnCount: Int
  let isCancelled: @Sendable () -> Bool

  private static let blockByteCount = 1 << 20

  /// Returns the order that the first such date of a column has, with the date; nil where every
  /// date of all files may be read both ways.
  ///
  /// - Complexity: Reads the files up to that date, in blocks of 1 MB.
  func order(column: Int) throws(LoadError) -> (order: DateOrder, example: String)? {
    for file in files {
      let stream = RowStream(
        try file.makeReader(),
        path: file.path,
        dialect: dialect,
        skipping: file.textStart,
        blockByteCount: Self.blockByteCount
      )
      let index = RowIndex(dialect: dialect, columnCount: columnCount)
      let buffer = TextBuffer(capacity: 1 << 16)
      while let rows = try stream.next(into: buffer) {
        if isCancelled() { throw .cancelled }
        _ = index.index(
          buffer,
          rows.lowerBound,
          rows.upperBound,
          isExact: true,
          order: file.columnOrder
        )
        if let found = index.withFields(buffer, { Self.order(in: $0, column) }) { return found }
      }
    }
    return nil
  }

  private static func order(
    in fields: FieldView,
    _ column: Int
  ) -> (order: DateOrder, example: String)? {
    var found: (order: DateOrder, example: String)?
    _ = fields.forEach(column, from: 0) { _, start, end in
      if start < end, let order = TimeText.order(of: fields.text, start, end),
        order == .dayFirst || order == .monthFirst
      {
        found = (order, fields.text.text(start..<end))
      }
      return found == nil
    }
    return found
  }
}
