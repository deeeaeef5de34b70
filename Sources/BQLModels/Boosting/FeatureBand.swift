import CPrefetch

/// Holds the bins of up to eight features, a row to a word, and their histograms.
///
/// A row's word brings eight bins with one load, and eight histograms stay in the nearest cache.
// One thread at a time works on a band, so that its state needs no lock.
final class FeatureBand: @unchecked Sendable {
  static let width = 8
  /// Entries of one feature's histogram, the last of them for missing values.
  static let bins = 256
  /// How many rows before its use a word is asked for.
  private static let ahead = 24

  /// The number of the first feature.
  let firstFeature: Int
  let features: [FeatureBins]
  /// Byte `f` of word `r` is the bin of feature `f` in row `r`.
  let words: SharedRows<UInt64>
  /// Histograms by slot, empty where none was made; shape `[8 * 256]`, or `[4 * 256]` of a band
  /// with few features.
  private var histograms: [[UInt64]] = []

  private var entries: Int { (features.count > 4 ? 8 : 4) * Self.bins }

  init(firstFeature: Int, features: [FeatureBins], rows: Int) {
    self.firstFeature = firstFeature
    self.features = features
    words = SharedRows(repeating: 0, count: rows)
  }

  /// Writes the bins of one of its features.
  func fill(_ feature: Int, _ bins: [UInt8]) {
    let shift = UInt64(8 * feature)
    let bins = bins.span
    for row in bins.indices { words[row] |= UInt64(bins[row]) << shift }
  }

  /// Makes room for `count` histograms.
  func reserve(_ count: Int) {
    while histograms.count < count { histograms.append([]) }
  }

  /// Builds the histogram of some rows.
  ///
  /// - Parameters:
  ///   - slot: Where the histogram is kept; what was there is lost.
  ///   - order: Rows by place.
  ///   - packed: Their derivatives by place.
  ///   - places: The node's places.
  func build(
    _ slot: Int,
    _ order: SharedRows<Int32>,
    _ packed: SharedRows<UInt64>,
    _ places: Range<Int>
  ) {
    var own = histograms[slot]
    histograms[slot] = []
    if own.isEmpty {
      own = [UInt64](repeating: 0, count: entries)
    } else {
      for place in own.indices { own[place] = 0 }
    }
    var histogram = own.mutableSpan
    if features.count > 4 {
      Self.addEight(&histogram, words, order, packed, places)
    } else {
      Self.addFour(&histogram, words, order, packed, places)
    }
    histograms[slot] = own
  }

  // Bins are bytes and the histogram has 256 entries for each of the byte's features; rows of
  // `order` are rows of the band.
  private static func addEight(
    _ histogram: inout MutableSpan<UInt64>,
    _ words: SharedRows<UInt64>,
    _ order: SharedRows<Int32>,
    _ packed: SharedRows<UInt64>,
    _ places: Range<Int>
  ) {
    let last = places.upperBound &- 1
    for place in places {
      // Only a hint; the row is one of the node's own.
      unsafe bql_prefetch(words.base + Int(order[min(place &+ Self.ahead, last)]))
      let word = words[Int(order[place])]
      let sum = packed[place]
      unsafe histogram[unchecked: Int(word & 255)] &+= sum
      unsafe histogram[unchecked: 256 &+ Int(word >> 8 & 255)] &+= sum
      unsafe histogram[unchecked: 512 &+ Int(word >> 16 & 255)] &+= sum
      unsafe histogram[unchecked: 768 &+ Int(word >> 24 & 255)] &+= sum
      unsafe histogram[unchecked: 1024 &+ Int(word >> 32 & 255)] &+= sum
      unsafe histogram[unchecked: 1280 &+ Int(word >> 40 & 255)] &+= sum
      unsafe histogram[unchecked: 1536 &+ Int(word >> 48 & 255)] &+= sum
      unsafe histogram[unchecked: 1792 &+ Int(word >> 56)] &+= sum
    }
  }

  // As above.
  private static func addFour(
    _ histogram: inout MutableSpan<UInt64>,
    _ words: SharedRows<UInt64>,
    _ order: SharedRows<Int32>,
    _ packed: SharedRows<UInt64>,
    _ places: Range<Int>
  ) {
    let last = places.upperBound &- 1
    for place in places {
      // Only a hint; the row is one of the node's own.
      unsafe bql_prefetch(words.base + Int(order[min(place &+ Self.ahead, last)]))
      let word = words[Int(order[place])]
      let sum = packed[place]
      unsafe histogram[unchecked: Int(word & 255)] &+= sum
      unsafe histogram[unchecked: 256 &+ Int(word >> 8 & 255)] &+= sum
      unsafe histogram[unchecked: 512 &+ Int(word >> 16 & 255)] &+= sum
      unsafe histogram[unchecked: 768 &+ Int(word >> 24 & 255)] &+= sum
    }
  }

  /// Takes one histogram from another.
  func subtract(_ slot: Int, from other: Int) {
    var own = histograms[other]
    histograms[other] = []
    var output = own.mutableSpan
    let taken = histograms[slot]
    let input = taken.span
    for place in output.indices { output[place] &-= input[place] }
    histograms[other] = own
  }

  /// Returns the sum over all rows of a histogram.
  func total(_ slot: Int) -> PackedGradient {
    PackedGradient(bits: histograms[slot].prefix(Self.bins).reduce(0, &+))
  }

  /// Returns the best split of a histogram, nil where there is none; of equally good ones that of
  /// the lowest feature, then of the lowest bin.
  ///
  /// - `allowed`: Whether a feature, by its number in the table, may be asked.
  func bestSplit(
    _ slot: Int,
    _ node: SplitNode,
    _ rules: SplitRules,
    allowed: (Int) -> Bool
  ) -> SplitCandidate? {
    var best: SplitCandidate?
    let histogram = histograms[slot]
    for index in features.indices where allowed(firstFeature + index) {
      let bins = features[index]
      let part = histogram.span.extracting(index * Self.bins..<(index + 1) * Self.bins)
      let feature = firstFeature + index
      let found: SplitCandidate? =
        switch bins.kind {
        case .number where rules.monotone.isEmpty:
          SplitSearch.numbers(part, bins.binCount, node, rules)
        case .number:
          SplitSearch.boundedNumbers(part, bins.binCount, node, rules, rules.monotone[feature])
        case .category:
          SplitSearch.categories(part, bins.binCount, node, rules)
        }
      guard var found, found.gain > best?.gain ?? 0 else { continue }
      found.feature = feature
      best = found
    }
    return best
  }
}
