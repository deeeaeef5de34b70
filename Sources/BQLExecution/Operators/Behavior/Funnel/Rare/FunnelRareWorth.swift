import BQLColumnar

/// Adds what the rows of chains are worth: a purchase its whole order, any other its VALUE.
struct FunnelRareWorth {
  let purchase: UInt8?
  /// In stored units of time.
  let orderGap: UInt64
  let startsAreFrequent: Bool
  let stepCount: Int
  let windowCount: Int

  /// Adds to the sums of windows and steps, of all and slot by slot.
  ///
  /// Where every unit counts at step 1 already, with its first row, a chain's step 1 adds by how
  /// much its own row is worth more.
  func add<Time: FixedWidthInteger, Amount: Money & FixedWidthInteger>(
    _ found: FunnelRareChains,
    _ codes: Span<UInt8>,
    _ times: Span<Time>,
    _ sessions: Span<Int32>,
    _ money: RareNumbers<Amount>,
    _ totals: inout [MoneySum],
    _ sums: inout [MoneySum]
  ) {
    let chains = found.chains.span
    let entries = found.entries.span
    let amounts = money.rows.span
    let priors = money.priors.span
    let starts = money.starts.span
    var totals = totals.mutableSpan
    var sums = sums.mutableSpan
    for index in 0..<found.count {
      let chain = chains[index]
      let base = Int(chain.base)
      let cell = Int(chain.window) * stepCount
      for step in 0..<Int(chain.depth) {
        let entry = Int(entries[base + step])
        let worth: MoneySum
        if startsAreFrequent, step == 0 {
          worth = priors[entry].worth - starts[Int(chain.start)].worth
        } else if codes[entry] == purchase {
          let rows = Int(chain.first)..<Int(chain.end)
          worth = orderSum(entry, rows, codes, times, sessions, amounts)
        } else {
          worth = amounts[entry].worth
        }
        totals[cell + step] += worth
        if chain.slot >= 0 {
          sums[Int(chain.slot) * windowCount * stepCount + cell + step] += worth
        }
      }
    }
  }

  /// Returns what the order of purchase `entry` is worth; see ``OrderSums``.
  ///
  /// It is asked once a step and window of a unit's chains, so that units of many rows cost no more
  /// than their rows.
  @inline(__always)
  private func orderSum<Time: FixedWidthInteger>(
    _ entry: Int,
    _ rows: Range<Int>,
    _ codes: Span<UInt8>,
    _ times: Span<Time>,
    _ sessions: Span<Int32>,
    _ amounts: Span<some Money & FixedWidthInteger>
  ) -> MoneySum {
    var first = entry
    var at = entry - 1
    while at >= rows.lowerBound, Self.elapsed(times[at], times[first]) <= orderGap {
      if Self.isOneOrder(at, entry, codes, sessions) { first = at }
      at -= 1
    }
    var last = entry
    at = entry + 1
    while at < rows.upperBound, Self.elapsed(times[last], times[at]) <= orderGap {
      if Self.isOneOrder(at, entry, codes, sessions) { last = at }
      at += 1
    }
    var sum = amounts[entry].worth
    guard first < last else { return sum }
    for at in first...last where at != entry {
      if Self.isOneOrder(at, entry, codes, sessions) { sum += amounts[at].worth }
    }
    return sum
  }

  @inline(__always)
  private static func isOneOrder(
    _ row: Int,
    _ other: Int,
    _ codes: Span<UInt8>,
    _ sessions: Span<Int32>
  ) -> Bool {
    guard codes[row] == codes[other] else { return false }
    if sessions.isEmpty { return true }
    return sessions[row] == sessions[other]
  }

  @inline(__always)
  private static func elapsed(
    _ from: some FixedWidthInteger,
    _ to: some FixedWidthInteger
  ) -> UInt64 {
    UInt64(bitPattern: Int64(to) &- Int64(from))
  }
}

extension MoneySum {
  /// What the sum is more than another; of exact amounts.
  static func - (sum: MoneySum, other: MoneySum) -> MoneySum {
    MoneySum(
      hundredths: sum.hundredths &- other.hundredths,
      float: sum.float - other.float,
      count: sum.count &- other.count
    )
  }
}
