import BQLColumnar
import BQLFunctions
import BQLPlanning

/// Orders all rows by keys; equal rows keep the order of the input.
struct SortOperator: Operator {
  let input: any Operator
  let inputSchema: Schema
  let keys: [SortPlan.Key]
  let limit: Int?

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let chunks = try input.open(context).collect(context)
    let count = chunks.reduce(0) { $0 + $1.count }
    guard count <= Int(Int32.max) else {
      throw .notImplemented("sorting more than 2,147,483,647 rows")
    }
    let columns = inputSchema.fields.indices.map { index in
      Column.concatenate(chunks.map { $0.columns[index] }, type: inputSchema[index].type)
    }
    let ranks = keys.map { key in SortRanks(columns[key.column], key) }
    var order = (0..<count).map { Int32(truncatingIfNeeded: $0) }
    try context.checkCancelled()
    order.sort { a, b in
      for rank in ranks {
        let left = rank.values[Int(a)]
        let right = rank.values[Int(b)]
        if left.nullRank != right.nullRank { return left.nullRank < right.nullRank }
        if left.key != right.key { return left.key < right.key }
      }
      return a < b
    }
    if let limit, limit < order.count { order.removeLast(order.count - limit) }
    let sorted = Chunk(columns.map { $0.gather(order) }, count: order.count)
    return RelationStream(
      relation: Relation(schema: inputSchema, chunks: [sorted]),
      context: context
    )
  }
}

/// Turns a column into integers that order as its values do.
private struct SortRanks: Sendable {
  /// `nullRank` 0 sorts before, 2 after values, which have 1.
  let values: [(nullRank: UInt8, key: Int64)]

  init(_ column: Column, _ key: SortPlan.Key) {
    let ascending: [Int64]
    switch column.values {
    case .ints(let ints): ascending = ints
    case .bools(let bools): ascending = bools.map { $0 ? 1 : 0 }
    case .floats(let floats): ascending = floats.map(FloatOrder.key)
    case .texts(let codes, let dictionary):
      let ranks = Self.ranks(of: dictionary)
      ascending = codes.map { Int($0) < ranks.count ? ranks[Int($0)] : 0 }
    }
    values = ascending.indices.map { row in
      guard column.isValid(row) else { return (key.nullsFirst ? 0 : 2, 0) }
      // `~x` reverses the order of all 64-bit integers; `-x` would trap on the smallest.
      return (1, key.isDescending ? ~ascending[row] : ascending[row])
    }
  }

  /// Ranks a dictionary's texts by their bytes; equal texts share a rank.
  private static func ranks(of dictionary: TextDictionary) -> [Int64] {
    let order = (0..<dictionary.count).sorted {
      dictionary.utf8($0).lexicographicallyPrecedes(dictionary.utf8($1))
    }
    var ranks = [Int64](repeating: 0, count: dictionary.count)
    var rank: Int64 = 0
    for (position, code) in order.enumerated() {
      if position > 0, dictionary.utf8(order[position - 1]) != dictionary.utf8(code) {
        rank += 1
      }
      ranks[code] = rank
    }
    return ranks
  }
}

/// Keeps the first of rows that are equal in every column.
struct DistinctOperator: Operator {
  let input: any Operator
  let inputSchema: Schema

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    var table = GroupTable(types: inputSchema.fields.map(\.type))
    var kept: [Chunk] = []
    var known: Int32 = inputSchema.count == 0 ? 1 : 0
    for chunk in try input.open(context).collect(context) {
      try context.checkCancelled()
      let groups = table.groups(for: chunk.columns, count: chunk.count)
      var rows: [Int32] = []
      for row in groups.indices where groups[row] >= known {
        rows.append(Int32(truncatingIfNeeded: row))
        known = groups[row] + 1
      }
      if !rows.isEmpty { kept.append(chunk.gather(rows)) }
    }
    return ChunksStream(chunks: kept)
  }
}
