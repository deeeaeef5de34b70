import BQLColumnar
import BQLPlanning

/// Streams the rows of a join past those of the side that was read whole.
struct JoinStream: ChunkStream {
  let probe: any ChunkStream
  let built: JoinSide
  let specification: JoinSpecification
  let context: ExecutionContext

  var morselCount: Int { probe.morselCount }

  private var buildsLeft: Bool { specification.buildsLeft }

  func isClustered(_ column: Int) -> Bool {
    !buildsLeft && column < specification.leftSchema.count && probe.isClustered(column)
  }

  func continuesDictionaries(morsel: Int) -> Bool { probe.continuesDictionaries(morsel: morsel) }

  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    try probe.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
      let keys = buildsLeft ? specification.rightKeys : specification.leftKeys
      let columns = try specification.columns(keys, chunk)
      let groups = built.table.find(columns, count: chunk.count)
      switch specification.kind {
      case .inner: return try inner(chunk, groups, consume)
      case .left, .single: return try outer(chunk, groups, consume)
      case .semi, .anti:
        let wanted = specification.kind == .semi
        let kept = try matches(chunk, groups).isMatched.map { $0 == wanted }
        let rows = Column(bools: kept).trueRows
        if rows.isEmpty { return true }
        return try consume(rows.count == chunk.count ? chunk : chunk.gather(rows))
      case .mark:
        let (isMatched, isUnknown) = try matches(chunk, groups)
        var validity = Bitmap(repeating: true, count: chunk.count)
        for row in isUnknown.indices where isUnknown[row] && !isMatched[row] {
          validity[row] = false
        }
        let mark = Column(bools: isMatched, validity: validity)
        return try consume(Chunk(chunk.columns + [mark], count: chunk.count))
      }
    }
  }

  // MARK: - Pairs

  private func inner(
    _ chunk: Chunk,
    _ groups: [Int32],
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) -> Bool {
    if built.table.isUnique, specification.condition == nil {
      let kept = Column(bools: groups.map { $0 >= 0 }).trueRows
      if kept.isEmpty { return true }
      let isWhole = kept.count == chunk.count
      let own = isWhole ? chunk : chunk.gather(kept)
      let rows = built.table.rows
      let others = isWhole ? groups.map { rows[Int($0)] } : kept.map { rows[Int(groups[Int($0)])] }
      return try consume(joined(own, built.rows.gather(others)))
    }
    return try pairs(chunk, groups) { (rows, others) throws(ExecutionError) in
      let pair = joined(chunk.gather(rows), built.rows.gather(others))
      guard let condition = specification.condition else { return try consume(pair) }
      let kept = try condition.trueRows(pair)
      if kept.isEmpty { return true }
      return try consume(kept.count == pair.count ? pair : pair.gather(kept))
    }
  }

  /// Pairs, and rows without a partner beside NULLs.
  private func outer(
    _ chunk: Chunk,
    _ groups: [Int32],
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) -> Bool {
    let table = built.table
    if table.isUnique, specification.condition == nil {
      let others = groups.map { $0 < 0 ? -1 : table.rows[Int($0)] }
      return try consume(
        joined(
          chunk,
          Chunk(built.rows.columns.map { $0.gather(orNull: others) }, count: chunk.count)
        )
      )
    }
    var rows: [Int32] = []
    var others: [Int32] = []
    var next: Int32 = 0
    // Pairs come by row: what stands before the row at hand has all of its own.
    func add(_ row: Int32, _ other: Int32) {
      rows.append(row)
      others.append(other)
    }
    func emit() throws(ExecutionError) -> Bool {
      let right = built.rows.columns.map { $0.gather(orNull: others) }
      let whole = joined(chunk.gather(rows), Chunk(right, count: rows.count))
      rows.removeAll(keepingCapacity: true)
      others.removeAll(keepingCapacity: true)
      return try consume(whole)
    }
    let goesOn = try pairs(chunk, groups) { (own, partners) throws(ExecutionError) in
      var kept = (0..<Int32(own.count)).map { $0 }
      if let condition = specification.condition {
        kept = try condition.trueRows(joined(chunk.gather(own), built.rows.gather(partners)))
      }
      for place in kept {
        let row = own[Int(place)]
        if row < next, specification.kind == .single {
          throw .severalRows(at: specification.range)
        }
        while next < row {
          add(next, -1)
          next += 1
        }
        next = max(next, row + 1)
        add(row, partners[Int(place)])
      }
      return rows.count < context.chunkCapacity ? true : try emit()
    }
    guard goesOn else { return false }
    while next < Int32(chunk.count) {
      add(next, -1)
      next += 1
    }
    return rows.isEmpty ? true : try emit()
  }

  /// Whether each row has a partner, and whether it is unknown of some pair.
  private func matches(
    _ chunk: Chunk,
    _ groups: [Int32]
  ) throws(ExecutionError) -> (isMatched: [Bool], isUnknown: [Bool]) {
    guard specification.condition != nil || specification.membership != nil else {
      return (groups.map { $0 >= 0 }, [])
    }
    var isMatched = [Bool](repeating: false, count: chunk.count)
    var isUnknown = isMatched
    _ = try pairs(chunk, groups) { (rows, others) throws(ExecutionError) in
      var pair = joined(chunk.gather(rows), built.rows.gather(others))
      var rows = rows
      if let condition = specification.condition {
        let kept = try condition.trueRows(pair)
        pair = pair.gather(kept)
        rows = kept.map { rows[Int($0)] }
      }
      guard let membership = specification.membership else {
        for row in rows { isMatched[Int(row)] = true }
        return true
      }
      let answer = try membership.evaluate(pair)
      guard case .bools(let bools) = answer.values else { return true }
      for place in rows.indices {
        let row = Int(rows[place])
        if !answer.isValid(place) {
          isUnknown[row] = true
        } else if bools[place] {
          isMatched[row] = true
        }
      }
      return true
    }
    return (isMatched, isUnknown)
  }

  /// Hands pairs of a row of the chunk and one of its group to `take`, some at a time, until it
  /// returns false: by row, then in the order of the group.
  private func pairs(
    _ chunk: Chunk,
    _ groups: [Int32],
    _ take: ([Int32], [Int32]) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) -> Bool {
    let capacity = context.chunkCapacity
    let table = built.table
    var rows: [Int32] = []
    var others: [Int32] = []
    for row in groups.indices where groups[row] >= 0 {
      let group = Int(groups[row])
      var place = Int(table.starts[group])
      let end = Int(table.starts[group + 1])
      while place < end {
        let count = min(end - place, capacity - rows.count)
        rows.append(contentsOf: repeatElement(Int32(truncatingIfNeeded: row), count: count))
        others.append(contentsOf: table.rows[place..<place + count])
        place += count
        guard rows.count == capacity else { continue }
        try context.checkCancelled()
        guard try take(rows, others) else { return false }
        rows.removeAll(keepingCapacity: true)
        others.removeAll(keepingCapacity: true)
      }
    }
    return rows.isEmpty ? true : try take(rows, others)
  }

  /// Puts the columns of both sides beside each other, left ones first.
  private func joined(_ own: Chunk, _ other: Chunk) -> Chunk {
    Chunk(
      buildsLeft ? other.columns + own.columns : own.columns + other.columns,
      count: own.count
    )
  }
}
