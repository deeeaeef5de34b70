import BQLColumnar
import BQLStorage
import CPrefetch

extension FunnelAccumulator: FunnelChainSink {
  mutating func leaveOut(_ leftOut: FunnelLeftOut) { self.leftOut.add(leftOut) }

  mutating func take(_ block: borrowing FunnelChainBlock, of input: FunnelInput) {
    let rows = input.morsel.rows
    switch input.times {
    case .int32(let times, _):
      times.withSpan { take(block, $0.extracting(rows), input) }
    case .int64(let times, _):
      times.withSpan { take(block, $0.extracting(rows), input) }
    }
  }

  private mutating func take(
    _ block: borrowing FunnelChainBlock,
    _ times: Span<some FixedWidthInteger>,
    _ input: FunnelInput
  ) {
    let slots = slots(of: block, input)
    countTimes(block, Self.gathered(times, block), slots, input)
    guard let values = input.values else { return }
    let rows = input.morsel.rows
    switch values.storage {
    case .hundredths32(let money):
      money.withSpan { addMoney(block, times, $0.extracting(rows), slots, input) }
    case .hundredths64(let money):
      money.withSpan { addMoney(block, times, $0.extracting(rows), slots, input) }
    case .floats(let money):
      money.withSpan { addMoney(block, times, $0.extracting(rows), slots, input) }
    }
  }

  /// Returns the number of each matched row.
  ///
  /// Rows lie far apart, so that nearly each is a miss of the cache: a loop of loads alone lets
  /// the processor wait for many at once.
  @inline(__always)
  private static func gathered<Number>(
    _ numbers: Span<Number>,
    _ block: borrowing FunnelChainBlock
  ) -> [Number] {
    let rows = block.rows.span
    return [Number](capacity: rows.count) { output in
      // The number at a step that a chain skips is never asked for.
      for index in rows.indices { output.append(numbers[max(Int(rows[index]), 0)]) }
    }
  }

  /// Returns the slot of each chain's group, −1 for chains without one; empty where the funnel
  /// has no groups.
  private mutating func slots(
    of block: borrowing FunnelChainBlock,
    _ input: FunnelInput
  ) -> [Int32] {
    guard specification.attribution != nil, let codes = input.groups else { return [] }
    let firstRow = input.morsel.rows.lowerBound
    let found = codes.codes(ofRows: block.headers.lazy.map(\.groupRow), firstRow: firstRow)
    var slots: [Int32] = []
    slots.reserveCapacity(block.count)
    for (index, header) in block.headers.enumerated() {
      slots.append(
        header.groupRow < 0 ? -1 : Int32(truncatingIfNeeded: slot(of: found[index]))
      )
    }
    return slots
  }

  /// Counts the chains of each step, their times from step to step, and what the notes tell.
  private mutating func countTimes(
    _ block: borrowing FunnelChainBlock,
    _ times: [some FixedWidthInteger],
    _ slots: [Int32],
    _ input: FunnelInput
  ) {
    var deep: [DeepChain] = []
    Self.count(
      block,
      times.span,
      slots.span,
      late: specification.lateStarts(timeScale: input.times.scale).span,
      specification,
      &total.counts,
      &groups.counts,
      &counters,
      &deep
    )
    guard specification.stepCount > 1 else { return }
    let scale = input.times.scale
    for window in specification.windows.indices {
      for step in 2...specification.stepCount {
        addTimes(deep.span, times.span, block.rows.span, window: window, step: step, scale)
        guard specification.tellsTimes, step > 2 else { continue }
        addFirstTimes(deep.span, times.span, block.rows.span, window: window, step: step, scale)
      }
    }
  }

  /// A chain of several steps in a block.
  struct DeepChain {
    /// Where its rows stand.
    var base: Int32
    /// −1 for none.
    var slot: Int32
    var window: UInt16
    var depth: UInt8
    var isTotal: Bool
  }

