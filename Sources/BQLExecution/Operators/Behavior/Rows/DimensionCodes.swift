import BQLColumnar
import BQLStorage

/// Gives the dimensions of rows one code and remembers what codes stand for.
struct DimensionCodes: Sendable {
  /// How the codes of a morsel's rows are found.
  private enum Codes: Sendable {
    case none
    /// One text column with one dictionary: its codes, through a map computed once an entry.
    case mapped(column: Int, map: [Int32])
    /// Attributes of users: computed once a user.
    case users(UserCodes)
    /// One array a morsel, computed beforehand: ATTRIBUTE EACH asks for every start.
    case rows([[Int32]])
    /// Computed for the rows that chains count by, once they are known.
    case ofChains(DimensionReader)
  }

  private let codes: Codes
  /// The dimensions' values, one row a code; none yet where codes are computed for chains.
  let values: [Column]

  /// Prepares the codes of `dimensions` over `log`; `isOfEveryRow` computes those that no dictionary
  /// tells for all rows at once, else ``ofChains`` does for some.
  init(
    _ dimensions: [CompiledExpression],
    of log: EventLog,
    _ morsels: [Morsel],
    ofEveryRow isOfEveryRow: Bool,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    guard !dimensions.isEmpty else {
      codes = .none
      values = []
      return
    }
    if dimensions.count == 1, dimensions[0].columns.count == 1,
      let dictionary = Self.sharedDictionary(log, column: dimensions[0].columns[0]),
      let entries = Self.evaluate(dimensions[0], over: dictionary)
    {
      var coder = KeyCoder(dimensions[0].type)
      // Entry c of the dictionary becomes map[c + 1]; the last row of `entries`, NULL, map[0].
      let coded = coder.codes(for: entries)
      codes = .mapped(
        column: dimensions[0].columns[0],
        map: [coded[coded.count - 1]] + coded.dropLast()
      )
      values = [coder.values()]
      return
    }
    if let users = try UserCodes(dimensions, of: log, morsels, context) {
      codes = .users(users)
      values = users.values
      return
    }
    let reader = DimensionReader(dimensions, log, context)
    guard isOfEveryRow else {
      codes = .ofChains(reader)
      values = []
      return
    }
    let partials = Collected<DimensionReader.Found>(count: morsels.count)
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      partials.set(index, try reader.codes(ofAll: morsels[index]))
    }
    // Codes follow the order of morsels, so that they are the same at any thread count.
    var merged = GroupTable(types: dimensions.map(\.type))
    codes = .rows(
      partials.all.map { partial in
        let mapping = merged.groups(for: partial.table.keyColumns(), count: partial.table.count)
        return partial.codes.map { mapping[Int($0)] }
      }
    )
    values = merged.keyColumns()
  }

  /// Computes the codes of chains' rows; nil where the codes are known beforehand.
  var ofChains: DimensionReader? {
    if case .ofChains(let reader) = codes { reader } else { nil }
  }

  /// The column whose codes tell the group, and what code *c* becomes at entry *c* + 1, NULL at
  /// entry 0; nil where no one column does.
  var mapped: (column: Int, map: [Int32])? {
    if case .mapped(let column, let map) = codes { (column, map) } else { nil }
  }

  /// Returns the codes of the rows of morsel `index`.
  func rowCodes(_ index: Int, _ partition: Partition) throws(ExecutionError) -> RowCodes? {
    switch codes {
    case .none, .ofChains: return nil
    case .users(let users): return users.rowCodes(index)
    case .rows(let all): return RowCodes(.rows(all[index]))
    case .mapped(let column, let map):
      guard let codes = RowCodes(partition.columns[column], map: map) else {
        throw .internal("a dimension's column holds no codes")
      }
      return codes
    }
  }

  /// The one dictionary of a text column in all partitions; nil where partitions have their own.
  private static func sharedDictionary(_ log: EventLog, column: Int) -> TextDictionary? {
    var shared: CodeDictionary?
    for partition in log.partitions {
      let dictionary: CodeDictionary
      switch partition.columns[column].storage {
      case .codes8(_, let codes), .codes16(_, let codes), .codes32(_, let codes):
        dictionary = codes
      case .int8, .int16, .int32, .int64, .float, .bool, .perUser: return nil
      }
      if let shared, shared !== dictionary { return nil }
      shared = dictionary
    }
    return shared?.texts
  }

  /// Evaluates over the entries and, last, NULL; nil where an entry fails, which no row may have.
  private static func evaluate(
    _ dimension: CompiledExpression,
    over dictionary: TextDictionary
  ) -> Column? {
    guard dictionary.count > 0 else { return nil }
    var validity = Bitmap(repeating: true, count: dictionary.count + 1)
    validity[dictionary.count] = false
    let codes = (0..<Int32(dictionary.count)).map { $0 } + [0]
    let entries = Column(codes: codes, dictionary: dictionary, validity: validity)
    let chunk = Chunk(
      (0...dimension.columns[0]).map { _ in entries },
      count: dictionary.count + 1
    )
    return try? dimension.evaluate(chunk)
  }
}
