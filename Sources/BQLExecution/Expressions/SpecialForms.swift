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

  /// AND and OR of parts that have been computed for all rows.
  static func junction(_ parts: [Column], isAnd: Bool, count: Int) -> Column {
    // What is true (of an OR: false) of every part, and what decides in any.
    var decided: [Bool]?
    var hasNull = false
    for part in parts {
      let deciding = isAnd ? isTruth(part, false).trueMask : part.trueMask
      decided = decided.map { ByteMask.or($0, deciding) } ?? deciding
      hasNull = hasNull || part.validity != nil
    }
    let found = decided ?? [Bool](repeating: false, count: count)
    let values = isAnd ? found.map { !$0 } : found
    guard hasNull else { return Column(bools: values) }
    let present = parts.reduce(nil) { Bitmap.intersection($0, $1.validity) }
    let validity = present.map { Bitmap(bytes: ByteMask.or(found, $0.bytes)) }
    return Column(bools: values, validity: validity)
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

  /// CASE whose results are literals, in `results`, the last for rows where no condition is true.
  ///
  /// All chunks then share one dictionary.
  static func choice(
    _ conditions: [CompiledExpression],
    _ results: Column,
    _ chunk: Chunk
  ) throws(ExecutionError) -> Column {
    var chosen = [Int32](repeating: Int32(conditions.count), count: chunk.count)
    var isOpen = [Bool](repeating: true, count: chunk.count)
    for (index, condition) in conditions.enumerated() {
      let choice = Int32(truncatingIfNeeded: index)
      if let mask = try condition.mask(chunk) {
        for row in mask.indices {
          chosen[row] = mask[row] && isOpen[row] ? choice : chosen[row]
          isOpen[row] = isOpen[row] && !mask[row]
        }
        continue
      }
      // It may fail: only rows that reach it are looked at.
      let open = ByteMask.rows(isOpen)
      if open.isEmpty { break }
      for place in try condition.trueRows(condition.input(chunk, rows: open)) {
        chosen[Int(open[Int(place)])] = choice
        isOpen[Int(open[Int(place)])] = false
      }
    }
    return results.gather(chosen)
  }

  static func isNull(_ column: Column) -> Column {
    guard let validity = column.validity else {
      return Column(bools: [Bool](repeating: false, count: column.count))
    }
    return Column(bools: validity.inverted.bytes)
  }

  static func isTruth(_ column: Column, _ value: Bool) -> Column {
    guard case .bools(let bools) = column.values else { return isNull(column) }
    let found = value ? bools : bools.map { !$0 }
    return Column(bools: column.validity.map { ByteMask.and(found, $0) } ?? found)
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
    if let parts = filterParts { return try Self.trueRows(parts, chunk) }
    if let mask = try mask(chunk) { return ByteMask.rows(mask) }
    return try evaluate(chunk).trueRows
  }

  private static func trueRows(
    _ parts: [CompiledExpression],
    _ chunk: Chunk
  ) throws(ExecutionError) -> [Int32] {
    var mask: [Bool]?
    var place = 0
    // While many rows are left, a part that fails for none is computed for all of them.
    while place < parts.count {
      if let mask, ByteMask.count(mask) * 8 < chunk.count { break }
      guard let next = try parts[place].mask(chunk) else { break }
      mask = mask.map { ByteMask.and($0, next) } ?? next
      place += 1
    }
    var rows = mask.map(ByteMask.rows) ?? (0..<Int32(chunk.count)).map { $0 }
    for part in parts[place...] where !rows.isEmpty {
      let kept = try part.evaluate(part.input(chunk, rows: rows)).trueRows
      if kept.count < rows.count { rows = kept.map { rows[Int($0)] } }
    }
    return rows
  }

  /// Returns the chunk of `rows`, in which only the columns that the expression reads are filled.
  func input(_ chunk: Chunk, rows: Range<Int>) -> Chunk {
    input(chunk, count: rows.count) { $0.slice(rows) }
  }

  /// Returns the chunk of `rows`, in which only the columns that the expression reads are filled.
  func input(_ chunk: Chunk, rows: [Int32]) -> Chunk {
    if rows.count == chunk.count { return chunk }
    return input(chunk, count: rows.count) { $0.gather(rows) }
  }

  private func input(_ chunk: Chunk, count: Int, _ cut: (Column) -> Column) -> Chunk {
    // The others are not read: any column of as many rows stands for them.
    let read = columns.map { cut(chunk.columns[$0]) }
    let missing = read.first ?? Column(repeating: .null, type: .int, count: count)
    var filled = [Column](repeating: missing, count: chunk.columns.count)
    for (column, values) in zip(columns, read) { filled[column] = values }
    return Chunk(filled, count: count)
  }
}
