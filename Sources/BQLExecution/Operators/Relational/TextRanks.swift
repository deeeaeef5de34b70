import BQLColumnar

/// Ranks texts of several dictionaries by their bytes; equal texts share a rank.
///
/// Texts are sorted by their first eight bytes as a number; only where those are equal are texts
/// compared.
///
/// - Complexity: O(*n* log *n*) comparisons at worst, O(*n*) where first bytes differ.
struct TextRanks: Sendable {
  /// The rank of each code of each dictionary; any for a code that is not used.
  private let ranks: [[Int32]]
  /// A text of each rank: its dictionary and code.
  private let texts: [(dictionary: Int32, code: Int32)]
  private let dictionaries: [TextDictionary]

  /// Ranks the texts that take part, by dictionary and code; others get no rank.
  init(_ dictionaries: [TextDictionary], isUsed: [[Bool]]) {
    self.dictionaries = dictionaries
    var places: [(dictionary: Int32, code: Int32)] = []
    var prefixes: [Int64] = []
    for (index, dictionary) in dictionaries.enumerated() {
      for code in 0..<dictionary.count where isUsed[index][code] {
        places.append((Int32(truncatingIfNeeded: index), Int32(truncatingIfNeeded: code)))
        prefixes.append(dictionary.withText(code) { Self.prefix($0) })
      }
    }
    var order = (0..<Int32(places.count)).map { $0 }
    RadixSort.sort(&order, by: prefixes)
    func utf8(_ entry: Int32) -> ArraySlice<UInt8> {
      let place = places[Int(entry)]
      return dictionaries[Int(place.dictionary)].utf8(Int(place.code))
    }
    var ranks = dictionaries.map { [Int32](repeating: 0, count: $0.count) }
    var texts: [(dictionary: Int32, code: Int32)] = []
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, prefixes[Int(order[end])] == prefixes[Int(order[start])] { end += 1 }
      if end - start > 1 {
        order[start..<end].sort { utf8($0).lexicographicallyPrecedes(utf8($1)) }
      }
      for position in start..<end {
        let place = places[Int(order[position])]
        if position == start || utf8(order[position - 1]) != utf8(order[position]) {
          texts.append(place)
        }
        ranks[Int(place.dictionary)][Int(place.code)] = Int32(texts.count - 1)
      }
      start = end
    }
    self.ranks = ranks
    self.texts = texts
  }

  /// The first eight bytes, zeros behind a shorter text, as a number in the order of texts.
  private static func prefix(_ text: Span<UInt8>) -> Int64 {
    var number: UInt64 = 0
    for index in 0..<8 {
      number = number << 8 | (index < text.count ? UInt64(text[index]) : 0)
    }
    return Int64(bitPattern: number ^ 1 << 63)
  }

  /// Returns the ranks of a dictionary's codes.
  func ranks(ofDictionary index: Int) -> [Int32] { ranks[index] }

  /// Returns the text of a rank.
  func text(_ rank: Int) -> String {
    let place = texts[rank]
    return dictionaries[Int(place.dictionary)][Int(place.code)]
  }
}
