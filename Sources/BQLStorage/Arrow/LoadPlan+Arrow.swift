import BQLArrow
import BQLColumnar

extension LoadPlan {
  /// The files, where all of them are Arrow data.
  var arrowInputs: [ArrowInput]? {
    let inputs = files.compactMap(\.arrow)
    return inputs.count == files.count ? inputs : nil
  }

  /// Reads Arrow files into a plain table as they are: every type is kept, and the empty text is no
  /// NULL.
  func loadArrowTable(
    _ inputs: [ArrowInput],
    filter: RowFilter?
  ) throws(LoadError) -> (relation: Relation, report: LoadReport) {
    let clock = Stopwatch()
    var report = LoadReport()
    report.files = files.map(\.path)
    report.byteCount = files.reduce(0) { $0 + ($1.file.byteCount ?? 0) }
    report.warnings = warnings
    let types = inputs.first?.schema.fields.map(\.type) ?? []
    let schema = Schema(zip(columns, types).map { Field($0.name, $1) })
    var choice: RowChoice?
    if let filter { choice = try filter(schema) }
    var chunks: [Chunk] = []
    for (input, file) in zip(inputs, files) {
      let (relation, notes) = try read(input)
      report.warnings += notes
      for read in relation.chunks {
        var chunk = read
        if let order = file.columnOrder {
          chunk = Chunk(order.map { read.columns[$0] }, count: read.count)
        }
        report.rowsRead += chunk.count
        guard let choice else {
          if chunk.count > 0 { chunks.append(chunk) }
          continue
        }
        let chosen = try choice(chunk)
        let rows = (0..<chunk.count).filter { chosen[$0] }.map { Int32(truncatingIfNeeded: $0) }
        report.filteredRows += chunk.count - rows.count
        if !rows.isEmpty { chunks.append(rows.count == chunk.count ? chunk : chunk.gather(rows)) }
      }
      if request.isCancelled() { throw .cancelled }
    }
    if chunks.isEmpty {
      chunks = [Chunk(schema.fields.map { Column([], type: $0.type) }, count: 0)]
    }
    let relation = Relation(schema: schema, chunks: chunks)
    report.rowsLoaded = relation.rowCount
    report.nullCounts = columns.indices.map { index in
      (columns[index].name, chunks.reduce(0) { $0 + $1.columns[index].nullCount })
    }
    if case .table(let key?) = request.kind, let column = schema.index(named: key) {
      report.warnings += KeyCheck.warnings(relation, column)
    }
    report.seconds = clock.seconds
    return (relation, report)
  }

  private func read(
    _ input: ArrowInput
  ) throws(LoadError) -> (relation: Relation, notes: [String]) {
    do throws(ArrowError) {
      return try input.reader.relation(
        threads: max(request.threads, 1),
        isCancelled: request.isCancelled
      )
    } catch {
      throw LoadError(error, path: input.path)
    }
  }
}
