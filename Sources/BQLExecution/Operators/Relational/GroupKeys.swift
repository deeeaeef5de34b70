import BQLColumnar
import BQLFunctions

/// Holds the key columns of one morsel's groups as words that can be compared with those of others.
///
/// A value is one word: an integer's bits, a code where all morsels have one dictionary, else a hash
/// of the text, whose bytes must then be compared too. Words at the end, where any key is NULL in
/// any morsel, have a bit for each that is.
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
      Self.fill(&words, from: index, stride, column, isShared: shape.isShared[index])
      guard let validity = column.validity else { continue }
      for row in 0..<count where !validity[row] {
        words[row * stride + index] = 0
        words[row * stride + columns.count + (index >> 6)] |= 1 << UInt64(index & 63)
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
    isShared: Bool
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
      for code in codes {
        if isShared {
          words[place] = UInt64(code)
        } else if Int(code) < dictionary.count {
          words[place] = dictionary.withText(Int(code)) { TextDictionaryBuilder.hash($0) }
        }
        place += stride
      }
    }
  }
}

/// Says how the keys of all morsels are compared.
struct KeyShape: Sendable {
  /// By column: whether all morsels have one dictionary of distinct texts; true for other types.
  let isShared: [Bool]
  let wordCount: Int
  /// The text columns whose bytes must be compared where words are equal.
  let hashedColumns: [Int]

  /// Looks at the key columns of each morsel.
  init(_ keys: [[Column]], columnCount: Int) {
    let isShared = (0..<columnCount).map { index in
      guard let first = keys.first?[index].dictionary else { return true }
      return first.isDistinct && keys.allSatisfy { $0[index].dictionary === first }
    }
    let hasNull = keys.contains { $0.contains { $0.validity != nil } }
    wordCount = columnCount + (hasNull ? (columnCount + 63) >> 6 : 0)
    hashedColumns = isShared.indices.filter { !isShared[$0] }
    self.isShared = isShared
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
