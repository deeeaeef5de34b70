import BQLColumnar

/// Holds the texts that the rows of a column have, each once, whatever dictionaries its chunks are
/// coded by.
struct TextUnion {
  private var builder = TextDictionaryBuilder()
  /// By dictionary: the place of each code's text here; -1 where no row has it.
  private var placesOf: [ObjectIdentifier: [Int32]] = [:]
  /// Keeps the dictionaries, and so their identities.
  private let columns: [Column]

  /// Gathers the texts in order of first appearance.
  init(_ columns: [Column]) {
    self.columns = columns
    for column in columns {
      guard case .texts(let codes, let dictionary) = column.values else { continue }
      let id = ObjectIdentifier(dictionary)
      var places =
        placesOf.removeValue(forKey: id) ?? [Int32](repeating: -1, count: dictionary.count)
      for row in codes.indices {
        let code = Int(codes[row])
        guard code < places.count, places[code] < 0, column.isValid(row) else { continue }
        places[code] = add(dictionary, code)
      }
      placesOf[id] = places
    }
  }

  private mutating func add(_ dictionary: TextDictionary, _ code: Int) -> Int32 {
    let utf8 = dictionary.utf8(code)
    if utf8.allSatisfy({ $0 < 128 }) || String(validating: utf8, as: UTF8.self) != nil {
      return builder.code(for: utf8.span)
    }
    return builder.code(for: String(decoding: utf8, as: UTF8.self))
  }

  /// Where the texts of a dictionary's codes stand here.
  func places(of dictionary: TextDictionary) -> [Int32] {
    placesOf[ObjectIdentifier(dictionary)] ?? []
  }

  /// Whether 32 bits do not count the texts' bytes.
  var isLarge: Bool {
    builder.count > 0 && builder.utf8(Int32(builder.count - 1)).endIndex > Int(Int32.max)
  }

  /// The texts as an array of utf8, or of large_utf8.
  var array: ArrowArray {
    let dictionary = builder.finish()
    let offsets: ArrowBytes =
      isLarge
      ? .int64s(dictionary.offsets.map { Int64($0) })
      : .int32s(dictionary.offsets.map { Int32(truncatingIfNeeded: $0) })
    return ArrowArray(count: dictionary.count, buffers: [offsets, .uint8s(dictionary.bytes)])
  }
}
