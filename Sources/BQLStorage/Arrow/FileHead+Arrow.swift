import BQLColumnar

extension FileHead {
  /// Tells the columns of Arrow data, and samples their rows for what Arrow does not say: which
  /// numbers are times, and which are money.
  init(_ input: ArrowInput, sampleByteCount: Int) throws(LoadError) {
    var warnings: [String] = []
    columns = HeaderNames.unique(input.schema.fields.map(\.name), &warnings)
    guard !columns.isEmpty else {
      throw .notData(path: input.path, kind: "Arrow data without a column", hint: nil)
    }
    self.warnings = warnings
    dialect = Dialect()
    hasHeader = true
    textStart = 0
    lineStart = 0
    let buffer = TextBuffer(capacity: 2 * (sampleByteCount + 1))
    let reader = try input.makeTextReader()
    var count = try buffer.fill(at: 0, count: sampleByteCount) {
      (region, offset, count) throws(LoadError) in
      try reader.fill(region, at: offset, count: count)
    }
    let isComplete = count < sampleByteCount
    if isComplete { count = buffer.endLastLine(count: count) }
    let (columnCount, dialect) = (columns.count, dialect)
    (samples, sampledRowCount) = buffer.withView(count: count) { text in
      Self.sample(text, buffer, from: 0, dialect, columnCount, isComplete: isComplete)
    }
  }
}
