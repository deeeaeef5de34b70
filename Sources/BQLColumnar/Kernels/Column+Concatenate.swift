extension Column {
  /// Returns the rows of `columns`, one after another; they must share `type`.
  ///
  /// Texts of several dictionaries are brought to one, in which equal texts have one code.
  package static func concatenate(_ columns: [Column], type: DataType) -> Column {
    if columns.count == 1 { return columns[0] }
    let count = columns.reduce(0) { $0 + $1.count }
    let validity = joinedValidity(columns, count: count)
    switch type {
    case .bool:
      var joined: [Bool] = []
      joined.reserveCapacity(count)
      for column in columns {
        if case .bools(let bools) = column.values { joined.append(contentsOf: bools) }
      }
      return Column(bools: joined, validity: validity)
    case .float:
      var joined: [Double] = []
      joined.reserveCapacity(count)
      for column in columns {
        if case .floats(let floats) = column.values { joined.append(contentsOf: floats) }
      }
      return Column(floats: joined, validity: validity)
    case .text: return joinTexts(columns, count: count, validity: validity)
    case .int, .decimal, .timestamp, .date, .interval:
      var joined: [Int64] = []
      joined.reserveCapacity(count)
      for column in columns {
        if case .ints(let ints) = column.values { joined.append(contentsOf: ints) }
      }
      return Column(type, ints: joined, validity: validity)
    }
  }

  private static func joinedValidity(_ columns: [Column], count: Int) -> Bitmap? {
    guard columns.contains(where: { $0.validity != nil }) else { return nil }
    var joined = Bitmap(repeating: true, count: count)
    var start = 0
    for column in columns {
      if let validity = column.validity {
        for row in 0..<column.count where !validity[row] { joined[start + row] = false }
      }
      start += column.count
    }
    return joined
  }

  private static func joinTexts(_ columns: [Column], count: Int, validity: Bitmap?) -> Column {
    var joined: [Int32] = []
    joined.reserveCapacity(count)
    var shared: TextDictionary?
    var isShared = true
    for case .texts(_, let dictionary) in columns.map(\.values) {
      if let first = shared { isShared = isShared && first === dictionary }
      shared = shared ?? dictionary
    }
    if isShared {
      for case .texts(let codes, _) in columns.map(\.values) { joined.append(contentsOf: codes) }
      return Column(
        codes: joined,
        dictionary: shared ?? TextDictionary([""]),
        validity: validity
      )
    }
    var merger = TextCodeMerger()
    for column in columns {
      if case .texts(let codes, let dictionary) = column.values {
        joined.append(
          contentsOf: merger.codes(codes, of: dictionary, validity: column.validity)
        )
      }
    }
    return Column(codes: joined, dictionary: merger.finish(), validity: validity)
  }
}

/// Brings codes of many dictionaries to one, in which equal texts have one code.
package struct TextCodeMerger: Sendable {
  private var builder = TextDictionaryBuilder()
  /// For each dictionary met: its codes' new codes, −1 where not met yet.
  private var maps: [ObjectIdentifier: [Int32]] = [:]
  /// Keeps the dictionaries alive, so that no two share an identity.
  private var dictionaries: [TextDictionary] = []

  package init() {}

  /// The number of distinct texts so far.
  package var count: Int { builder.count }

  /// Returns the new codes of `codes`; rows without a value get code 0, whatever it stands for.
  package mutating func codes(
    _ codes: [Int32],
    of dictionary: TextDictionary,
    validity: Bitmap?
  ) -> [Int32] {
    let identity = ObjectIdentifier(dictionary)
    if maps[identity] == nil { dictionaries.append(dictionary) }
    // Taken out of the map while it changes, so that it is not copied.
    var map = maps.removeValue(forKey: identity) ?? [Int32](repeating: -1, count: dictionary.count)
    var result = [Int32](repeating: 0, count: codes.count)
    for row in codes.indices where validity.map({ $0[row] }) ?? true {
      let code = Int(codes[row])
      if map[code] < 0 {
        map[code] = dictionary.withText(code) { builder.code(for: $0) }
      }
      result[row] = map[code]
    }
    maps[identity] = map
    return result
  }

  /// Returns the dictionary of the new codes; it has at least one entry.
  package consuming func finish() -> TextDictionary {
    if builder.count == 0 { _ = builder.code(for: "") }
    return builder.finish()
  }
}
