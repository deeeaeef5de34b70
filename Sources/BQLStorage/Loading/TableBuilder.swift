import BQLColumnar

/// Makes a plain table of a pass's blocks, rows in the order of the files.
struct TableBuilder {
  let plan: LoadPlan
  let columns: [FileColumn]

  /// Rows of a chunk, at most.
  static let chunkRowCount = 65_536

  func build(_ result: LoadPass.Result, _ report: inout LoadReport) throws(LoadError) -> Relation {
    var merges: [Int: DictionaryMerge] = [:]
    for (index, column) in columns.enumerated() where column.reading == .text {
      merges[index] = try DictionaryMerge(result, column: index)
    }
    let schema = LoadPlan.schema(columns, nil)
    var chunks: [Chunk] = []
    for block in result.blocks where block.rowsKept > 0 {
      let made = columns.indices.map { column(block, $0, merges[$0]) }
      let chunk = Chunk(made, count: block.rowsKept)
      if chunk.count <= Self.chunkRowCount {
        chunks.append(chunk)
      } else {
        for start in stride(from: 0, to: chunk.count, by: Self.chunkRowCount) {
          chunks.append(chunk.slice(start..<min(start + Self.chunkRowCount, chunk.count)))
        }
      }
    }
    if chunks.isEmpty {
      chunks = [Chunk(schema.fields.map { Column([], type: $0.type) }, count: 0)]
    }
    report.rowsLoaded = chunks.reduce(0) { $0 + $1.count }
    report.nullCounts = columns.enumerated().map { index, column in
      (column.name, chunks.reduce(0) { $0 + $1.columns[index].nullCount })
    }
    let relation = Relation(schema: schema, chunks: chunks)
    if case .table(let key?) = plan.request.kind, let column = schema.index(named: key) {
      report.warnings += KeyCheck.warnings(relation, column)
    }
    return relation
  }

  private func column(
    _ block: BlockResult,
    _ index: Int,
    _ merge: DictionaryMerge?
  ) -> Column {
    let stored = block.columns[index]
    var ints = [Int64](repeating: 0, count: block.rowsKept)
    stored.forEachInt(0..<block.rowsKept) { ints[$0] = $1 }
    if let merge {
      let start = merge.codeStarts[block.worker]
      var validity = Bitmap(repeating: true, count: block.rowsKept)
      let codes = ints.enumerated().map { row, code in
        if code != 0 { return merge.codes[start + Int(code)] }
        validity[row] = false
        return 0
      }
      return Column(codes: codes, dictionary: merge.dictionary, validity: validity)
    }
    let validity = stored.nulls.map { nulls in
      var validity = Bitmap(repeating: true, count: block.rowsKept)
      for row in 0..<block.rowsKept where nulls[row] != 0 { validity[row] = false }
      return validity
    }
    let type = columns[index].reading.type
    switch type {
    case .bool: return Column(bools: ints.map { $0 != 0 }, validity: validity)
    case .float:
      let floats = ints.map { Double(bitPattern: UInt64(bitPattern: $0)) }
      return Column(floats: floats, validity: validity)
    case .timestamp where stored.isInSeconds:
      return Column(type, ints: ints.map { $0 &* TimeText.microsPerSecond }, validity: validity)
    case .int, .decimal, .timestamp, .date, .interval, .text:
      return Column(type, ints: ints, validity: validity)
    }
  }
}

/// Checks that a table's key names each row once.
enum KeyCheck {
  /// Returns a warning for rows without a key, and one for keys that repeat.
  static func warnings(_ relation: Relation, _ column: Int) -> [String] {
    var seen: Set<Value> = []
    var missing = 0
    var repeated = 0
    var example: Value?
    for chunk in relation.chunks {
      for row in 0..<chunk.count {
        let value = chunk.columns[column][row]
        if value.isNull {
          missing += 1
        } else if !seen.insert(value).inserted {
          repeated += 1
          example = example ?? value
        }
      }
    }
    let name = relation.schema[column].name
    var warnings: [String] = []
    if missing > 0 { warnings.append("\(missing) rows have no \(name), the table's key") }
    if let example {
      warnings.append(
        "\(repeated) rows repeat a \(name) of an earlier row, such as \(Self.spelled(example))"
      )
    }
    return warnings
  }

  private static func spelled(_ value: Value) -> String {
    switch value {
    case .text(let text): "'\(text)'"
    case .int(let int): String(int)
    case .bool(let bool): String(bool)
    case .float(let float): String(float)
    case .null, .decimal, .timestamp, .date, .interval: String(value.storedInt ?? 0)
    }
  }
}
