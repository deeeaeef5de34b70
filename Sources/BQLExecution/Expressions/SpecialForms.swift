import BQLColumnar

/// Computes the forms that do not evaluate all their parts for all rows, or that look at NULLs.
enum SpecialForms {
  /// AND and OR with three-valued logic; a part is evaluated for the rows that the parts before it
  /// left undecided, so that `x <> 0 AND 1 / x > 2` does not divide by zero.
  static func junction(
    _ parts: [CompiledExpression],
    isAnd: Bool,
    _ chunk: Chunk
  ) throws(ExecutionError) -> Column {
    // A row is decided by a false under AND, by a true under OR.
    let deciding = !isAnd
    var decided = [Bool](repeating: false, count: chunk.count)
    var unknown = [Bool](repeating: false, count: chunk.count)
    var open = (0..<Int32(chunk.count)).map { $0 }
    for part in parts {
      if open.isEmpty { break }
      let isAll = open.count == chunk.count
      let column = try part.evaluate(isAll ? chunk : part.input(chunk, rows: open))
      guard case .bools(let bools) = column.values else {
        throw .internal("a condition is not a bool")
      }
      var left: [Int32] = []
      left.reserveCapacity(open.count)
      for (position, row) in open.enumerated() {
        if !column.isValid(position) {
          unknown[Int(row)] = true
          left.append(row)
        } else if bools[position] == deciding {
          decided[Int(row)] = true
        } else {
          left.append(row)
        }
      }
      open = left
    }
    var validity = Bitmap(repeating: true, count: chunk.count)
    for row in unknown.indices where unknown[row] && !decided[row] { validity[row] = false }
    return Column(bools: decided.map { $0 == deciding }, validity: validity)
  }

  /// CASE: each result is computed for the rows that reach it, and for no others.
  static func conditional(
    _ branches: [(condition: CompiledExpression, result: CompiledExpression)],
    otherwise: CompiledExpression,
    type: DataType,
    _ chunk: Chunk
  ) throws(ExecutionError) -> Column {
    var open = (0..<Int32(chunk.count)).map { $0 }
    var pieces: [Column] = []
    /// Where each row's value stands among the pieces, one after another.
    var positions = [Int32](repeating: 0, count: chunk.count)
    var start = 0
    func take(
      _ rows: [Int32],
      _ expression: CompiledExpression
    ) throws(ExecutionError) {
      guard !rows.isEmpty else { return }
      pieces.append(try expression.evaluate(expression.input(chunk, rows: rows)))
      for (offset, row) in rows.enumerated() { positions[Int(row)] = Int32(start + offset) }
      start += rows.count
    }
    for branch in branches where !open.isEmpty {
      let input = branch.condition.input(chunk, rows: open)
      let kept = try branch.condition.evaluate(input).trueRows
      var isKept = [Bool](repeating: false, count: open.count)
      for position in kept { isKept[Int(position)] = true }
      try take(kept.map { open[Int($0)] }, branch.result)
      open = open.indices.filter { !isKept[$0] }.map { open[$0] }
    }
    try take(open, otherwise)
    guard !pieces.isEmpty else { return Column(repeating: .null, type: type, count: 0) }
    return Column.concatenate(pieces, type: type).gather(positions)
  }

  static func isNull(_ column: Column) -> Column {
    guard let validity = column.validity else {
      return Column(bools: [Bool](repeating: false, count: column.count))
    }
    return Column(bools: (0..<column.count).map { !validity[$0] })
  }

  static func isTruth(_ column: Column, _ value: Bool) -> Column {
    guard case .bools(let bools) = column.values else { return isNull(column) }
    return Column(bools: bools.indices.map { column.isValid($0) && bools[$0] == value })
  }

  /// `=` that takes two NULLs for equal; both columns have one type.
  static func isNotDistinct(_ a: Column, _ b: Column) -> Column {
    var coder = KeyCoder(a.type)
    let left = coder.codes(for: a)
    let right = coder.codes(for: b)
    return Column(bools: left.indices.map { left[$0] == right[$0] })
  }
}

extension CompiledExpression {
  /// Returns the rows where a condition is true.
  ///
  /// The parts of an AND are tried one after the other on the rows for which all before were true:
  /// where filters of nested queries have become one, the outer meets only what the inner passed.
  func trueRows(_ chunk: Chunk) throws(ExecutionError) -> [Int32] {
    guard let parts = filterParts else { return try evaluate(chunk).trueRows }
    var rows = (0..<Int32(chunk.count)).map { $0 }
    for part in parts where !rows.isEmpty {
      let kept = try part.evaluate(part.input(chunk, rows: rows)).trueRows
      if kept.count < rows.count { rows = kept.map { rows[Int($0)] } }
    }
    return rows
  }

  /// Returns the chunk of `rows`, in which only the columns that the expression reads are filled.
  func input(_ chunk: Chunk, rows: Range<Int>) -> Chunk {
    let needed = Set(columns)
    let missing = Column(repeating: .null, type: .int, count: rows.count)
    return Chunk(
      chunk.columns.indices.map {
        needed.contains($0) ? chunk.columns[$0].slice(rows) : missing
      },
      count: rows.count
    )
  }

  /// Returns the chunk of `rows`, in which only the columns that the expression reads are filled.
  func input(_ chunk: Chunk, rows: [Int32]) -> Chunk {
    if rows.count == chunk.count { return chunk }
    let needed = Set(columns)
    let missing = Column(repeating: .null, type: .int, count: rows.count)
    return Chunk(
      chunk.columns.indices.map {
        needed.contains($0) ? chunk.columns[$0].gather(rows) : missing
      },
      count: rows.count
    )
  }
}