  @inline(__always)
  private static func count(
    _ block: borrowing FunnelChainBlock,
    _ times: Span<some FixedWidthInteger>,
    _ slots: Span<Int32>,
    late: Span<Int64>,
    _ specification: FunnelSpecification,
    _ totals: inout [Int],
    _ counts: inout [Int],
    _ counters: inout [FunnelCounters],
    _ deep: inout [DeepChain]
  ) {
    let stepCount = specification.stepCount
    let blockSize = specification.windows.count * stepCount
    let skips = specification.hasOptionalSteps
    let isAnyOrder = specification.mode == .any
    let headers = block.headers.span
    let rows = block.rows.span
    var totals = totals.mutableSpan
    var counts = counts.mutableSpan
    var counters = counters.mutableSpan
    var base = 0
    for index in headers.indices {
      let header = headers[index]
      let depth = Int(header.depth)
      let window = Int(header.window)
      let slot = slots.isEmpty ? -1 : slots[index]
      if header.isTotal {
        let cell = window * stepCount
        for step in 0..<depth where !skips || rows[base + step] >= 0 { totals[cell + step] &+= 1 }
        let start = isAnyOrder ? times.earliest(in: base..<(base + depth)) : Int64(times[base])
        if !late.isEmpty, start > late[window] {
          counters[window].lateStarts += 1
          if depth < stepCount { counters[window].immature += 1 }
        }
      }
      if slot >= 0 {
        let cell = Int(slot) * blockSize + window * stepCount
        for step in 0..<depth where !skips || rows[base + step] >= 0 { counts[cell + step] &+= 1 }
      }
      if depth > 1 {
        deep.append(
          DeepChain(
            base: Int32(truncatingIfNeeded: base),
            slot: slot,
            window: header.window,
            depth: header.depth,
            isTotal: header.isTotal
          )
        )
      }
      base += depth
    }
  }

  /// Adds the times from the step before to `step`, chain by chain; in any order, from the chain's
  /// first row.
  private mutating func addTimes(
    _ chains: Span<DeepChain>,
    _ times: Span<some FixedWidthInteger>,
    _ rows: Span<Int32>,
    window: Int,
    step: Int,
    _ scale: Int64
  ) {
    let skips = specification.hasOptionalSteps
    let isAnyOrder = specification.mode == .any
    let keeps = specification.keepsTimes
    let keepsTotal = specification.keepsTotalTimes
    let list = window * specification.stepCount + step - 1
    // Taken out of their arrays, so that they are not looked up again for each chain.
    var ofTotal = DurationList()
    var ofGroups = DurationList()
    var slots: [Int32] = []
    swap(&ofTotal, &total.durations[list])
    swap(&ofGroups, &groups.durations[list])
    swap(&slots, &groups.durationSlots[list])
    var tiedCount = 0
    var reversedCount = 0
    for index in chains.indices {
      let chain = chains[index]
      guard chain.depth >= step, chain.window == window else { continue }
      let row = Int(chain.base) + step - 1
      var before = Int64(times[row - 1])
      if skips {
        guard rows[row] >= 0 else { continue }
        var position = row - 1
        while rows[position] < 0 { position -= 1 }
        before = Int64(times[position])
      } else if isAnyOrder {
        before = times.earliest(in: Int(chain.base)..<(Int(chain.base) + Int(chain.depth)))
      }
      let difference = Int64(times[row]) &- before
      // Under TOLERANCE a step may stand before the one that it follows.
      let elapsed = UInt64(bitPattern: max(difference, 0))
      if chain.isTotal {
        if keepsTotal { ofTotal.append(elapsed, scale: scale) }
        if difference <= 0, !isAnyOrder {
          if difference == 0 { tiedCount += 1 } else { reversedCount += 1 }
        }
      }
      if chain.slot >= 0, keeps {
        ofGroups.append(elapsed, scale: scale)
        slots.append(chain.slot)
      }
    }
    counters[window].tiedPairs += tiedCount
    counters[window].reversedPairs += reversedCount
    swap(&ofTotal, &total.durations[list])
    swap(&ofGroups, &groups.durations[list])
    swap(&slots, &groups.durationSlots[list])
  }

