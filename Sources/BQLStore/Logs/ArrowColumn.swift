import BQLArrow
import BQLColumnar
import BQLStorage

/// Holds a stored column as an Arrow file has it: numbers as they lie in memory wherever Arrow has
/// a type for them.
///
/// | BQL | Arrow |
/// |---|---|
/// | int | int8 … int64, as narrow as in memory |
/// | decimal | decimal32, decimal64 or decimal128 with two places |
/// | float, bool | float64, bool |
/// | text | a dictionary of utf8; where all are UUIDs of fixed_size_binary(16) |
/// | timestamp | timestamp of seconds where that is exact, else of microseconds; UTC |
/// | date, interval | date32, duration of microseconds |
struct ArrowColumn {
  var field: ArrowField
  var array: ArrowArray
  /// The entries that codes stand for.
  var dictionary: ArrowArray?

  /// The precision of money in 32 and 64 bits; more digits take 128.
  static let digits32 = 9
  static let digits64 = 18
  static let digits128 = 38

  /// Lays out a column, `id` being that of its dictionary; `digits` is how many digits its money
  /// needs in all partitions.
  init(_ column: StoredColumn, named name: String, id: Int64, digits: Int) {
    let column = column.repeatingUsers
    let validity = column.validity
    let isNullable = validity != nil
    func plain(_ type: ArrowType, _ array: ArrowArray) -> (ArrowField, ArrowArray) {
      (ArrowField(name, type, isNullable: isNullable), array)
    }
    dictionary = nil
    switch column.type {
    case .bool:
      let bits = Bitmap(words: column.bits, count: column.count)
      let array = ArrowArray(
        count: column.count,
        nullCount: validity.map { $0.count - $0.setCount } ?? 0,
        validity: validity.map { ArrowBytes($0) },
        buffers: [ArrowBytes(bits)]
      )
      (field, array: self.array) = plain(.bool, array)
    case .int:
      let (bits, array) = column.integers
      (field, self.array) = plain(.int(bits: bits, isSigned: true), array)
    case .float:
      guard case .float(let buffer) = column.storage else { preconditionFailure("numbers") }
      (field, array) = plain(.float(bits: 64), ArrowArray(buffer, validity: validity))
    case .decimal:
      (field, array) = Self.money(column, digits, plain)
    case .timestamp:
      let isInSeconds = column.scale == 1_000_000
      let unit: ArrowType.TimeUnit = isInSeconds ? .second : .microsecond
      let numbers = column.wide(isInSeconds ? 1 : column.scale)
      (field, array) = plain(
        .timestamp(unit, zone: "UTC"),
        ArrowArray(numbers, validity: validity)
      )
    case .date:
      let days = Buffer(column.wide(column.scale).map { Int32(truncatingIfNeeded: $0) })
      (field, array) = plain(.date32, ArrowArray(days, validity: validity))
    case .interval:
      let numbers = column.wide(column.scale)
      (field, array) = plain(.duration(.microsecond), ArrowArray(numbers, validity: validity))
    case .text:
      let texts = column.codeDictionary?.texts ?? TextDictionary([])
      let (bits, isSigned, codes) = column.codes
      let entries = Self.entries(of: texts)
      field = ArrowField(
        name,
        entries.type,
        isNullable: isNullable,
        dictionary: ArrowDictionaryEncoding(id: id, indexBits: bits, isSigned: isSigned)
      )
      array = codes
      dictionary = entries.array
    }
  }

  private static func money(
    _ column: StoredColumn,
    _ digits: Int,
    _ plain: (ArrowType, ArrowArray) -> (ArrowField, ArrowArray)
  ) -> (ArrowField, ArrowArray) {
    let validity = column.validity
    if digits <= digits32 {
      let type = ArrowType.decimal(precision: digits32, scale: 2, bits: 32)
      if case .int32(let buffer) = column.storage {
        return plain(type, ArrowArray(buffer, validity: validity))
      }
      let numbers = Buffer(column.wide(column.scale).map { Int32(truncatingIfNeeded: $0) })
      return plain(type, ArrowArray(numbers, validity: validity))
    }
    let numbers = column.wide(column.scale)
    if digits <= digits64 {
      let type = ArrowType.decimal(precision: digits64, scale: 2, bits: 64)
      return plain(type, ArrowArray(numbers, validity: validity))
    }
    let words = numbers.flatMap { [$0, $0 < 0 ? -1 : 0] }
    let array = ArrowArray(
      count: column.count,
      nullCount: validity.map { $0.count - $0.setCount } ?? 0,
      validity: validity.map { ArrowBytes($0) },
      buffers: [.int64s(words)]
    )
    return plain(.decimal(precision: digits128, scale: 2, bits: 128), array)
  }

  /// Lays out the entries of a dictionary.
  static func entries(of texts: TextDictionary) -> (type: ArrowType, array: ArrowArray) {
    if let uuids = texts.uuids {
      // A UUID's bytes stand in the order in which it is written.
      let words = uuids.map { $0.bigEndian }
      let array = ArrowArray(count: texts.count, buffers: [.uint64s(words)])
      return (.fixedSizeBinary(byteWidth: 16), array)
    }
    let isLarge = texts.bytes.count > Int(Int32.max)
    let offsets: ArrowBytes =
      isLarge
      ? .int64s(texts.offsets.map { Int64($0) })
      : .int32s(texts.offsets.map { Int32(truncatingIfNeeded: $0) })
    return (
      .utf8(isLarge: isLarge),
      ArrowArray(count: texts.count, buffers: [offsets, .uint8s(texts.bytes)])
    )
  }

  /// The digits of the largest amount of a column.
  static func digits(_ column: StoredColumn) -> Int {
    switch column.storage {
    case .int8, .int16: return digits32
    case .int32(let buffer):
      let isShort = buffer.withSpan { numbers in
        numbers.indices.allSatisfy { numbers[$0].magnitude < 1_000_000_000 }
      }
      return isShort ? digits32 : digits64
    case .int64(let buffer):
      let isShort = buffer.withSpan { numbers in
        numbers.indices.allSatisfy { numbers[$0].magnitude < 1_000_000_000_000_000_000 }
      }
      return isShort ? digits64 : digits128
    case .perUser(let values, _): return digits(values)
    case .float, .bool, .codes8, .codes16, .codes32: return digits64
    }
  }
}
