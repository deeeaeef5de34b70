package import BQLColumnar

extension StoredColumn {
  /// Stores rows `rows` of a column in the narrowest width that fits; `dictionary` is what the codes
  /// of a text column are places in.
  package init(_ column: Column, rows: Range<Int>, dictionary: CodeDictionary?) {
    let validity = column.validity?.slice(rows)
    let storage: Storage
    switch column.values {
    case .bools(let bools): storage = .bool(Buffer(bools[rows].map { $0 ? 1 : 0 }))
    case .floats(let floats): storage = .float(Buffer(Array(floats[rows])))
    case .ints(let ints): storage = Self.narrowed(ints[rows])
    case .texts(let codes, let texts):
      let dictionary = dictionary ?? CodeDictionary(texts)
      let codes = codes[rows]
      if dictionary.count <= Int(UInt8.max) {
        storage = .codes8(Buffer(codes.map { UInt8(truncatingIfNeeded: $0) }), dictionary)
      } else if dictionary.count <= Int(UInt16.max) {
        storage = .codes16(Buffer(codes.map { UInt16(truncatingIfNeeded: $0) }), dictionary)
      } else {
        storage = .codes32(Buffer(Array(codes)), dictionary)
      }
    }
    self.init(
      type: column.type,
      storage: storage,
      validity: validity.flatMap { $0.allSet ? nil : $0 },
      count: rows.count
    )
  }

  private static func narrowed(_ ints: ArraySlice<Int64>) -> Storage {
    let range = (ints.min() ?? 0)...(ints.max() ?? 0)
    switch IntegerWidth(range) {
    case .one: return .int8(Buffer(ints.map { Int8(truncatingIfNeeded: $0) }))
    case .two: return .int16(Buffer(ints.map { Int16(truncatingIfNeeded: $0) }))
    case .four: return .int32(Buffer(ints.map { Int32(truncatingIfNeeded: $0) }))
    case .eight: return .int64(Buffer(Array(ints)))
    }
  }
}