  /// Adds what the matched rows are worth: a purchase its whole order, any other its VALUE.
  private mutating func addMoney(
    _ block: borrowing FunnelChainBlock,
    _ times: Span<some FixedWidthInteger>,
    _ money: Span<some Money>,
    _ slots: [Int32],
    _ input: FunnelInput
  ) {
    let own = Self.gathered(money, block)
    let validity = input.values?.validity
    let firstRow = input.morsel.rows.lowerBound
    guard var orders = OrderSums(input) else {
      let own = own.span
      addWorth(of: block, slots) { index, row, _ in
        if let validity, !validity[row + firstRow] { return MoneySum() }
        return own[index].sum
      }
      return
    }
    let lender = orders
    lender.withRows { bytes, code, sessions in
      let own = own.span
      if !sessions.isEmpty { Self.prefetch(sessions, of: block, where: bytes, are: code) }
      addWorth(of: block, slots) { index, row, user in
        if bytes[row] == code {
          return orders.sum(row, user, bytes, code, sessions, times, money, validity)
        }
        if let validity, !validity[row + firstRow] { return MoneySum() }
        return own[index].sum
      }
    }
  }

  /// Brings the sessions of matched purchases near, which their orders ask for.
  private static func prefetch(
    _ sessions: Span<Int32>,
    of block: borrowing FunnelChainBlock,
    where bytes: Span<UInt8>,
    are code: UInt8
  ) {
    let rows = block.rows.span
    unsafe sessions.withUnsafeBufferPointer { sessions in
      // An address to hint at, never read here.
      guard let start = sessions.baseAddress else { return }
      for index in rows.indices where bytes[max(Int(rows[index]), 0)] == code {
        unsafe bql_prefetch(start + max(Int(rows[index]), 0))
      }
    }
  }

  @inline(__always)
  private mutating func addWorth(
    of block: borrowing FunnelChainBlock,
    _ slots: [Int32],
    _ worth: (_ index: Int, _ row: Int, _ user: Int) -> MoneySum
  ) {
    Self.addWorth(
      of: block,
      slots,
      specification,
      &total.sums,
      &groups.sums,
      worth
    )
    guard specification.tellsLosses else { return }
    Self.addEndings(
      of: block,
      slots,
      specification,
      &total.endings,
      &groups.endings,
      worth
    )
  }

  @inline(__always)
  private static func addWorth(
    of block: borrowing FunnelChainBlock,
    _ slots: [Int32],
    _ specification: FunnelSpecification,
    _ totals: inout [MoneySum],
    _ sums: inout [MoneySum],
    _ worth: (_ index: Int, _ row: Int, _ user: Int) -> MoneySum
  ) {
    let rows = block.rows.span
    let headers = block.headers.span
    let slots = slots.span
    let stepCount = specification.stepCount
    let blockSize = specification.windows.count * stepCount
    var totals = totals.mutableSpan
    var sums = sums.mutableSpan
    // Most rows are of step 1 and most funnels without groups: their sum stays in registers.
    let sumsFirst = slots.isEmpty && specification.windows.count == 1
    var firstSum = MoneySum()
    var index = 0
    for chain in headers.indices {
      let header = headers[chain]
      var cell = Int(header.window) * stepCount
      let slot = slots.isEmpty ? -1 : Int(slots[chain])
      // Below 0 for all steps of a chain without a group.
      var groupCell = slot * blockSize + cell
      var isFirst = sumsFirst
      for _ in 0..<header.depth {
        let worth =
          rows[index] < 0
          ? MoneySum() : worth(index, Int(rows[index]), Int(header.user))
        if isFirst {
          firstSum += worth
          isFirst = false
        } else {
          if header.isTotal { totals[cell] += worth }
          if groupCell >= 0 { sums[groupCell] += worth }
        }
        index += 1
        cell += 1
        groupCell += 1
      }
    }
    if sumsFirst { totals[0] += firstSum }
  }
}
