import BQLColumnar
import BQLFunctions

/// Holds the key columns of one morsel's groups as words that can be compared with those of others.
///
/// A value is one word: an integer's bits, a code where all morsels have one dictionary, else a hash
/// of the text, whose bytes must then be compared too. A UUID is two words. Words at the end, where
/// any key is NULL in any morsel, have a bit for each that is.
struct GroupKeys: Sendable {
  let columns: [Column]
  let count: Int
  /// Row by row, ``KeyShape/wordCount`` a row.
  let words: [UInt64]
  let hashes: [UInt64]

  init(_ columns: [Column], count: Int, shape: KeyShape) {
    self.columns = columns
    self.count = count
    let stride = shape.wordCount
    var words = [UInt64](repeating: 0, count: count * stride)
    for (index, column) in columns.enumerated() {
      let kind = shape.kinds[index]
      let first = shape.starts[index]
      Self.fill(&words, from: first, stride, column, kind)
      guard let validity = column.validity else { continue }
      for row in 0..<count where !validity[row] {
        words[row * stride + first] = 0
        if kind == .uuid { words[row * stride + first + 1] = 0 }
        words[row * stride + shape.nullStart + (index >> 6)] |= 1 << UInt64(index & 63)
      }
    }
    self.words = words
    hashes = [UInt64](capacity: count) { (output: inout OutputSpan<UInt64>) in
      let words = words.span
      var place = 0
      for _ in 0..<count {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<stride {
          hash = (hash ^ words[place]) &* 0xBF58_476D_1CE4_E5B9
          hash ^= hash >> 32
          place &+= 1
        }
        hash = hash &* 0x94D0_49BB_1331_11EB
        output.append(hash ^ hash >> 31)
      }
    }
  }

  private static func fill(
    _ words: inout [UInt64],
    from first: Int,
    _ stride: Int,
    _ column: Column,
    _ kind: KeyShape.Kind
  ) {
    var place = first
    switch column.values {
    case .ints(let ints):
      for int in ints {
        words[place] = UInt64(bitPattern: int)
        place += stride
      }
    case .floats(let floats):
      for float in floats {
        words[place] = UInt64(bitPattern: FloatOrder.key(float))
        place += stride
      }
    case .bools(let bools):
      for bool in bools {
        words[place] = bool ? 1 : 0
        place += stride
      }
    case .texts(let codes, let dictionary):
      fill(&words, from: first, stride, codes, dictionary, kind)
    }
  }

  private static func fill(
    _ words: inout [UInt64],
    from first: Int,
    _ stride: Int,
    _ codes: [Int32],
    _ dictionary: TextDictionary,
    _ kind: KeyShape.Kind
  ) {
    var place = first
    switch kind {
    case .uuid:
      dictionary.uuids?.withSpan { uuids in
        for code in codes where Int(code) < dictionary.count {
          words[place] = uuids[2 * Int(code)]
          words[place + 1] = uuids[2 * Int(code) + 1]
          place += stride
        }
      }
    case .hashed:
      for code in codes {
        if Int(code) < dictionary.count {
          words[place] = dictionary.withText(Int(code)) { TextDictionaryBuilder.hash($0) }
        }
        place += stride
      }
    case .word:
      for code in codes {
        words[place] = UInt64(UInt32(bitPattern: code))
        place += stride
      }
    }
  }
}

/// Says how the keys of all morsels are compared.
struct KeyShape: Sendable {
  /// Says what stands for the values of a column.
  enum Kind: Sendable {
    /// A number, or the code of a dictionary of distinct texts that all morsels have.
    case word
    /// The two words of a UUID.
    case uuid
    /// A hash of the text.
    case hashed
  }

  let kinds: [Kind]
  /// The first word of each column.
  let starts: [Int]
  /// The first word of bits that tell NULLs.
  let nullStart: Int
  let wordCount: Int
  /// The text columns whose bytes must be compared where words are equal.
  let hashedColumns: [Int]

  /// Looks at the key columns of each morsel.
  init(_ keys: [[Column]], columnCount: Int) {
    let kinds = (0..<columnCount).map { index -> Kind in
      guard let first = keys.first?[index].dictionary else { return .word }
      if first.isDistinct, keys.allSatisfy({ $0[index].dictionary === first }) { return .word }
      return keys.allSatisfy { $0[index].dictionary?.uuids != nil } ? .uuid : .hashed
    }
    var starts: [Int] = []
    var next = 0
    for kind in kinds {
      starts.append(next)
      next += kind == .uuid ? 2 : 1
    }
    self.kinds = kinds
    self.starts = starts
    nullStart = next
    let hasNull = keys.contains { $0.contains { $0.validity != nil } }
    wordCount = next + (hasNull ? (columnCount + 63) >> 6 : 0)
    hashedColumns = kinds.indices.filter { kinds[$0] == .hashed }
  }
}

extension Column {
  /// The dictionary of a text column.
  var dictionary: TextDictionary? {
    if case .texts(_, let dictionary) = values { dictionary } else { nil }
  }

  /// Whether two rows, of two text columns, are both NULL or hold the same bytes.
  func isSameText(_ row: Int, _ other: Column, _ otherRow: Int) -> Bool {
    guard case .texts(let codes, let dictionary) = values,
      case .texts(let otherCodes, let otherDictionary) = other.values
    else { return true }
    guard isValid(row), other.isValid(otherRow) else {
      return isValid(row) == other.isValid(otherRow)
    }
    return dictionary.utf8(Int(codes[row]))
      .elementsEqual(otherDictionary.utf8(Int(otherCodes[otherRow])))
  }
}
