import BQLColumnar

/// Says how a column of the joined log is made of those of its logs.
struct MergeColumn: Sendable {
  let field: Field
  /// The column's place in the joined log.
  private let place: Int
  private let layout: Layout

  private enum Layout: Sendable {
    /// Numbers of a width, each `scale` units; those of input *k* are multiplied by `factors[k]`.
    case ints(IntegerWidth, scale: Int64, factors: [Int64])
    /// Numbers; those of input *k* are divided by `divisors[k]` where they are stored whole.
    case floats(divisors: [Double])
    case bools
    /// Codes of one dictionary; `maps[k]` are those of input *k*'s codes, nil where they stay.
    case shared(CodeDictionary, maps: [[Int32]?])
    /// Codes of a dictionary a partition.
    case local
  }

  init(
    _ place: Int,
    of first: EventLog,
    _ inputs: [MergeInput],
    prunes: Bool,
    threads: Int
  ) throws(MergeError) {
    self.place = place
    let type = try Self.type(place, of: first, inputs)
    field = Field(first.schema[place].name, type)
    switch type {
    case .bool: layout = .bools
    case .float:
      layout = .floats(
        divisors: inputs.map { $0.type(place) == .decimal ? 100 : 1 }
      )
    case .int, .decimal, .timestamp, .date, .interval:
      layout = Self.ints(place, type, inputs)
    case .text:
      let event = first.roles[.event]
      layout =
        Self.shared(place, inputs, prunes: prunes && event != place, threads: threads) ?? .local
    }
  }

  /// The dictionary of all partitions; nil where each has its own, or there is none.
  var sharedDictionary: CodeDictionary? {
    if case .shared(let dictionary, _) = layout { dictionary } else { nil }
  }

  /// Where `log` has each column of `first`.
  static func places(of first: EventLog, in log: EventLog) throws(MergeError) -> [Int] {
    let names = first.schema.fields.map(\.name)
    let missing = names.filter { log.schema.index(named: $0) == nil }
    let extra = log.schema.fields.map(\.name).filter { first.schema.index(named: $0) == nil }
    guard missing.isEmpty, extra.isEmpty else {
      throw .differentColumns(missing: missing, extra: extra)
    }
    let places = names.compactMap { log.schema.index(named: $0) }
    for role in Role.allCases where first.roles[role].map({ places[$0] }) != log.roles[role] {
      throw .differentRoles(
        role: role,
        first: first.roles[role].map { first.schema[$0].name },
        later: log.roles[role].map { log.schema[$0].name }
      )
    }
    return places
  }

  /// The type that holds the values of all logs; a log without any has none to hold.
  ///
  /// Whole numbers join decimals as decimals where they are of four bytes at most, so that two
  /// places more fit: else numbers of two types are floats.
  private static func type(
    _ place: Int,
    of first: EventLog,
    _ inputs: [MergeInput]
  ) throws(MergeError) -> DataType {
    let own = first.schema[place].type
    let isKey = first.roles[.user] == place || first.roles[.time] == place
    let used = isKey ? inputs : inputs.filter { !$0.isEmpty(place) }
    let types = Set(used.map { $0.type(place) })
    guard types.count > 1 else { return types.first ?? own }
    guard !isKey, types.isSubset(of: [.int, .decimal, .float]) else {
      let (one, other) = (used[0].type(place), used.map { $0.type(place) })
      throw .differentTypes(
        column: first.schema[place].name,
        first: one,
        later: other.first { $0 != one } ?? one
      )
    }
    let isNarrow = used.allSatisfy { input in
      input.type(place) != .int || input.columns(place).allSatisfy { $0.width < .eight }
    }
    return !types.contains(.float) && isNarrow ? .decimal : .float
  }

  private static func ints(_ place: Int, _ type: DataType, _ inputs: [MergeInput]) -> Layout {
    let stored = inputs.map { converts($0.type(place), to: type) ? $0.columns(place) : [] }
    let scales = Set(stored.joined().filter { $0.count > 0 }.map(\.scale))
    if scales.count > 1 {
      return .ints(.eight, scale: 1, factors: stored.map { $0.first?.scale ?? 1 })
    }
    let isMoney = inputs.map { type == .decimal && $0.type(place) == .int }
    let widths = zip(stored, isMoney).flatMap { columns, isMoney in
      columns.map { isMoney ? $0.width.hundredfold : $0.width }
    }
    return .ints(
      widths.max() ?? .one,
      scale: scales.first ?? 1,
      factors: isMoney.map { $0 ? 100 : 1 }
    )
  }

  /// Whether values of a type become values of the joined column's; else there are none.
  private static func converts(_ own: DataType, to type: DataType) -> Bool {
    switch (own, type) {
    case (.int, .decimal), (.int, .float), (.decimal, .float): true
    default: own == type
    }
  }

