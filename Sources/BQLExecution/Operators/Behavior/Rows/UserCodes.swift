import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLStorage

/// Gives each user one code for the values of expressions that read nothing but the user: attributes.
struct UserCodes: Sendable {
  /// One array a partition, one code a user.
  private let codes: [[Int32]]
  private let morsels: [Morsel]
  private let offsets: [Buffer<Int32>]
  /// The expressions' values, one row a code.
  let values: [Column]

  /// Evaluates `expressions` once a user; nil where one of them reads a column whose rows differ.
  init?(
    _ expressions: [CompiledExpression],
    of log: EventLog,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    let columns = Array(Set(expressions.flatMap(\.columns))).sorted()
    guard !columns.isEmpty, log.partitions.allSatisfy({ $0.hasOneValueAUser(columns) }) else {
      return nil
    }
    let partials = Collected<(table: GroupTable, codes: [Int32])>(count: morsels.count)
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let morsel = morsels[index]
      let partition = log.partitions[morsel.partition]
      var table = GroupTable(types: expressions.map(\.type))
      var codes: [Int32] = []
      codes.reserveCapacity(morsel.users.count)
      var start = morsel.users.lowerBound
      while start < morsel.users.upperBound {
        let users = start..<min(start + context.chunkCapacity, morsel.users.upperBound)
        let chunk = partition.users(users, columns: columns)
        var keys: [Column] = []
        for expression in expressions { keys.append(try expression.evaluate(chunk)) }
        codes += table.groups(for: keys, count: chunk.count)
        start = users.upperBound
      }
      partials.set(index, (table, codes))
    }
    // Codes follow the order of morsels, so that they are the same at any thread count.
    var merged = GroupTable(types: expressions.map(\.type))
    var codes = [[Int32]](repeating: [], count: log.partitions.count)
    for (morsel, partial) in zip(morsels, partials.all) {
      let map = merged.groups(for: partial.table.keyColumns(), count: partial.table.count)
      codes[morsel.partition] += partial.codes.map { map[Int($0)] }
    }
    self.codes = codes
    self.morsels = morsels
    offsets = log.partitions.map(\.userOffsets)
    values = merged.keyColumns()
  }

  /// Returns the codes of the rows of morsel `index`.
  func rowCodes(_ index: Int) -> RowCodes {
    let morsel = morsels[index]
    return RowCodes(
      .rows(
        morsel.spreading(codes[morsel.partition][morsel.users], over: offsets[morsel.partition])
      )
    )
  }
}

extension Partition {
  /// Whether all of several columns hold one value a user.
  func hasOneValueAUser(_ positions: [Int]) -> Bool {
    positions.allSatisfy { position in
      if case .perUser = columns[position].storage { true } else { false }
    }
  }

  /// Returns a chunk of one row a user, with a slot for every column of the schema; `positions`,
  /// which hold one value a user, are filled.
  func users(_ users: Range<Int>, columns positions: [Int]) -> Chunk {
    let missing = Column(repeating: .null, type: .int, count: users.count)
    var filled = [Column](repeating: missing, count: columns.count)
    for position in positions {
      guard case .perUser(let values, _) = columns[position].storage else { continue }
      filled[position] = values.decode(users)
    }
    return Chunk(filled, count: users.count)
  }
}

extension Morsel {
  /// Repeats numbers, one a user of the morsel, over the users' rows.
  func spreading<Number: BitwiseCopyable>(
    _ numbers: ArraySlice<Number>,
    over offsets: Buffer<Int32>
  ) -> [Number] {
    [Number](capacity: rows.count) { (output: inout OutputSpan<Number>) in
      offsets.withSpan { offsets in
        for (user, number) in zip(users, numbers) {
          output.append(repeating: number, count: Int(offsets[user + 1] - offsets[user]))
        }
      }
    }
  }
}
