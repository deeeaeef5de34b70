import BQLArrow
import BQLColumnar
import BQLStorage

/// Holds what names the users of a partition, without a dictionary: each name stands once.
struct UserNames: Sendable {
  /// One row a user.
  let values: StoredColumn

  /// The field that holds the names of all partitions.
  static func field(of batches: [UserNames], named name: String) -> ArrowField {
    let type: ArrowType =
      if batches.contains(where: { $0.values.type == .text }) {
        batches.allSatisfy({ $0.texts?.uuids != nil || $0.values.count == 0 })
          ? .fixedSizeBinary(byteWidth: 16) : .utf8(isLarge: true)
      } else {
        .int(bits: batches.map { $0.values.integers.bits }.max() ?? 64, isSigned: true)
      }
    return ArrowField(name, type, isNullable: false)
  }

  private var texts: TextDictionary? { values.codeDictionary?.texts }

  /// Lays the names out as values of `type`.
  func array(as type: ArrowType) -> ArrowArray {
    switch type {
    case .int(let bits, _):
      let own = values.integers
      if own.bits == bits { return own.array }
      let wide = values.wide(values.scale)
      return switch bits {
      case 16: ArrowArray(Buffer(wide.map { Int16(truncatingIfNeeded: $0) }), validity: nil)
      case 32: ArrowArray(Buffer(wide.map { Int32(truncatingIfNeeded: $0) }), validity: nil)
      default: ArrowArray(wide, validity: nil)
      }
    case .fixedSizeBinary:
      let codes = codes
      var words: [UInt64] = []
      words.reserveCapacity(codes.count * 2)
      texts?.uuids?.withSpan { uuids in
        for code in codes {
          words.append(uuids[2 * code].bigEndian)
          words.append(uuids[2 * code + 1].bigEndian)
        }
      }
      return ArrowArray(count: codes.count, buffers: [.uint64s(words)])
    default:
      var offsets: [Int64] = [0]
      var bytes: [UInt8] = []
      for code in codes {
        if let text = texts?.utf8(code) { bytes += text }
        offsets.append(Int64(bytes.count))
      }
      return ArrowArray(count: codes.count, buffers: [.int64s(offsets), .uint8s(bytes)])
    }
  }

  private var codes: [Int] {
    switch values.storage {
    case .codes8(let buffer, _): buffer.map { Int($0) }
    case .codes16(let buffer, _): buffer.map { Int($0) }
    case .codes32(let buffer, _): buffer.map { Int($0) }
    case .int8, .int16, .int32, .int64, .float, .bool, .perUser: []
    }
  }

  /// Reads the names of a partition, which is done at once; nil where they have another type or
  /// fewer bytes than users.
  init?(_ type: DataType, _ field: ArrowField, _ array: ArrowArray) {
    func numbers<Number: BitwiseCopyable & Sendable>(_: Number.Type) -> Buffer<Number>? {
      array.buffers.first?.buffer(of: Number.self, count: array.count)
    }
    let storage: StoredColumn.Storage?
    switch (type, field.type) {
    case (.int, .int(8, true)): storage = numbers(Int8.self).map { .int8($0) }
    case (.int, .int(16, true)): storage = numbers(Int16.self).map { .int16($0) }
    case (.int, .int(32, true)): storage = numbers(Int32.self).map { .int32($0) }
    case (.int, .int(64, true)): storage = numbers(Int64.self).map { .int64($0) }
    case (.text, .fixedSizeBinary(16)), (.text, .utf8(isLarge: true)):
      guard let texts = Self.texts(field.type, array), let count = Int32(exactly: array.count)
      else { return nil }
      storage = .codes32(Buffer((0..<count).map { $0 }), CodeDictionary(texts))
    default: storage = nil
    }
    guard let storage else { return nil }
    values = StoredColumn(type: type, storage: storage, count: array.count)
  }

  init(values: StoredColumn) {
    self.values = values
  }

  private static func texts(_ type: ArrowType, _ array: ArrowArray) -> TextDictionary? {
    let count = array.count
    if case .fixedSizeBinary = type {
      return array.buffers.first?.buffer(of: UInt64.self, count: count * 2).map {
        TextDictionary(distinct: Buffer($0.map { UInt64(bigEndian: $0) }))
      }
    }
    guard array.buffers.count == 2,
      let offsets = array.buffers[0].buffer(of: Int64.self, count: count + 1)?.map({ Int($0) }),
      let first = offsets.first, first == 0, let last = offsets.last,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
      let bytes = array.buffers[1].slice.slice(from: 0, count: last)
    else { return nil }
    return TextDictionary(offsets: offsets, bytes: bytes.bytes, isDistinct: true)
  }
}
