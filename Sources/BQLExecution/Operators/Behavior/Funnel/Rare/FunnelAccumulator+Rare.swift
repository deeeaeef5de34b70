import BQLColumnar

/// What a funnel over rare rows adds.
extension FunnelAccumulator {
  /// Returns the slot of the group of each of `codes`, of which code *c* is group `map[c + 1]` and
  /// NULL (−1) `map[0]`.
  mutating func slots(of codes: [Int32], _ map: [Int32]) -> [Int32] {
    var slotOfCode = [Int32](repeating: -1, count: map.count)
    let slots = [Int32](capacity: codes.count) { (output: inout OutputSpan<Int32>) in
      for code in codes {
        // As in ``RowCodes``, a code past the end is what the last entry says.
        let entry = min(Int(code) + 1, map.count - 1)
        if slotOfCode[entry] < 0 {
          slotOfCode[entry] = Int32(truncatingIfNeeded: groupSlots.slot(of: map[entry]))
        }
        output.append(slotOfCode[entry])
      }
    }
    groups.grow(to: groupSlots.groups.count)
    return slots
  }

  /// Counts units at step 1 that start at `times` and are worth `worth` there together.
  mutating func addStarts(
    _ times: Span<some FixedWidthInteger>,
    _ worth: MoneySum,
    late: [Int64]
  ) {
    for window in specification.windows.indices {
      let cell = window * specification.stepCount
      total.counts[cell] += times.count
      total.sums[cell] += worth
      guard !late.isEmpty else { continue }
      let count = times.count(above: late[window])
      counters[window].lateStarts += count
      if specification.stepCount > 1 { counters[window].immature += count }
    }
  }

  /// Counts units at step 1 in their groups; `amounts`, what each is worth, is empty where the log
  /// has no VALUE.
  mutating func addStarts(
    _ slots: Span<Int32>,
    _ amounts: Span<some FixedWidthInteger>
  ) {
    var counts = [Int](repeating: 0, count: groups.slotCount)
    var sums = [MoneySum](repeating: MoneySum(), count: groups.slotCount)
    Self.addStarts(slots, amounts, &counts, &sums)
    let stepCount = specification.stepCount
    for slot in counts.indices where counts[slot] > 0 {
      for window in specification.windows.indices {
        let cell = (slot * specification.windows.count + window) * stepCount
        groups.counts[cell] += counts[slot]
        groups.sums[cell] += sums[slot]
      }
    }
  }

  private static func addStarts(
    _ slots: Span<Int32>,
    _ amounts: Span<some FixedWidthInteger>,
    _ counts: inout [Int],
    _ sums: inout [MoneySum]
  ) {
    var counts = counts.mutableSpan
    var sums = sums.mutableSpan
    guard !amounts.isEmpty else {
      for index in slots.indices { counts[Int(slots[index])] &+= 1 }
      return
    }
    for index in slots.indices {
      let slot = Int(slots[index])
      counts[slot] &+= 1
      sums[slot] += MoneySum(hundredths: amounts[index])
    }
  }

  /// Adds what is known of a block's chains of any order in a window.
  mutating func add<Elapsed>(_ found: FunnelRareTally<Elapsed>, window: Int, timeScale: Int64) {
    let cell = window * specification.stepCount - 1
    for step in 1...specification.stepCount {
      total.counts[cell + step] += found.counts[step]
      total.sums[cell + step] += MoneySum(
        hundredths: Int128(found.sums[step]),
        float: 0,
        count: found.valuedCounts[step]
      )
    }
    counters[window].lateStarts += found.lateStarts
    counters[window].immature += found.immature
    guard specification.stepCount > 1, specification.keepsTotalTimes else { return }
    for step in 2...specification.stepCount {
      total.durations[cell + step].append(contentsOf: found.elapsed(step), scale: timeScale)
    }
  }
}

extension MoneySum {
  /// The sum of one amount, the smallest number standing for NULL; see ``RareMoney``.
  @inline(__always)
  init(hundredths: some FixedWidthInteger) {
    let isNull = hundredths == .min
    self.init(hundredths: isNull ? 0 : Int128(hundredths), float: 0, count: isNull ? 0 : 1)
  }

  /// Takes away exact amounts that are part of the sum.
  @inline(__always)
  static func -= (sum: inout MoneySum, other: MoneySum) {
    sum.hundredths &-= other.hundredths
    sum.count &-= other.count
  }
}

extension Span where Element: FixedWidthInteger {
  /// The number of elements above `limit`.
  func count(above limit: Int64) -> Int {
    if limit >= Int64(Element.max) { return 0 }
    guard let limit = Element(exactly: limit) else { return count }
    // Rows are numbered by 32 bits; a counter as narrow as the elements counts several at once.
    var found: UInt32 = 0
    for index in indices { found &+= self[index] > limit ? 1 : 0 }
    return Int(found)
  }
}
