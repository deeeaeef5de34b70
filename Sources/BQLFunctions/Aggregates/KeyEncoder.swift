import BQLColumnar

/// Turns the values of a column into integers that are equal where the values are, and back.
///
/// Except for texts the integers have the order of the values. Texts get the codes of the first
/// dictionary met, as a column mostly has one; where chunks bring others, those of a dictionary of
/// the encoder's own, which begins with that first one, so that keys given out stay what they are.
struct KeyEncoder: Sendable {
  let type: DataType
  /// The dictionary whose codes are the keys, while there is only one.
  private var adopted: TextDictionary?
  /// Where several have been met: the dictionary that all texts are brought to.
  private var own = TextDictionaryBuilder()
  private var hasOwn = false
  /// The dictionary of the last chunk, and what its codes are here; −1 where not met yet.
  private var source: TextDictionary?
  private var sourceCodes: [Int32] = []

  init(_ type: DataType) {
    self.type = type
  }

  /// Says whether the keys of a column are its integers, a text's those of its codes.
  mutating func takesIntegers(of column: Column) -> Bool {
    guard case .texts(_, let dictionary) = column.values else { return true }
    return adopt(dictionary)
  }

  /// Returns one key a row; rows of a negative group, and NULLs, get any.
  mutating func keys(_ column: Column, groups: [Int32]) -> [Int64] {
    switch column.values {
    case .ints(let ints): return ints
    case .bools(let bools): return Rows.map(bools) { $0 ? 1 : 0 }
    case .floats(let floats): return Rows.map(floats) { FloatOrder.key($0) }
    case .texts(let codes, let dictionary):
      if adopt(dictionary) { return Rows.map(codes) { Int64($0) } }
      return intern(codes, dictionary, groups)
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
      let builder = own
      return Column(
        codes: Rows.map(keys) { Int32(truncatingIfNeeded: $0) },
        dictionary: adopted ?? (builder.count == 0 ? TextDictionary([""]) : builder.finish()),
        validity: validity
      )
    }
  }

  /// Says whether the value of one key comes before that of another; texts compare by bytes.
  func precedes(_ first: Int64, _ second: Int64) -> Bool {
    guard type == .text, first != second else { return first < second }
    return utf8(first).lexicographicallyPrecedes(utf8(second))
  }

  /// Says whether a text not yet encoded comes before that of `key`.
  func precedes(_ text: Utf8, _ key: Int64) -> Bool { text.lexicographicallyPrecedes(utf8(key)) }

  func precedes(_ key: Int64, _ text: Utf8) -> Bool { utf8(key).lexicographicallyPrecedes(text) }

  /// Returns the key of one text.
  mutating func key(of text: Utf8) -> Int64 {
    code(text.span, TextDictionaryBuilder.hash(text.span))
  }

  /// Returns what the keys of another encoder are here; a key that stands for nothing, as that of a
  /// group without a value may, becomes 0.
  mutating func translated(_ keys: [Int64], from other: KeyEncoder) -> [Int64] {
    var translation = Translation(from: other, to: &self)
    return keys.map { translation.key($0, &self) }
  }

  /// Makes a function of the keys of `other` that gives the keys here.
  mutating func translation(from other: KeyEncoder) -> Translation {
    Translation(from: other, to: &self)
  }

  /// Translates keys of one encoder into those of another, each text once.
  struct Translation {
    private let other: KeyEncoder
    private let isIdentity: Bool
    /// For texts: what keys became; −1 where not met yet.
    private var known: [Int32] = []

    fileprivate init(from other: KeyEncoder, to target: inout KeyEncoder) {
      self.other = other
      isIdentity = other.type != .text || other.adopted.map { target.adopt($0) } ?? false
      if !isIdentity {
        known = [Int32](repeating: -1, count: other.adopted?.count ?? other.own.count)
      }
    }

    mutating func key(_ key: Int64, _ target: inout KeyEncoder) -> Int64 {
      if isIdentity { return key }
      guard key >= 0, key < known.count else { return 0 }
      let index = Int(key)
      if known[index] < 0 {
        let text = other.utf8(key).span
        let code = target.code(text, TextDictionaryBuilder.hash(text))
        known[index] = Int32(truncatingIfNeeded: code)
      }
      return Int64(known[index])
    }
  }

  // MARK: - Texts

  /// Says whether the codes of `dictionary` are the keys.
  private mutating func adopt(_ dictionary: TextDictionary) -> Bool {
    if let adopted { return adopted === dictionary }
    guard !hasOwn, dictionary.isDistinct else { return false }
    adopted = dictionary
    return true
  }

  private func utf8(_ key: Int64) -> Utf8 {
    adopted?.utf8(Int(key)) ?? own.utf8(Int32(truncatingIfNeeded: key))
  }

  private mutating func code(_ text: Span<UInt8>, _ hash: UInt64) -> Int64 {
    if let first = adopted {
      for code in 0..<first.count { first.withText(code) { _ = own.code(for: $0) } }
      adopted = nil
    }
    hasOwn = true
    return Int64(own.code(for: text, hash: hash))
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
      let index = Int(codes[row])
      if sourceCodes[index] < 0 {
        let text = dictionary.utf8(index).span
        let code = code(text, TextDictionaryBuilder.hash(text))
        sourceCodes[index] = Int32(truncatingIfNeeded: code)
      }
      keys[row] = Int64(sourceCodes[index])
    }
    return keys
  }
}
