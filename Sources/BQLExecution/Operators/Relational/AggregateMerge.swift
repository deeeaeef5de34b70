import BQLColumnar
import BQLFunctions

/// Combines the states of morsels into the rows of an aggregation.
struct AggregateMerge: Sendable {
  let calls: PreparedCalls
  /// The number of key columns.
  let columnCount: Int
  let context: ExecutionContext

  /// From this many groups on a call's groups are combined by several threads.
  private static let dividedCount = 64
  /// The most parts that a call's groups are cut into: each reads all of the partial states.
  private static let partLimit = 8
  /// Rows of an output chunk, so that what reads the answer can do it on several threads.
  private static let outputRows = 1 << 16

  /// Returns the rows, groups in order of first appearance; at least one partial where there are
  /// no keys.
  func chunks(_ partials: [AggregatePartial]) throws(ExecutionError) -> [Chunk] {
    guard columnCount > 0 else {
      let mappings = partials.map { _ in [Int32(0)] }
      return [Chunk(try combine(partials, mappings, count: 1), count: 1)]
    }
    let (pieces, keys) = pieces(partials)
    let merge = try GroupMerge(keys, columnCount: columnCount, context)
    var mappings = [[Int32]](repeating: [], count: partials.count)
    for (piece, mapping) in zip(pieces, merge.mappings) {
      // The pieces of a state come in the order of its groups.
      if mappings[piece.partial].isEmpty {
        mappings[piece.partial] = mapping
      } else {
        mappings[piece.partial] += mapping
      }
    }
    let results = try combine(partials, mappings, count: merge.count)
    let runs = runs(keys.map(\.columns), merge)
    return ParallelWork.map(count: runs.count, threads: context.threads) { index in
      let run = runs[index]
      let columns = (0..<columnCount).map { column in
        Column.concatenate(
          run.morsels.map { keys[$0].columns[column].gather(merge.firsts[$0]) },
          type: keys[run.morsels.lowerBound].columns[column].type
        )
      }
      return Chunk(columns + results.map { $0.slice(run.rows) }, count: run.rows.count)
    }
  }

  /// Returns the groups that each morsel brought to its state, by morsel: the state and the keys.
  private func pieces(
    _ partials: [AggregatePartial]
  ) -> (places: [(partial: Int, morsel: Int)], keys: [(columns: [Column], count: Int)]) {
    var places: [(partial: Int, morsel: Int, groups: Range<Int>)] = []
    for (index, partial) in partials.enumerated() {
      places += partial.pieces.map { (index, $0.morsel, $0.groups) }
    }
    places.sort { $0.morsel < $1.morsel }
    let keys = places.map { place in
      let columns = partials[place.partial].columns.map { $0.slice(place.groups) }
      return (columns: columns, count: place.groups.count)
    }
    return (places.map { ($0.partial, $0.morsel) }, keys)
  }

  /// Cuts the morsels that bring groups into runs of some rows each, within which the keys have
  /// the same dictionaries.
  private func runs(
    _ keys: [[Column]],
    _ merge: GroupMerge
  ) -> [(morsels: Range<Int>, rows: Range<Int>)] {
    var runs: [(morsels: Range<Int>, rows: Range<Int>)] = []
    var row = 0
    for morsel in keys.indices where !merge.firsts[morsel].isEmpty {
      let end = row + merge.firsts[morsel].count
      if let last = runs.last, last.rows.count < Self.outputRows,
        last.morsels.upperBound == morsel,
        zip(keys[morsel - 1], keys[morsel]).allSatisfy({ $0.dictionary === $1.dictionary })
      {
        runs[runs.count - 1] = (last.morsels.lowerBound..<morsel + 1, last.rows.lowerBound..<end)
      } else {
        runs.append((morsel..<morsel + 1, row..<end))
      }
      row = end
    }
    return runs
  }

