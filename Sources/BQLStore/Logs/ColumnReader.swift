import BQLArrow
import BQLColumnar
import BQLStorage

/// Makes a column of a log of what a store's file has, of the type that the manifest names.
///
/// See ``ArrowColumn`` for what is what. Values are read when they are first asked for.
struct ColumnReader {
  let type: DataType
  let field: ArrowField
  let source: LateColumn
  let validity: Bitmap?
  /// Whether times fit 32 bits as seconds.
  var hasShortTimes = false

  private var count: Int { source.stored.count }

  /// Returns the column, `dictionary` being that of its codes; nil where the file has another type,
  /// or another number of bytes than its rows take.
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
    case (.timestamp, .timestamp(.second, _)): seconds
    case (.timestamp, .timestamp(.microsecond, _)), (.interval, .duration(.microsecond)):
      numbers(Int64.self).map { made(.int64($0)) }
    case (.date, .date32): numbers(Int32.self).map { made(.int32($0)) }
    case (.text, .utf8), (.text, .fixedSizeBinary(16)): codes(dictionary)
    default: nil
    }
  }

  /// Whether the first buffer has exactly the bytes of `count` numbers of a width.
  private func holds(_ count: Int, of byteCount: Int) -> Bool {
    let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: byteCount)
    return !isTooLarge && source.stored.buffers.count == 1 && source.byteCount(0) == bytes
  }

  private func numbers<Number: BitwiseCopyable & Sendable>(
    _ type: Number.Type
  ) -> Buffer<Number>? {
    guard holds(count, of: MemoryLayout<Number>.stride) else { return nil }
    let byteCount = count * MemoryLayout<Number>.stride
    let region = MemoryRegion(byteCount: byteCount) { [source] in
      source.memory.keep(source.read(orZeros: byteCount)[0])
    }
    return Buffer(sharing: region, byteOffset: 0, count: count)
  }

  private func made(_ storage: StoredColumn.Storage, scale: Int64 = 1) -> StoredColumn {
    StoredColumn(type: type, storage: storage, scale: scale, validity: validity, count: count)
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

  private var seconds: StoredColumn? {
    guard hasShortTimes else {
      return numbers(Int64.self).map { made(.int64($0), scale: 1_000_000) }
    }
    guard holds(count, of: 8) else { return nil }
    let short: Buffer<Int32> = source.converted(Int64.self, count: count, rawCount: count) {
      for row in $0.indices { $1[row] = Int32(truncatingIfNeeded: $0[row]) }
    }
    return made(.int32(short), scale: 1_000_000)
  }

  private var truths: StoredColumn? {
    let byteCount = (count + 7) >> 3
    // Bits are written in words.
    guard source.stored.buffers.count == 1, source.byteCount(0) >= byteCount,
      source.byteCount(0) <= byteCount + 7
    else { return nil }
    let bytes: Buffer<UInt8> = source.converted(
      UInt8.self,
      count: count,
      rawCount: source.byteCount(0)
    ) {
      for row in $1.indices { $1[row] = $0[row >> 3] >> UInt8(row & 7) & 1 }
    }
    return made(.bool(bytes))
  }

  private var longMoney: StoredColumn? {
    guard holds(count, of: 16) else { return nil }
    let low: Buffer<Int64> = source.converted(Int64.self, count: count, rawCount: count * 2) {
      for row in $1.indices { $1[row] = $0[2 * row] }
    }
    return made(.int64(low))
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
}

/// Makes dictionaries of what a store's file has; their texts are read when one is asked for.
struct DictionaryReader {
  let field: ArrowField
  let source: LateColumn

  /// Returns the texts; nil where the file has another type, or fewer bytes than texts.
  var texts: TextDictionary? {
    let count = source.stored.count
    let source = source
    switch field.type {
    case .fixedSizeBinary(16):
      guard source.stored.buffers.count == 1, source.byteCount(0) == count * 16 else { return nil }
      return TextDictionary(distinctCount: count) {
        let words: Buffer<UInt64> = source.converted(
          UInt64.self,
          count: count * 2,
          rawCount: count * 2
        ) {
          for index in $0.indices { $1[index] = UInt64(bigEndian: $0[index]) }
        }
        return words
      }
    case .utf8(let isLarge):
      let width = isLarge ? 8 : 4
      guard source.stored.buffers.count == 2, source.byteCount(0) == (count + 1) * width else {
        return nil
      }
      return TextDictionary(count: count, isDistinct: nil) {
        let slices = source.read(orZeros: (count + 1) * width)
        let offsets =
          isLarge
          ? slices[0].buffer(of: Int64.self, count: count + 1)?.map { Int($0) }
          : slices[0].buffer(of: Int32.self, count: count + 1)?.map { Int($0) }
        let byteCount = offsets?.last ?? 0
        guard let offsets, let bytes = slices[1].slice(from: 0, count: byteCount) else {
          return ([Int](repeating: 0, count: count + 1), [])
        }
        return (offsets, bytes.bytes)
      }
    default: return nil
    }
  }
}