  /// One dictionary for all partitions, where each log has one.
  private static func shared(
    _ place: Int,
    _ inputs: [MergeInput],
    prunes: Bool,
    threads: Int
  ) -> Layout? {
    var dictionaries: [CodeDictionary?] = []
    for input in inputs {
      guard input.type(place) == .text else {
        // It has no values.
        dictionaries.append(nil)
        continue
      }
      guard let shared = input.log.sharedDictionary(ofColumn: input.places[place]) else {
        return nil
      }
      dictionaries.append(shared)
    }
    if !prunes, inputs.count == 1, let only = dictionaries[0] {
      return .shared(only, maps: [nil])
    }
    var builder = TextDictionaryBuilder()
    var maps: [[Int32]?] = []
    for (number, dictionary) in dictionaries.enumerated() {
      guard let texts = dictionary?.texts else {
        maps.append(nil)
        continue
      }
      let used = prunes ? inputs[number].usedCodes(place, texts.count, threads) : nil
      maps.append(
        (0..<texts.count).map { code in
          // NULL is stored as code 0: what it stands for is not looked at.
          used?[code] == false ? 0 : texts.withText(code) { builder.code(for: $0) }
        }
      )
    }
    let texts = builder.count == 0 ? TextDictionary([""]) : builder.finish()
    return .shared(CodeDictionary(texts), maps: maps)
  }

  // MARK: - Rows

  /// The column's numbers in each part, in 64 bits; `locals` are the maps of a local dictionary.
  func wide(
    _ parts: [MergePart],
    _ inputs: [MergeInput],
    _ locals: [[Int32]]?
  ) -> [[Int64]] {
    parts.enumerated().map { number, part in
      let input = inputs[part.input]
      let column = part.partition.columns[input.places[place]]
      if !Self.converts(column.type, to: field.type) {
        return [Int64](repeating: 0, count: column.count)
      }
      switch layout {
      case .ints(_, _, let factors): return column.wideInts(factors[part.input])
      case .floats(let divisors):
        if case .float = column.storage { return column.wideInts() }
        let divisor = divisors[part.input]
        return column.wideInts(column.scale).map {
          Int64(bitPattern: (Double($0) / divisor).bitPattern)
        }
      case .bools: return column.wideInts()
      case .shared(_, let maps):
        return Self.codes(column, maps[part.input])
      case .local: return Self.codes(column, locals?[number])
      }
    }
  }

  /// The codes of a column in the joined dictionary; NULL is stored as code 0.
  private static func codes(_ column: StoredColumn, _ map: [Int32]?) -> [Int64] {
    guard let map else { return column.wideInts() }
    var codes = column.wideInts().map { Int64(map[Int($0)]) }
    if let validity = column.validity {
      for row in codes.indices where !validity[row] { codes[row] = 0 }
    }
    return codes
  }

  /// Gathers the column's rows; `times` are its numbers where they are known.
  func gather(
    _ parts: [MergePart],
    _ inputs: [MergeInput],
    _ runs: RowRuns,
    times: [[Int64]]?
  ) -> StoredColumn {
    var dictionary: CodeDictionary?
    var maps: [[Int32]]?
    if case .local = layout {
      let made = localDictionary(parts, inputs)
      (dictionary, maps) = (made.dictionary, made.maps)
    }
    let wide = times ?? self.wide(parts, inputs, maps)
    let storage: StoredColumn.Storage
    var scale: Int64 = 1
    switch layout {
    case .ints(let width, let unit, _):
      scale = unit
      storage = runs.ints(wide, width)
    case .floats:
      storage = .float(
        runs.gather(wide, of: Double.self) { Double(bitPattern: UInt64(bitPattern: $0)) }
      )
    case .bools: storage = .bool(runs.gather(wide))
    case .shared(let shared, _): storage = runs.codes(wide, shared)
    case .local:
      storage = .codes32(runs.gather(wide), dictionary ?? CodeDictionary(TextDictionary([""])))
    }
    let validities = parts.map { part in validity(part, inputs[part.input]) }
    return StoredColumn(
      type: field.type,
      storage: storage,
      scale: scale,
      validity: runs.validity(validities),
      count: runs.rowCount
    )
  }

  /// The rows of a part that have a value.
  private func validity(_ part: MergePart, _ input: MergeInput) -> RowRuns.Validity {
    let column = part.partition.columns[input.places[place]]
    if !Self.converts(column.type, to: field.type) { return .none }
    return column.validity.map { .some($0) } ?? .all
  }

  /// One dictionary of the texts that rows of a partition have, in the order of its parts'.
  private func localDictionary(
    _ parts: [MergePart],
    _ inputs: [MergeInput]
  ) -> (dictionary: CodeDictionary, maps: [[Int32]]) {
    let columns = parts.map { $0.partition.columns[inputs[$0.input].places[place]] }
    let isUUIDs = columns.allSatisfy { column in
      column.type != .text || column.count == 0 || column.codeDictionary?.texts.uuids != nil
        || column.validity?.setCount == 0
    }
    var uuids = UUIDInterner()
    var builder = TextDictionaryBuilder()
    var maps: [[Int32]] = []
    for column in columns {
      guard let texts = column.codeDictionary?.texts else {
        maps.append([0])
        continue
      }
      let used = column.usedCodes(texts.count)
      let words = isUUIDs ? texts.uuids : nil
      maps.append(
        (0..<texts.count).map { code in
          guard used[code] else { return 0 }
          if let words { return uuids.code(words[code * 2], words[code * 2 + 1]) }
          return texts.withText(code) { builder.code(for: $0) }
        }
      )
    }
    let keys = isUUIDs ? KeyValues.uuids(uuids.words) : .texts(builder.finish())
    return (keys.dictionary ?? CodeDictionary(TextDictionary([""])), maps)
  }
}
