/// Cuts one feature into at most 255 bins of about equal frequency, and one for missing values.
///
/// Equal numbers are never split. With no more different numbers than bins, each has a bin of its
/// own; else a number as frequent as a bin should be has one for itself, and the others share the
/// rest evenly. A cut lies halfway between the numbers at its sides.
///
/// Categories, at most 254 of the most frequent (of equally frequent ones the lower code), have a
/// bin each; rarer ones, and those never seen, count as missing.
package struct FeatureBins: Hashable, Sendable {
  package let kind: FeatureKind
  /// The upper bounds of all bins but the last, strictly ascending; empty for categories.
  ///
  /// `x` lies in the first bin whose bound it does not exceed.
  package let cuts: [Double]
  /// The category of each bin, ascending; empty for numbers.
  package let categories: [Double]

  /// The bin of what is missing.
  package static let missing: UInt8 = 255
  static let maximumBins = 255
  static let maximumCategories = 254
  /// More rows than these are represented by a sample.
  static let sampleRows = 1 << 16

  /// The number of bins, without that of missing values; 0 where there was no value.
  package let binCount: Int

  /// Finds the bins of a column.
  ///
  /// - `bins`: Between 2 and 255; categories ignore it.
  /// - Complexity: O(*n*), of categories O(*n* log *n*).
  package init(_ column: FeatureColumn, bins: Int) {
    kind = column.kind
    switch column.kind {
    case .number:
      let sorted = Quantiles.sorted(Self.sampled(column.values))
      cuts = Self.cuts(sorted, bins: min(max(bins, 2), Self.maximumBins))
      categories = []
      binCount = sorted.isEmpty ? 0 : cuts.count + 1
    case .category:
      categories = Self.categories(Quantiles.sorted(column.values))
      cuts = []
      binCount = categories.count
    }
  }

  /// Returns the bin of a value; ``missing`` of NaN and of unknown categories.
  package func bin(of value: Double) -> UInt8 {
    if value.isNaN { return Self.missing }
    let bounds = kind == .number ? cuts : categories
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low &+ high) / 2
      if bounds[middle] < value { low = middle &+ 1 } else { high = middle }
    }
    if kind == .category, low == bounds.count || bounds[low] != value { return Self.missing }
    return binCount == 0 ? Self.missing : UInt8(truncatingIfNeeded: low)
  }

  /// Returns the bins of all values.
  func bins(of values: [Double]) -> [UInt8] {
    guard kind == .number, binCount > 0 else { return values.map(bin(of:)) }
    // Padded to a power of two, the search has no branch that depends on the values.
    var padded = [Double](repeating: .infinity, count: Self.maximumBins + 1)
    for place in cuts.indices { padded[place] = cuts[place] }
    var step = 1
    while step <= cuts.count { step <<= 1 }
    let bounds = padded.span
    let last = cuts.count
    return values.map { value in
      var place = 0
      var half = step >> 1
      while half > 0 {
        // Below 256, as the sum of the powers of two below `step`.
        let next = place &+ half
        place = unsafe bounds[unchecked: next &- 1] < value ? next : place
        half >>= 1
      }
      return value.isNaN ? Self.missing : UInt8(truncatingIfNeeded: min(place, last))
    }
  }

  /// Takes evenly spaced rows.
  private static func sampled(_ values: [Double]) -> [Double] {
    guard values.count > sampleRows else { return values }
    var random = SeededStream(seed: UInt64(values.count), stream: 0xB1)
    let span = values.count / sampleRows
    return (0..<sampleRows).map { place in
      values[place * span + random.below(span)]
    }
  }

  private static func cuts(_ sorted: [Double], bins: Int) -> [Double] {
    var runs: [(value: Double, count: Int)] = []
    for value in sorted {
      if let last = runs.last, last.value == value {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((value, 1))
      }
    }
    guard runs.count > bins else {
      return zip(runs, runs.dropFirst()).map { between($0.value, $1.value) }
    }
    let even = Double(sorted.count) / Double(bins)
    let heavy = runs.filter { Double($0.count) >= even }
    var restRows = sorted.count - heavy.reduce(0) { $0 + $1.count }
    var restBins = max(bins - heavy.count, 1)
    var size = max(Double(restRows) / Double(restBins), 1)
    var cuts: [Double] = []
    var filled = 0
    for (place, run) in runs.enumerated().dropLast() {
      let next = runs[place + 1]
      let isHeavy = Double(run.count) >= even
      filled += run.count
      if !isHeavy { restRows -= run.count }
      let isFull = isHeavy || Double(filled) >= size
      let isBeforeHeavy = Double(next.count) >= even && Double(filled) >= max(1, size * 0.5)
      guard isFull || isBeforeHeavy, cuts.count < bins - 1 else { continue }
      cuts.append(between(run.value, next.value))
      if !isHeavy {
        restBins = max(restBins - 1, 1)
        size = max(Double(restRows) / Double(restBins), 1)
      }
      filled = 0
    }
    return cuts
  }

  /// Returns a number that the lower one does not exceed and that is below the upper one.
  static func between(_ lower: Double, _ upper: Double) -> Double {
    let middle = lower / 2 + upper / 2
    return middle >= lower && middle < upper ? middle : lower
  }

  private static func categories(_ sorted: [Double]) -> [Double] {
    var runs: [(code: Double, count: Int)] = []
    for code in sorted {
      if let last = runs.last, last.code == code {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((code, 1))
      }
    }
    let frequent = runs.sorted { ($1.count, $0.code) < ($0.count, $1.code) }
    return frequent.prefix(maximumCategories).map(\.code).sorted()
  }
}
