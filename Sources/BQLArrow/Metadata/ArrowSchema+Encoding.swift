extension ArrowSchema {
  /// The table `Schema` of Arrow's metadata.
  var table: FlatTable {
    FlatTable([
      (0, .short(0)),  // little-endian
      (1, .tables(fields.map(\.table))),
      (2, .tables(metadata.map(\.table))),
    ])
  }
}

extension ArrowNote {
  /// The table `KeyValue`.
  var table: FlatTable { FlatTable([(0, .text(key)), (1, .text(value))]) }
}

extension ArrowField {
  fileprivate var table: FlatTable {
    let (kind, type) = type.table
    var table = FlatTable([
      (0, .text(name)),
      (1, .bool(isNullable)),
      (2, .byte(kind.rawValue)),
      (3, .table(type)),
      (5, .tables([])),
    ])
    if let dictionary { table.set(4, .table(dictionary.table)) }
    if !metadata.isEmpty { table.set(6, .tables(metadata.map(\.table))) }
    return table
  }
}

extension ArrowDictionaryEncoding {
  fileprivate var table: FlatTable {
    FlatTable([
      (0, .long(id)),
      (1, .table(ArrowType.int(bits: indexBits, isSigned: isSigned).table.type)),
      (2, .bool(isOrdered)),
    ])
  }
}

extension ArrowType {
  /// The type's place in the union `Type`, and its table.
  fileprivate var table: (kind: ArrowTypeKind, type: FlatTable) {
    switch self {
    case .null: (.null, FlatTable())
    case .bool: (.bool, FlatTable())
    case .int(let bits, let isSigned):
      (.int, FlatTable([(0, .int(Int32(bits))), (1, .bool(isSigned))]))
    case .float(let bits):
      (.floatingPoint, FlatTable([(0, .short(bits == 16 ? 0 : bits == 32 ? 1 : 2))]))
    case .utf8(let isLarge): (isLarge ? .largeUtf8 : .utf8, FlatTable())
    case .binary(let isLarge): (isLarge ? .largeBinary : .binary, FlatTable())
    case .utf8View: (.utf8View, FlatTable())
    case .binaryView: (.binaryView, FlatTable())
    case .fixedSizeBinary(let byteWidth):
      (.fixedSizeBinary, FlatTable([(0, .int(Int32(byteWidth)))]))
    case .decimal(let precision, let scale, let bits):
      (
        .decimal,
        FlatTable([(0, .int(Int32(precision))), (1, .int(Int32(scale))), (2, .int(Int32(bits)))])
      )
    case .date32: (.date, FlatTable([(0, .short(0))]))
    case .date64: (.date, FlatTable([(0, .short(1))]))
    case .time(let unit):
      (
        .time,
        FlatTable([
          (0, .short(unit.rawValue)),
          (1, .int(unit == .second || unit == .millisecond ? 32 : 64)),
        ])
      )
    case .timestamp(let unit, let zone):
      (
        .timestamp,
        FlatTable([(0, .short(unit.rawValue))] + (zone.map { [(1, .text($0))] } ?? []))
      )
    case .duration(let unit): (.duration, FlatTable([(0, .short(unit.rawValue))]))
    case .interval(let unit): (.interval, FlatTable([(0, .short(unit.rawValue))]))
    }
  }
}
