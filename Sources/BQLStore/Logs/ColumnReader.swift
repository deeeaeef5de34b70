import BQLArrow
import BQLColumnar
import BQLStorage

/// Reads a column of a store's file as a stored column of the type that the manifest names; see
/// ``ArrowColumn`` for what is what.
struct ColumnReader {
  let type: DataType
  let field: ArrowField
  let array: ArrowArray

  /// Returns the column, `dictionary` being that of its codes; nil where the file has another type,
  /// or fewer bytes than rows.
  func column(_ dictionary: CodeDictionary?) -> StoredColumn? {
    switch (type, field.type) {
    case (.bool, .bool): truths
    case (.int, .int(_, true)) where field.dictionary == nil: integers
    case (.float, .float(64)):
      numbers(Double.self).map { made(.float($0)) }
    case (.decimal, .decimal(_, 2, let bits)):
      switch bits {
      case 32: numbers(Int32.self).map { made(.int32($0)) }
      case 64: numbers(Int64.self).map { made(.int64($0)) }
      case 128: longMoney
      default: nil
      }
    case (.timestamp, .timestamp(.second, _)):
      numbers(Int64.self).map { made(.int64($0), scale: 1_000_000) }
    case (.timestamp, .timestamp(.microsecond, _)), (.interval, .duration(.microsecond)):
      numbers(Int64.self).map { made(.int64($0)) }
    case (.date, .date32): numbers(Int32.self).map { made(.int32($0)) }
    case (.text, .utf8), (.text, .fixedSizeBinary(16)):
      field.dictionary == nil ? distinctTexts : codes(dictionary)
    default: nil
    }
  }

  private func numbers<Number: BitwiseCopyable & Sendable>(
    _ type: Number.Type
  ) -> Buffer<Number>? {
    array.buffers.first?.buffer(of: type, count: array.count)
  }

  private func made(_ storage: StoredColumn.Storage, scale: Int64 = 1) -> StoredColumn {
    StoredColumn(
      type: type,
      storage: storage,
      scale: scale,
      validity: array.validityBitmap,
      count: array.count
    )
  }

  private var integers: StoredColumn? {
    switch field.type {
    case .int(8, true): numbers(Int8.self).map { made(.int8($0)) }
    case .int(16, true): numbers(Int16.self).map { made(.int16($0)) }
    case .int(32, true): numbers(Int32.self).map { made(.int32($0)) }
    case .int(64, true): numbers(Int64.self).map { made(.int64($0)) }
    default: nil
    }
  }

  private var truths: StoredColumn? {
    guard let bits = array.buffers.first?.buffer(of: UInt8.self, count: (array.count + 7) >> 3)
    else { return nil }
    let bytes = bits.withSpan { bits in
      (0..<array.count).map { bits[$0 >> 3] >> UInt8($0 & 7) & 1 }
    }
    return made(.bool(Buffer(bytes)))
  }

  private var longMoney: StoredColumn? {
    guard let words = array.buffers.first?.buffer(of: Int64.self, count: array.count * 2) else {
      return nil
    }
    let low = words.withSpan { words in (0..<array.count).map { words[2 * $0] } }
    return made(.int64(Buffer(low)))
  }

  private func codes(_ dictionary: CodeDictionary?) -> StoredColumn? {
    guard let dictionary, let encoding = field.dictionary else { return nil }
    return switch (encoding.indexBits, encoding.isSigned) {
    case (8, false): numbers(UInt8.self).map { made(.codes8($0, dictionary)) }
    case (16, false): numbers(UInt16.self).map { made(.codes16($0, dictionary)) }
    case (32, true): numbers(Int32.self).map { made(.codes32($0, dictionary)) }
    default: nil
    }
  }

  /// Texts that all differ and stand without a dictionary: what names users.
  private var distinctTexts: StoredColumn? {
    guard let texts = texts(array), let count = Int32(exactly: array.count) else { return nil }
    let codes = Buffer((0..<count).map { $0 })
    return made(.codes32(codes, CodeDictionary(texts)))
  }

  /// Returns the texts of an array as a dictionary that reads them when one is asked for; nil where
  /// it has fewer bytes than texts.
  func texts(_ entries: ArrowArray) -> TextDictionary? {
    let count = entries.count
    switch field.type {
    case .fixedSizeBinary(16):
      guard let words = entries.buffers.first?.buffer(of: UInt64.self, count: count * 2) else {
        return nil
      }
      return TextDictionary(distinctCount: count) {
        Buffer(words.map { UInt64(bigEndian: $0) })
      }
    case .utf8(let isLarge):
      guard entries.buffers.count == 2 else { return nil }
      let bytes = entries.buffers[1]
      if isLarge {
        guard let offsets = entries.buffers[0].buffer(of: Int64.self, count: count + 1) else {
          return nil
        }
        return TextDictionary(count: count, isDistinct: nil) {
          Self.texts(offsets.map { Int($0) }, bytes)
        }
      }
      guard let offsets = entries.buffers[0].buffer(of: Int32.self, count: count + 1) else {
        return nil
      }
      return TextDictionary(count: count, isDistinct: nil) {
        Self.texts(offsets.map { Int($0) }, bytes)
      }
    default: return nil
    }
  }

  private static func texts(
    _ offsets: [Int],
    _ bytes: ArrowBytes
  ) -> (offsets: [Int], bytes: [UInt8]) {
    let slice = bytes.slice
    let count = min(offsets.last ?? 0, slice.byteCount)
    return (offsets, slice.slice(from: 0, count: count)?.bytes ?? [])
  }
}
