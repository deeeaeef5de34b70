extension ArrowSchema {
  /// Reads the table `Schema`.
  ///
  /// - Throws: ``ArrowError/unsupported(column:what:hint:)`` for nested columns and big-endian data,
  ///   ``ArrowError/damaged(reason:)`` for what Arrow does not know.
  init(_ table: FlatReader, budget: inout FlatBudget) throws(ArrowError) {
    guard try table.number(0, default: Int16(0)) == 0 else {
      throw .unsupported(
        column: nil,
        what: "numbers in big-endian order",
        hint: "write the data again on a little-endian machine"
      )
    }
    var fields: [ArrowField] = []
    for field in try table.tables(1, budget: &budget) {
      fields.append(try ArrowField(field, budget: &budget))
    }
    self.init(fields, metadata: try ArrowNote.notes(table, 2, budget: &budget))
  }
}

extension ArrowNote {
  /// Reads the vector of `KeyValue` at `place`.
  static func notes(
    _ table: FlatReader,
    _ place: Int,
    budget: inout FlatBudget
  ) throws(ArrowError) -> [ArrowNote] {
    var notes: [ArrowNote] = []
    for note in try table.tables(place, budget: &budget) {
      notes.append(
        ArrowNote(
          try note.text(0, budget: &budget) ?? "",
          try note.text(1, budget: &budget) ?? ""
        )
      )
    }
    return notes
  }
}

extension ArrowField {
  fileprivate init(_ table: FlatReader, budget: inout FlatBudget) throws(ArrowError) {
    let name = try table.text(0, budget: &budget) ?? ""
    let kind = try table.number(2, default: UInt8(0))
    guard let kind = ArrowTypeKind(rawValue: kind) else {
      throw .unsupported(column: name, what: "values of a type that is not known here", hint: nil)
    }
    if let nested = kind.nestedName {
      throw .unsupported(
        column: name,
        what: nested,
        hint: kind == .runEndEncoded
          ? "decode the column before writing the file"
          : "leave the column out, or write each part as a column of its own"
      )
    }
    // A type without fields may be left out.
    var parameters = try FlatReader.empty
    if let given = try table.table(3) { parameters = given }
    let type = try ArrowType(kind, parameters, column: name, &budget)
    var dictionary: ArrowDictionaryEncoding?
    if let encoding = try table.table(4) { dictionary = try ArrowDictionaryEncoding(encoding) }
    self.init(
      name,
      type,
      isNullable: try table.bool(1),
      dictionary: dictionary,
      metadata: try ArrowNote.notes(table, 6, budget: &budget)
    )
  }
}

extension ArrowDictionaryEncoding {
  fileprivate init(_ table: FlatReader) throws(ArrowError) {
    var bits = 32
    var isSigned = true
    if let index = try table.table(1) {
      bits = try Self.bits(index)
      isSigned = try index.bool(1)
    }
    self.init(
      id: try table.number(0, default: Int64(0)),
      indexBits: bits,
      isSigned: isSigned,
      isOrdered: try table.bool(2)
    )
  }

  /// Reads the width of the table `Int`.
  fileprivate static func bits(_ table: FlatReader) throws(ArrowError) -> Int {
    let bits = Int(try table.number(0, default: Int32(0)))
    guard [8, 16, 32, 64].contains(bits) else {
      throw .damaged(reason: "it has integers of \(bits) bits")
    }
    return bits
  }
}

extension ArrowType {
  fileprivate init(
    _ kind: ArrowTypeKind,
    _ table: FlatReader,
    column: String,
    _ budget: inout FlatBudget
  ) throws(ArrowError) {
    switch kind {
    case .null: self = .null
    case .bool: self = .bool
    case .int:
      self = .int(bits: try ArrowDictionaryEncoding.bits(table), isSigned: try table.bool(1))
    case .floatingPoint:
      let bits = [16, 32, 64]
      let precision = Int(try table.number(0, default: Int16(0)))
      guard bits.indices.contains(precision) else {
        throw .damaged(reason: "column \(column) has numbers of an unknown precision")
      }
      self = .float(bits: bits[precision])
    case .utf8: self = .utf8(isLarge: false)
    case .largeUtf8: self = .utf8(isLarge: true)
    case .binary: self = .binary(isLarge: false)
    case .largeBinary: self = .binary(isLarge: true)
    case .utf8View: self = .utf8View
    case .binaryView: self = .binaryView
    case .fixedSizeBinary:
      let width = try table.number(0, default: Int32(0))
      guard width >= 0 else { throw .damaged(reason: "column \(column) has a negative width") }
      self = .fixedSizeBinary(byteWidth: Int(width))
    case .decimal: self = try Self.decimal(table, column)
    case .date: self = try table.number(0, default: Int16(1)) == 0 ? .date32 : .date64
    case .time: self = .time(try Self.unit(table, default: .millisecond))
    case .timestamp:
      self = .timestamp(
        try Self.unit(table, default: .second),
        zone: try table.text(1, budget: &budget)
      )
    case .duration: self = .duration(try Self.unit(table, default: .millisecond))
    case .interval:
      guard let unit = IntervalUnit(rawValue: try table.number(0, default: Int16(0))) else {
        throw .damaged(reason: "column \(column) has intervals of an unknown unit")
      }
      self = .interval(unit)
    case .list, .structure, .union, .fixedSizeList, .map, .largeList, .runEndEncoded, .listView,
      .largeListView:
      throw .unsupported(column: column, what: kind.nestedName ?? "", hint: nil)
    }
  }

  private static func decimal(_ table: FlatReader, _ column: String) throws(ArrowError) -> ArrowType
  {
    let precision = Int(try table.number(0, default: Int32(0)))
    let scale = Int(try table.number(1, default: Int32(0)))
    let bits = Int(try table.number(2, default: Int32(128)))
    guard [32, 64, 128, 256].contains(bits), (1...76).contains(precision),
      (-76...76).contains(scale)
    else { throw .damaged(reason: "column \(column) has decimals of an impossible size") }
    return .decimal(precision: precision, scale: scale, bits: bits)
  }

  private static func unit(_ table: FlatReader, default unit: TimeUnit) throws(ArrowError)
    -> TimeUnit
  {
    guard let unit = TimeUnit(rawValue: try table.number(0, default: unit.rawValue)) else {
      throw .damaged(reason: "it has times of an unknown unit")
    }
    return unit
  }
}

extension FlatReader {
  /// A table whose fields all hold their defaults.
  static var empty: FlatReader {
    get throws(ArrowError) { try FlatReader(root: FlatWriter.bytes(of: FlatTable())) }
  }
}
