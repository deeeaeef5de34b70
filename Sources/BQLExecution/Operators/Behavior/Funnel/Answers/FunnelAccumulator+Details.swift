/// What only SHOW TIMES, TREND and LOSS ask for.
extension FunnelAccumulator {
  /// Adds the times from the first step to `step`, chain by chain.
  mutating func addFirstTimes(
    _ chains: Span<DeepChain>,
    _ times: Span<some FixedWidthInteger>,
    _ rows: Span<Int32>,
    window: Int,
    step: Int,
    _ scale: Int64
  ) {
    let list = window * specification.stepCount + step - 1
    for index in chains.indices {
      let chain = chains[index]
      guard chain.depth >= step, chain.window == window else { continue }
      let row = Int(chain.base) + step - 1
      guard rows[row] >= 0 else { continue }
      let elapsed = Int64(times[row]) &- Int64(times[Int(chain.base)])
      let raw = UInt64(bitPattern: max(elapsed, 0))
      if chain.isTotal { total.firstDurations[list].append(raw, scale: scale) }
      if chain.slot >= 0 {
        groups.firstDurations[list].append(raw, scale: scale)
        groups.firstSlots[list].append(chain.slot)
      }
    }
  }

  /// Adds what the last row of each chain is worth to the chains that end at its step.
  static func addEndings(
    of block: borrowing FunnelChainBlock,
    _ slots: [Int32],
    _ specification: FunnelSpecification,
    _ totals: inout [MoneySum],
    _ sums: inout [MoneySum],
    _ worth: (_ index: Int, _ row: Int, _ user: Int) -> MoneySum
  ) {
    let stepCount = specification.stepCount
    var last = -1
    for (chain, header) in block.headers.enumerated() {
      last += Int(header.depth)
      let cell = Int(header.window) * stepCount + Int(header.depth) - 1
      let worth = worth(last, Int(block.rows[last]), Int(header.user))
      if header.isTotal { totals[cell] += worth }
      guard !slots.isEmpty, slots[chain] >= 0 else { continue }
      sums[Int(slots[chain]) * specification.windows.count * stepCount + cell] += worth
    }
  }
}