  /// Returns one column a call, one row a group.
  private func combine(
    _ partials: [AggregatePartial],
    _ mappings: [[Int32]],
    count: Int
  ) throws(ExecutionError) -> [Column] {
    var columns = [Column?](repeating: nil, count: calls.calls.count)
    for call in columns.indices {
      columns[call] = try countPairs(call, partials, mappings, count)
    }
    let divided = columns.indices.filter { columns[$0] == nil }
    let parts = count >= Self.dividedCount ? min(context.threads, Self.partLimit) : 1
    let pieces = try ParallelWork.map(count: divided.count * parts, threads: context.threads) {
      (piece) throws(ExecutionError) in
      try column(divided[piece / parts], piece % parts, of: parts, partials, mappings, count)
    }
    for (index, call) in divided.enumerated() {
      let joined = Column.concatenate(
        Array(pieces[index * parts..<(index + 1) * parts]),
        type: calls.calls[call].overload.result
      )
      columns[call] = parts == 1 ? joined : joined.gather(Self.dealtOrder(count, parts))
    }
    return columns.compactMap { $0 }
  }

  /// Where each group stands when part after part follows: group *g* is number *g* / `parts` of part
  /// *g* % `parts`.
  private static func dealtOrder(_ count: Int, _ parts: Int) -> [Int32] {
    let starts = (0..<parts).map { part in
      (0..<part).reduce(0) { $0 + (count - $1 + parts - 1) / parts }
    }
    return (0..<count).map { Int32(truncatingIfNeeded: starts[$0 % parts] + $0 / parts) }
  }

  /// Combines a call's states of every `parts`th group: those met first, which have most rows, are
  /// dealt to all parts.
  private func column(
    _ call: Int,
    _ part: Int,
    of parts: Int,
    _ partials: [AggregatePartial],
    _ mappings: [[Int32]],
    _ count: Int
  ) throws(ExecutionError) -> Column {
    var merged = try calls.makeAccumulator(call)
    merged.grow(to: (count - part + parts - 1) / parts)
    let (first, step) = (UInt32(part), UInt32(parts))
    for (partial, mapping) in zip(partials, mappings) {
      try context.checkCancelled()
      let own =
        parts == 1
        ? mapping
        : mapping.map { group in
          let (place, rest) = UInt32(bitPattern: group).quotientAndRemainder(dividingBy: step)
          return rest == first ? Int32(bitPattern: place) : -1
        }
      try calls.located(call) { () throws(FunctionError) in
        try merged.combine(partial.accumulators[calls.sources[call]], mapping: own)
      }
    }
    return try calls.located(call) { () throws(FunctionError) in try merged.finish() }
  }

  /// Counts the distinct pairs of a group and a value; nil for a call that counts no pairs.
  ///
  /// The pairs of all morsels are merged as groups are: on several threads, however few groups there
  /// are.
  private func countPairs(
    _ call: Int,
    _ partials: [AggregatePartial],
    _ mappings: [[Int32]],
    _ count: Int
  ) throws(ExecutionError) -> Column? {
    guard partials.first?.accumulators[call].distinctPairs != nil else { return nil }
    let pairs = ParallelWork.map(count: partials.count, threads: context.threads) { index in
      let pairs = partials[index].accumulators[call].distinctPairs
      let mapping = mappings[index]
      let groups = pairs?.groups.map { Int64(mapping[Int($0)]) } ?? []
      let values = pairs.map { [$0.values] } ?? []
      return (columns: values + (count > 1 ? [Column(ints: groups)] : []), count: groups.count)
    }
    let merge = try GroupMerge(pairs, columnCount: count > 1 ? 2 : 1, context)
    guard count > 1 else {
      return Column(ints: [Int64](repeating: Int64(merge.count), count: count))
    }
    var counts = [Int64](repeating: 0, count: count)
    for (index, firsts) in merge.firsts.enumerated() {
      guard case .ints(let groups) = pairs[index].columns[1].values else { continue }
      for first in firsts { counts[Int(groups[Int(first)])] += 1 }
    }
    return Column(ints: counts)
  }
}
