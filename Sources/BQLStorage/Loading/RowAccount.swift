/// Adds up what became of the rows of all blocks.
struct RowAccount {
  private(set) var rowsRead = 0
  private(set) var filteredRows = 0
  private(set) var outOfOrderRows = 0
  /// By column.
  private(set) var badValues: [BadValues]
  private(set) var rejections: [LoadReport.Rejection] = []
  private(set) var warnings: [String] = []
  /// By column: ids in scientific notation.
  private(set) var damagedIds: [Int: Finding] = [:]
  private(set) var negativeValues: Finding?
  private var reasons: [RejectionReason] = []
  private let columns: [FileColumn]

  /// Values of a column that do not fit what it is read as.
  struct BadValues {
    var count = 0
    /// Where the first one stands; its line counts from 1.
    var firstFile = ""
    var firstLine = 0
  }

  /// Rows in which a column has a value of some kind.
  struct Finding {
    var column: Int
    var rowCount = 0
    /// Where the first one stands; its line counts from 1.
    var firstFile = ""
    var firstLine = 0
    var example = ""

    var place: String { "\(firstFile):\(firstLine)" }
  }

  init(_ blocks: [BlockResult], files: [InputFile], columns: [FileColumn]) {
    self.columns = columns
    badValues = columns.map { _ in BadValues() }
    var lastTime: Int64?
    Self.forEachBlock(blocks, files) { block, linesBefore in
      rowsRead += block.rowsRead
      filteredRows += block.rowsFiltered
      outOfOrderRows += block.outOfOrderRows
      if block.rowsKept > 0 {
        if let lastTime, block.firstTime < lastTime { outOfOrderRows += 1 }
        lastTime = block.lastTime
      }
      for column in columns.indices where block.badValues[column].count > 0 {
        if badValues[column].count == 0 {
          badValues[column].firstFile = files[block.file].path
          badValues[column].firstLine = linesBefore + block.badValues[column].firstLine + 1
        }
        badValues[column].count += block.badValues[column].count
      }
      for rejection in block.rejections {
        add(rejection, file: files[block.file].path, linesBefore)
      }
      for found in block.damagedIds {
        add(found, to: &damagedIds[found.column], files[block.file].path, linesBefore)
      }
      if let found = block.negativeValues {
        add(found, to: &negativeValues, files[block.file].path, linesBefore)
      }
    }
    warnAboutEmptyKeys()
  }

  /// Rows left out because they are malformed, not for lack of a key.
  var badRowCount: Int {
    reasons.indices.reduce(0) { $0 + (reasons[$1].isEmptyKey ? 0 : rejections[$1].rowCount) }
  }

  func rejection(_ reason: RejectionReason) -> LoadReport.Rejection? {
    reasons.firstIndex(of: reason).map { rejections[$0] }
  }

  /// The rejected rows of all blocks in order, as the rejects file has them.
  func rejectedRows(
    _ blocks: [BlockResult],
    _ files: [InputFile]
  ) -> [RejectsFile.Row] {
    var rows: [RejectsFile.Row] = []
    Self.forEachBlock(blocks, files) { block, linesBefore in
      for row in block.rejectedRows {
        rows.append(
          RejectsFile.Row(
            file: files[block.file].path,
            line: linesBefore + row.line + 1,
            reason: row.reason.text(columns),
            text: row.text
          )
        )
      }
    }
    return rows
  }

  private static func forEachBlock(
    _ blocks: [BlockResult],
    _ files: [InputFile],
    _ body: (BlockResult, Int) -> Void
  ) {
    var file = -1
    var lines = 0
    for block in blocks {
      if block.file != file {
        file = block.file
        lines = files[file].lineStart
      }
      body(block, lines)
      lines += block.lineCount
    }
  }

  private func add(
    _ found: ColumnFinding,
    to finding: inout Finding?,
    _ file: String,
    _ linesBefore: Int
  ) {
    var sum =
      finding
      ?? Finding(
        column: found.column,
        firstFile: file,
        firstLine: linesBefore + found.firstLine + 1,
        example: found.example
      )
    sum.rowCount += found.rowCount
    finding = sum
  }

  private mutating func add(
    _ rejection: BlockResult.Rejection,
    file: String,
    _ linesBefore: Int
  ) {
    if let index = reasons.firstIndex(of: rejection.reason) {
      rejections[index].rowCount += rejection.rowCount
      return
    }
    reasons.append(rejection.reason)
    rejections.append(
      LoadReport.Rejection(
        reason: rejection.reason.text(columns),
        rowCount: rejection.rowCount,
        firstFile: file,
        firstLine: linesBefore + rejection.firstLine + 1,
        example: rejection.example
      )
    )
  }

  private mutating func warnAboutEmptyKeys() {
    for (index, reason) in reasons.enumerated() where reason.isEmptyKey {
      let count = rejections[index].rowCount
      guard count * 1_000 > rowsRead else { continue }
      let permille = count * 1_000 / max(rowsRead, 1)
      warnings.append(
        "\(count) of \(rowsRead) rows (\(permille / 10).\(permille % 10) %) were left out because "
          + rejections[index].reason
      )
    }
  }
}
