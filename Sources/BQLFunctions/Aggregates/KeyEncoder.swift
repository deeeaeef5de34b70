import BQLColumnar

/// Turns the values of a column into integers that are equal where the values are, and back.
///
/// Except for texts the integers have the order of the values. Texts get codes of a dictionary of
/// the encoder's own, since every chunk may bring another dictionary.
struct KeyEncoder: Sendable {
  let type: DataType
  private var texts = TextDictionaryBuilder()
  /// The dictionary of the last chunk, and what its codes are here; −1 where not met yet.
  private var source: TextDictionary?
  private var sourceCodes: [Int32] = []

  init(_ type: DataType) {
    self.type = type
  }

  /// Returns one key a row; rows of a negative group, and NULLs, get any.
  mutating func keys(_ column: Column, groups: [Int32]) -> [Int64] {
    switch column.values {
    case .ints(let ints): return ints
    case .bools(let bools): return Rows.map(bools) { $0 ? 1 : 0 }
    case .floats(let floats): return Rows.map(floats) { FloatOrder.key($0) }
    case .texts(let codes, let dictionary): return intern(codes, dictionary, groups)
    }
  }

  /// Returns the column that `keys` stand for.
  func column(_ keys: [Int64], validity: Bitmap? = nil) -> Column {
    switch type {
    case .bool: return Column(bools: Rows.map(keys) { $0 != 0 }, validity: validity)
    case .float:
      return Column(floats: Rows.map(keys) { FloatOrder.value($0) }, validity: validity)
    case .int, .decimal, .timestamp, .date, .interval:
      return Column(type, ints: keys, validity: validity)
    case .text:
      let builder = texts
      let dictionary = builder.count == 0 ? TextDictionary([""]) : builder.finish()
      return Column(
        codes: keys.map { Int32(truncatingIfNeeded: $0) },
        dictionary: dictionary,
        validity: validity
      )
    }
  }

  /// Says whether the value of one key comes before that of another; texts compare by bytes.
  func precedes(_ first: Int64, _ second: Int64) -> Bool {
    guard type == .text, first != second else { return first < second }
    let a = texts.utf8(Int32(truncatingIfNeeded: first))
    let b = texts.utf8(Int32(truncatingIfNeeded: second))
    return a.lexicographicallyPrecedes(b)
  }

  /// Says whether a text not yet encoded comes before that of `key`.
  func precedes(_ text: Utf8, _ key: Int64) -> Bool {
    text.lexicographicallyPrecedes(texts.utf8(Int32(truncatingIfNeeded: key)))
  }

  func precedes(_ key: Int64, _ text: Utf8) -> Bool {
    texts.utf8(Int32(truncatingIfNeeded: key)).lexicographicallyPrecedes(text)
  }

  /// Returns the key of one text.
  mutating func key(of text: Utf8) -> Int64 { Int64(texts.code(for: text.span)) }

  /// Returns what the keys of another encoder are here.
  mutating func translated(_ keys: [Int64], from other: KeyEncoder) -> [Int64] {
    guard type == .text else { return keys }
    let codes = (0..<other.texts.count).map { code in
      Int64(texts.code(for: other.texts.utf8(Int32(truncatingIfNeeded: code)).span))
    }
    // A group without a value has key 0, which an encoder without texts does not know.
    return keys.map { codes.isEmpty ? 0 : codes[Int($0)] }
  }

  private mutating func intern(
    _ codes: [Int32],
    _ dictionary: TextDictionary,
    _ groups: [Int32]
  ) -> [Int64] {
    if source !== dictionary {
      source = dictionary
      sourceCodes = [Int32](repeating: -1, count: dictionary.count)
    }
    var keys = [Int64](repeating: 0, count: codes.count)
    for row in codes.indices where groups[row] >= 0 {
      let code = Int(codes[row])
      if sourceCodes[code] < 0 {
        sourceCodes[code] = texts.code(for: dictionary.utf8(code).span)
      }
      keys[row] = Int64(sourceCodes[code])
    }
    return keys
  }
}
