/// Keeps durations in as few bytes as they need, for exact quantiles.
///
/// A number takes four bytes, in the stored time's unit, until one needs more; then all take
/// eight, in microseconds.
package struct DurationList: Sendable {
  private var narrow: [UInt32] = []
  /// Numbers of long lists that were joined, which stand before those of `narrow`: they are brought
  /// together where they are asked for, which may be on several threads, list by list.
  private var joined: [[UInt32]] = []
  /// Lists of fewer numbers are copied when they are joined.
  private static let copiedCount = 1 << 10
  /// The microseconds of a unit of `narrow`.
  private var scale: Int64 = 1
  private var wide: [Int64] = []
  private var isWide = false

  package init() {}

  package var count: Int {
    isWide ? wide.count : joined.reduce(narrow.count) { $0 + $1.count }
  }

  /// Adds `raw` units of `scale` microseconds.
  @inline(__always)
  package mutating func append(_ raw: UInt64, scale: Int64) {
    if !isWide, scale == self.scale, raw <= UInt64(UInt32.max) {
      narrow.append(UInt32(truncatingIfNeeded: raw))
    } else {
      appendSlowly(raw, scale)
    }
  }

  @inline(never)
  private mutating func appendSlowly(_ raw: UInt64, _ scale: Int64) {
    if count == 0, let short = UInt32(exactly: raw) {
      self.scale = scale
      narrow.append(short)
    } else {
      widen()
      wide.append(Self.microseconds(raw, scale))
    }
  }

  /// Adds several durations of `scale` microseconds a unit.
  mutating func append<Raw: FixedWidthInteger & UnsignedInteger>(
    contentsOf raws: ArraySlice<Raw>,
    scale: Int64
  ) {
    if count == 0, !isWide { self.scale = scale }
    let areNarrow = Raw.bitWidth <= UInt32.bitWidth || raws.allSatisfy { $0 <= Raw(UInt32.max) }
    guard !isWide, scale == self.scale, areNarrow else {
      for raw in raws { append(UInt64(raw), scale: scale) }
      return
    }
    // Most are of the list's own width, and then one copy takes them all.
    if let raws = raws as? ArraySlice<UInt32> {
      narrow.append(contentsOf: raws)
    } else {
      narrow.append(contentsOf: raws.lazy.map { UInt32(truncatingIfNeeded: $0) })
    }
  }

  /// Adds the durations of `other`.
  package mutating func append(contentsOf other: DurationList) {
    guard other.count > 0 else { return }
    if count == 0 {
      self = other
    } else if isWide || other.isWide || scale != other.scale {
      widen()
      wide.append(contentsOf: other.microseconds)
    } else if other.count < Self.copiedCount {
      narrow.append(contentsOf: other.numbers)
    } else {
      if !narrow.isEmpty { joined.append(narrow) }
      joined += other.joined
      narrow = other.narrow
    }
  }

  /// The numbers of four bytes, those that were joined too.
  private var numbers: [UInt32] {
    guard !joined.isEmpty else { return narrow }
    var numbers: [UInt32] = []
    numbers.reserveCapacity(count)
    for list in joined { numbers.append(contentsOf: list) }
    numbers.append(contentsOf: narrow)
    return numbers
  }

  /// Returns the quantiles at `ps` in microseconds; see ``Quantile``.
  package func quantiles(at ps: [Double]) -> [Int64?] {
    guard !isWide else { return Quantile.linear(wide.span, at: ps) }
    let numbers = numbers
    return Quantile.linear(numbers.span, at: ps, unit: max(scale, 1))
  }

  /// Returns the quantiles at `ps` of the durations of each slot below `slotCount`, where
  /// duration *i* is of slot `slots[i]`.
  func quantiles(at ps: [Double], slots: [Int32], slotCount: Int) -> [[Int64?]] {
    guard !isWide else { return Self.quantiles(wide, at: ps, unit: 1, slots, slotCount) }
    let sorted = SlotSort.sorted(numbers, slots: slots)
    let ends = Self.ends(slots, slotCount)
    let (span, unit) = (sorted.span, max(scale, 1))
    return (0..<slotCount).map { slot in
      let own = span.extracting(ends[slot]..<ends[slot + 1])
      return Quantile.linear(own, at: ps, unit: unit, isSorted: true)
    }
  }

  /// Where the numbers of each slot end once they stand together, 0 first.
  private static func ends(_ slots: [Int32], _ slotCount: Int) -> [Int] {
    var ends = [Int](repeating: 0, count: slotCount + 1)
    for slot in slots { ends[Int(slot) + 1] += 1 }
    for slot in 0..<slotCount { ends[slot + 1] += ends[slot] }
    return ends
  }

  /// Returns the mean of each slot's durations in microseconds, to the nearest millisecond.
  ///
  /// Half a millisecond is rounded up; nil where a slot has none. `slots` nil puts all in slot 0.
  func means(slots: [Int32]?, slotCount: Int) -> [Int64?] {
    // Wide enough for 2⁶³ durations of 2⁶³ microseconds.
    var sums = [Int128](repeating: 0, count: slotCount)
    var counts = [Int128](repeating: 0, count: slotCount)
    let numbers = numbers
    for index in 0..<(isWide ? wide.count : numbers.count) {
      let slot = slots.map { Int($0[index]) } ?? 0
      let raw = isWide ? Int128(wide[index]) : Int128(numbers[index]) * Int128(max(scale, 1))
      sums[slot] += raw
      counts[slot] += 1
    }
    return zip(sums, counts).map { sum, count in
      count == 0 ? nil : Int64(clamping: (sum + 500 * count) / (1_000 * count) * 1_000)
    }
  }

  private static func quantiles<Number: FixedWidthInteger & Sendable>(
    _ numbers: [Number],
    at ps: [Double],
    unit: Int64,
    _ slots: [Int32],
    _ slotCount: Int
  ) -> [[Int64?]] {
    // Brings the numbers of each slot together.
    let ends = ends(slots, slotCount)
    var next = ends
    var sorted = [Number](repeating: 0, count: numbers.count)
    for (index, slot) in slots.enumerated() {
      sorted[next[Int(slot)]] = numbers[index]
      next[Int(slot)] += 1
    }
    let span = sorted.span
    return (0..<slotCount).map { slot in
      Quantile.linear(span.extracting(ends[slot]..<ends[slot + 1]), at: ps, unit: unit)
    }
  }

  /// The durations in microseconds; one too long for 64 bits is the longest that fits.
  package var microseconds: [Int64] {
    isWide ? wide : numbers.map { Self.microseconds(UInt64($0), scale) }
  }

  private mutating func widen() {
    guard !isWide else { return }
    wide = microseconds
    (narrow, joined) = ([], [])
    isWide = true
  }

  private static func microseconds(_ raw: UInt64, _ scale: Int64) -> Int64 {
    let (product, overflow) = raw.multipliedReportingOverflow(by: UInt64(max(scale, 1)))
    return overflow ? .max : Int64(clamping: product)
  }
}
