/// Collects the rejected rows of one block.
struct RejectionLog {
  private let plan: PassPlan
  private let rows: RowIndex
  private let text: TextView
  private var rejections: [BlockResult.Rejection] = []
  private var rejectedRows: [(text: [UInt8], reason: RejectionReason, line: Int)] = []

  private static let exampleByteCount = 160

  init(plan: PassPlan, rows: RowIndex, text: TextView) {
    self.plan = plan
    self.rows = rows
    self.text = text
  }

  mutating func add(_ row: RowIndex.FaultyRow) {
    add(.fault(row.fault), row.range, row.line, example: row.range)
  }

  /// Adds a row whose field in the reason's column is bad or missing.
  mutating func add(_ row: Int, _ reason: RejectionReason, _ fields: FieldView) {
    let source = rows.source(ofRow: row, in: fields)
    var example: String?
    if case .badValue(let column) = reason {
      let range = fields.range(row, column)
      example = fields.text.text(range.prefix(Self.exampleByteCount))
    }
    add(reason, source.range, source.line, example: source.range, exampleText: example)
  }

  private mutating func add(
    _ reason: RejectionReason,
    _ range: Range<Int>,
    _ line: Int,
    example: Range<Int>,
    exampleText: String? = nil
  ) {
    if plan.rejectsBudget?.take(range.count) == true {
      rejectedRows.append((range.map { text[$0] }, reason, line))
    }
    if let index = rejections.firstIndex(where: { $0.reason == reason }) {
      rejections[index].rowCount += 1
      if line < rejections[index].firstLine {
        rejections[index].firstLine = line
        rejections[index].example = exampleText ?? text.text(example.prefix(Self.exampleByteCount))
      }
      return
    }
    rejections.append(
      BlockResult.Rejection(
        reason: reason,
        rowCount: 1,
        firstLine: line,
        example: exampleText ?? text.text(example.prefix(Self.exampleByteCount))
      )
    )
  }

  /// Returns what was collected, in the order of the rows.
  consuming func finish() -> (
    [BlockResult.Rejection], [(text: [UInt8], reason: RejectionReason, line: Int)]
  ) {
    (
      rejections.sorted { $0.firstLine < $1.firstLine },
      rejectedRows.sorted { $0.line < $1.line }
    )
  }
}
