import BQLColumnar

/// What a block holds that the report tells of though its rows are good.
extension BlockWorker {
  /// Notes the rows of a dictionary's column whose texts are in scientific notation.
  func noteDamage(_ fields: FieldView, _ column: Int) {
    let codes = dictionaries[column].scientificCodes
    guard !codes.isEmpty else { return }
    let damaged = Set(codes.map { Int64($0) })
    note(fields, column) { damaged.contains(scratch[column].values[$0]) }
  }

  /// Notes the rows of users or visits whose texts are in scientific notation.
  func noteDamage(_ fields: FieldView, _ column: Int, _ numbering: KeyNumbering) {
    var damaged: Set<Int64> = []
    for row in numbering.firstRows {
      let range = fields.range(Int(row), column)
      if NumberText.isScientific(fields.text, range.lowerBound, range.upperBound) {
        damaged.insert(numbering.numbers[Int(row)])
      }
    }
    guard !damaged.isEmpty else { return }
    note(fields, column) { damaged.contains(numbering.numbers[$0]) }
  }

  private func note(_ fields: FieldView, _ column: Int, _ isDamaged: (Int) -> Bool) {
    var finding = ColumnFinding(column: column)
    for row in 0..<fields.rowCount where !isRejected[row] && isDamaged(row) {
      if finding.rowCount == 0 {
        finding.firstLine = rows.source(ofRow: row, in: fields).line
        finding.example = fields.text.text(fields.range(row, column))
      }
      finding.rowCount += 1
    }
    if finding.rowCount > 0 { damagedIds.append(finding) }
  }

  /// Counts the rows with a negative VALUE.
  func negativeValues(_ fields: FieldView) -> ColumnFinding? {
    guard let column = plan.roles[.value], column < plan.columns.count else { return nil }
    let isFloat = plan.columns[column].reading.type == .float
    let values = scratch[column].values
    var count = 0
    for row in 0..<fields.rowCount { count &+= values[row] < 0 ? 1 : 0 }
    guard count > 0 else { return nil }
    var finding = ColumnFinding(column: column)
    for row in 0..<fields.rowCount where !isRejected[row] && values[row] < 0 {
      // The sign of a double is that of its bits; a zero may have one.
      if isFloat, Double(bitPattern: UInt64(bitPattern: values[row])) >= 0 { continue }
      if finding.rowCount == 0 { finding.firstLine = rows.source(ofRow: row, in: fields).line }
      finding.rowCount += 1
    }
    return finding.rowCount > 0 ? finding : nil
  }
}
