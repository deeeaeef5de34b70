package import BQLColumnar

extension ArrowField {
  /// The type that the column's values are read as.
  ///
  /// - Throws: ``ArrowError/unsupported(column:what:hint:)`` for what no type here can hold.
  package var dataType: DataType {
    get throws(ArrowError) {
      switch type {
      case .bool: return .bool
      case .int: return .int
      case .float: return .float
      case .null, .utf8, .binary, .utf8View, .binaryView, .fixedSizeBinary(byteWidth: 16):
        return .text
      case .fixedSizeBinary(let byteWidth):
        throw .unsupported(
          column: name,
          what: "binary values of \(byteWidth) bytes",
          hint: "write the column as text"
        )
      case .decimal(_, let scale, _):
        // More than two places are no money, and a double holds them best.
        return scale <= 0 ? .int : scale <= 2 ? .decimal : .float
      case .date32, .date64: return .date
      case .timestamp: return .timestamp
      case .time, .duration, .interval(.dayTime), .interval(.monthDayNano): return .interval
      case .interval(.yearMonth):
        throw .unsupported(
          column: name,
          what: "intervals of months, which have no fixed length",
          hint: "write the column as days or as a number of months"
        )
      }
    }
  }
}

extension ArrowField {
  /// Returns the field that a column of ours is written as; `dictionary` is what a text's places are
  /// in, `zone` the clock that times are shown on.
  static func writing(
    _ field: Field,
    zone: String,
    dictionary: (id: Int64, isLarge: Bool)?
  ) -> ArrowField {
    switch field.type {
    case .bool: ArrowField(field.name, .bool)
    case .int: ArrowField(field.name, .int(bits: 64, isSigned: true))
    case .float: ArrowField(field.name, .float(bits: 64))
    case .decimal: ArrowField(field.name, .decimal(precision: 19, scale: 2, bits: 128))
    case .text:
      ArrowField(
        field.name,
        .utf8(isLarge: dictionary?.isLarge ?? false),
        dictionary: ArrowDictionaryEncoding(id: dictionary?.id ?? 0)
      )
    case .timestamp: ArrowField(field.name, .timestamp(.microsecond, zone: zone))
    case .date: ArrowField(field.name, .date32)
    case .interval: ArrowField(field.name, .duration(.microsecond))
    }
  }
}
