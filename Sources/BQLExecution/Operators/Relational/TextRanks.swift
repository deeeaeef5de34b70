import BQLColumnar

/// Ranks texts of several dictionaries by their bytes; equal texts share a rank.
///
/// Texts are dealt to parts by their first two bytes; each part is sorted by first eight bytes as a
/// number, on whichever thread. Only where those are equal are texts compared.
///
/// - Complexity: O(*n* log *n*) comparisons at worst, O(*n*) where first bytes differ.
struct TextRanks: Sendable {
  /// The rank of each code of each dictionary; any for a code that is not used.
  private let ranks: [[Int32]]
  /// A text of each rank: its dictionary and code.
  private let texts: [Place]
  private let dictionaries: [TextDictionary]

  private struct Place {
    var dictionary: Int32
    var code: Int32
  }

  /// Texts of a part: as many as the processor's cache holds while they are sorted.
  private static let partCount = 1 << 15

  /// Ranks the texts that take part, by dictionary and code; others get no rank.
  init(_ dictionaries: [TextDictionary], isUsed: [[Bool]], threads: Int) {
    self.dictionaries = dictionaries
    let found = ParallelWork.map(count: dictionaries.count, threads: threads) { index in
      Self.prefixes(dictionaries[index], isUsed[index])
    }
    let parts = Self.dealt(found)
    let sorted = ParallelWork.map(count: parts.count, threads: threads) { part in
      Self.sort(parts[part].places, parts[part].prefixes, dictionaries)
    }
    var ranks = dictionaries.map { [Int32](repeating: 0, count: $0.count) }
    var texts: [Place] = []
    for (places, isNew) in sorted {
      for (place, isNew) in zip(places, isNew) {
        if isNew { texts.append(place) }
        ranks[Int(place.dictionary)][Int(place.code)] = Int32(truncatingIfNeeded: texts.count - 1)
      }
    }
    self.ranks = ranks
    self.texts = texts
  }

  /// Returns the codes that are used with the first eight bytes of their texts.
  private static func prefixes(
    _ dictionary: TextDictionary,
    _ isUsed: [Bool]
  ) -> (codes: [Int32], prefixes: [UInt64]) {
    var codes: [Int32] = []
    var prefixes: [UInt64] = []
    for code in isUsed.indices where isUsed[code] {
      codes.append(Int32(truncatingIfNeeded: code))
      prefixes.append(dictionary.withText(code) { prefix($0) })
    }
    return (codes, prefixes)
  }

  /// The first eight bytes, zeros behind a shorter text, as a number in the order of texts.
  private static func prefix(_ text: Span<UInt8>) -> UInt64 {
    if text.count >= 8 {
      // Any eight bytes are a number, and the load checks its bounds.
      return UInt64(
        bigEndian: unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
      )
    }
    var number: UInt64 = 0
    for index in 0..<8 {
      number = number << 8 | (index < text.count ? UInt64(text[index]) : 0)
    }
    return number
  }

  /// Cuts texts into parts whose first two bytes ascend from part to part.
  private static func dealt(
    _ found: [(codes: [Int32], prefixes: [UInt64])]
  ) -> [(places: [Place], prefixes: [UInt64])] {
    var counts = [Int](repeating: 0, count: 1 << 16)
    for (_, prefixes) in found {
      for prefix in prefixes { counts[Int(prefix >> 48)] += 1 }
    }
    var partOfStart = [Int32](repeating: 0, count: 1 << 16)
    var sizes = [0]
    for start in counts.indices {
      if sizes[sizes.count - 1] >= partCount { sizes.append(0) }
      partOfStart[start] = Int32(truncatingIfNeeded: sizes.count - 1)
      sizes[sizes.count - 1] += counts[start]
    }
    var parts = sizes.map { size -> (places: [Place], prefixes: [UInt64]) in
      var part: (places: [Place], prefixes: [UInt64]) = ([], [])
      part.places.reserveCapacity(size)
      part.prefixes.reserveCapacity(size)
      return part
    }
    for (dictionary, texts) in found.enumerated() {
      for (code, prefix) in zip(texts.codes, texts.prefixes) {
        let part = Int(partOfStart[Int(prefix >> 48)])
        parts[part].places.append(
          Place(dictionary: Int32(truncatingIfNeeded: dictionary), code: code)
        )
        parts[part].prefixes.append(prefix)
      }
    }
    return parts
  }

  /// Returns the places in the order of their texts, and which differ from the one before.
  private static func sort(
    _ places: [Place],
    _ prefixes: [UInt64],
    _ dictionaries: [TextDictionary]
  ) -> (places: [Place], isNew: [Bool]) {
    func utf8(_ entry: Int32) -> ArraySlice<UInt8> {
      let place = places[Int(entry)]
      return dictionaries[Int(place.dictionary)].utf8(Int(place.code))
    }
    var order = (0..<Int32(places.count)).map { $0 }
    RadixSort.sort(&order, by: prefixes.map { Int64(bitPattern: $0 ^ 1 << 63) })
    var isNew = [Bool](repeating: true, count: order.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, prefixes[Int(order[end])] == prefixes[Int(order[start])] { end += 1 }
      if end - start > 1 {
        order[start..<end].sort { utf8($0).lexicographicallyPrecedes(utf8($1)) }
        for position in start + 1..<end {
          isNew[position] = utf8(order[position - 1]) != utf8(order[position])
        }
      }
      start = end
    }
    return (order.map { places[Int($0)] }, isNew)
  }

  /// Returns the ranks of a dictionary's codes.
  func ranks(ofDictionary index: Int) -> [Int32] { ranks[index] }

  /// Returns the text of a rank.
  func text(_ rank: Int) -> String {
    let place = texts[rank]
    return dictionaries[Int(place.dictionary)][Int(place.code)]
  }
}
