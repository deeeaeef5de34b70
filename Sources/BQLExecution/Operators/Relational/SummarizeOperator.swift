import BQLColumnar
import BQLFunctions

/// Describes columns: one row a group and column.
///
/// A column's rows become sorted runs, morsel by morsel; the runs of all morsels are merged range by
/// range. Both happen on all threads, and one column is in memory at a time.
struct SummarizeOperator: Operator {
  struct Described: Sendable {
    let name: String
    let type: DataType
  }

  /// Says where rows come from: the group's dimensions, then described columns.
  enum Input: Sendable {
    /// One input a described column, which costs less where rows are there to be read.
    case columns([any Operator])
    /// One input for all, run once.
    case rows(any Operator)
  }

  let groupTypes: [DataType]
  let described: [Described]
  let input: Input
  let schema: Schema

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    var groups: SummaryGroups?
    var summaries: [[[Value]]] = []
    var rows: ChunksStream?
    let lease = context.lease("summarize")
    if case .rows(let input) = input {
      let chunks = try input.open(context).collect(context, lease)
      rows = ChunksStream(chunks: chunks, capacity: context.chunkCapacity, lease: lease)
    }
    for (index, column) in described.enumerated() {
      let stream: any ChunkStream
      var place = groupTypes.count
      switch (input, rows) {
      case (.columns(let inputs), _): stream = try inputs[index].open(context)
      case (.rows, let rows?):
        stream = rows
        place += index
      case (.rows, nil): throw .internal("SUMMARIZE has no rows")
      }
      let partials = try partials(stream, place, context)
      // The same groups for each column, but where one's dictionaries cut morsels in several.
      let known = try SummaryGroups(
        partials.map(\.groups),
        columnCount: groupTypes.count,
        context
      )
      groups = known
      summaries.append(try summarize(partials.map(\.runs), known, column.type, context))
    }
    return RelationStream(
      relation: Relation(schema: schema, rows: cells(groups, summaries)),
      context: context
    )
  }

  private func cells(_ groups: SummaryGroups?, _ summaries: [[[Value]]]) -> [[Value]] {
    guard let groups else { return [] }
    return (0..<groups.count).flatMap { group in
      described.enumerated().map { index, column in
        groups.cells(group) + [.text(column.name), .text(column.type.rawValue)]
          + summaries[index][group]
      }
    }
  }

  private typealias Partial = (groups: (columns: [Column], count: Int), runs: ValueRuns)

  /// Makes sorted runs of each run of morsels, or several where texts change their dictionary.
  private func partials(
    _ stream: any ChunkStream,
    _ place: Int,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> [Partial] {
    let runs = stream.morselRuns
    return try ParallelWork.map(
      count: runs.count,
      threads: context.threads
    ) { (run: Int) throws(ExecutionError) in
      var partials: [Partial] = []
      var table = GroupTable(types: groupTypes)
      var groups: [Int32] = []
      var columns: [Column] = []
      func conclude() {
        let runs = ValueRuns(columns, groups: groups, groupCount: table.count)
        partials.append(((table.keyColumns(), table.count), runs))
      }
      for morsel in runs[run] {
        try context.checkCancelled()
        try stream.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
          let column = chunk.columns[place]
          if let last = columns.last, last.dictionary !== column.dictionary {
            conclude()
            table = GroupTable(types: groupTypes)
            groups = []
            columns = []
          }
          let keys = Array(chunk.columns[..<groupTypes.count])
          groups += table.groups(for: keys, count: chunk.count)
          columns.append(column)
          return true
        }
      }
      conclude()
      return partials
    }.flatMap { $0 }
  }

  private func summarize(
    _ runs: [ValueRuns],
    _ groups: SummaryGroups,
    _ type: DataType,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> [[Value]] {
    var runs = runs
    let ranks = type == .text ? try rank(&runs, context) : nil
    let keys = SummaryKeys(type: type, ranks: ranks)
    let merge = RunsMerge(
      morsels: runs,
      mappings: groups.mappings(of: runs),
      groupCount: groups.count,
      type: type,
      context: context
    )
    return try merge.summaries(keys).map { $0.cells(keys) }
  }

  /// Replaces the codes of texts by ranks among all texts that occur.
  private func rank(
    _ runs: inout [ValueRuns],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> TextRanks {
    var dictionaries: [TextDictionary] = []
    var isUsed: [[Bool]] = []
    var indices: [ObjectIdentifier: Int] = [:]
    var dictionaryOfRuns: [Int?] = []
    for run in runs {
      let index = run.dictionary.map { dictionary in
        indices[ObjectIdentifier(dictionary)] ?? dictionaries.count
      }
      dictionaryOfRuns.append(index)
      guard let index, let dictionary = run.dictionary else { continue }
      if index == dictionaries.count {
        indices[ObjectIdentifier(dictionary)] = index
        dictionaries.append(dictionary)
        isUsed.append([Bool](repeating: false, count: dictionary.count))
      }
      run.markUsed(&isUsed[index])
    }
    try context.checkCancelled()
    let ranks = TextRanks(dictionaries, isUsed: isUsed, threads: context.threads)
    let unranked = runs
    let found = dictionaryOfRuns
    runs = ParallelWork.map(count: unranked.count, threads: context.threads) { index in
      var run = unranked[index]
      if let dictionary = found[index] { run.rank(ranks.ranks(ofDictionary: dictionary)) }
      return run
    }
    return ranks
  }
}

/// Tells which groups of morsels are the same.
private struct SummaryGroups {
  private let merge: GroupMerge?
  private let columns: [[Column]]

  /// Takes the key columns and the number of groups of each morsel.
  init(
    _ keys: [(columns: [Column], count: Int)],
    columnCount: Int,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    columns = keys.map(\.columns)
    merge = columnCount == 0 ? nil : try GroupMerge(keys, columnCount: columnCount, context)
  }

  var count: Int { merge?.count ?? 1 }

  func mappings(of runs: [ValueRuns]) -> [[Int32]] {
    merge?.mappings ?? runs.map { _ in [0] }
  }

  /// The dimensions of a group.
  func cells(_ group: Int) -> [Value] {
    guard let merge else { return [] }
    var first = 0
    for (morsel, firsts) in merge.firsts.enumerated() {
      if group < first + firsts.count {
        let row = Int(firsts[group - first])
        return columns[morsel].map { $0[row] }
      }
      first += firsts.count
    }
    return []
  }
}
