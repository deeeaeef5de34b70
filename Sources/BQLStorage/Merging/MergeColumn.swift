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
        divisors: inputs.map { $0.log.schema[$0.places[place]].type == .decimal ? 100 : 1 }
      )
    case .int, .decimal, .timestamp, .date, .interval:
      layout = Self.ints(place, type, inputs)
    case .text:
      let event = first.roles[.event]
      layout =
        Self.shared(place, inputs, prunes: prunes && event != place, threads: threads) ?? .local
    }
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
  private static func type(
    _ place: Int,
    of first: EventLog,
    _ inputs: [MergeInput]
  ) throws(MergeError) -> DataType {
    var type = first.schema[place].type
    var isEmpty = inputs[0].isEmpty(place)
    let isKey = first.roles[.user] == place || first.roles[.time] == place
    for input in inputs.dropFirst() {
      let other = input.log.schema[input.places[place]].type
      if other == type { continue }
      if !isKey, input.isEmpty(place) { continue }
      if !isKey, isEmpty {
        type = other
      } else if !isKey, let wider = Self.wider(type, other) {
        type = wider
      } else {
        throw .differentTypes(column: first.schema[place].name, first: type, later: other)
      }
      isEmpty = false
    }
    return type
  }

  private static func wider(_ one: DataType, _ other: DataType) -> DataType? {
    switch (one, other) {
    case (.int, .decimal), (.decimal, .int), (.int, .float), (.float, .int), (.decimal, .float),
      (.float, .decimal):
      // Whole numbers need not fit beside two decimals.
      .float
    default: nil
    }
  }

  private static func ints(_ place: Int, _ type: DataType, _ inputs: [MergeInput]) -> Layout {
    let stored = inputs.map { input in
      input.log.partitions.map { $0.columns[input.places[place]] }
    }
    let used = zip(inputs, stored).map { input, columns in
      input.log.schema[input.places[place]].type == type ? columns : []
    }
    let scales = Set(used.joined().filter { $0.count > 0 }.map(\.scale))
    if scales.count > 1 {
      return .ints(.eight, scale: 1, factors: used.map { $0.first?.scale ?? 1 })
    }
    let width = used.joined().map(\.width).max() ?? .one
    return .ints(width, scale: scales.first ?? 1, factors: inputs.map { _ in 1 })
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
      guard input.log.schema[input.places[place]].type == .text else {
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
      let used = prunes ? inputs[number].usedCodes(place, number, texts.count, threads) : nil
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
      // A column of another type than the joined one's that is not converted has no values.
      if column.type != field.type, !isConverted(column.type) {
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

  private func isConverted(_ type: DataType) -> Bool {
    if case .floats = layout { return type == .int || type == .decimal }
    return false
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
    if column.type != field.type, !isConverted(column.type) { return .none }
    return column.validity.map { .some($0) } ?? .all
  }

  /// One dictionary of the texts that rows of a partition have, in the order of its parts'.
  private func localDictionary(
    _ parts: [MergePart],
    _ inputs: [MergeInput]
  ) -> (dictionary: CodeDictionary, maps: [[Int32]]) {
    let columns = parts.map { $0.partition.columns[inputs[$0.input].places[place]] }
    let isUUIDs = zip(parts, columns).allSatisfy { part, column in
      column.type != .text || column.count == 0 || column.codeDictionary?.texts.uuids != nil
        || column.validity?.setCount == 0
    }
    var uuids = UUIDInterner()
    var builder = TextDictionaryBuilder()
    var maps: [[Int32]] = []
    for (part, column) in zip(parts, columns) {
      guard let texts = column.codeDictionary?.texts else {
        maps.append([0])
        continue
      }
      let used = part.usedCodes(column, texts.count)
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
