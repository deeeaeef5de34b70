import BQLColumnar
import BQLStorage

extension FunnelAccumulator: FunnelChainSink {
  mutating func leaveOut(rowCount: Int) { leftOutRowCount += rowCount }

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
    countTimes(block, times, slots, input)
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
    _ times: Span<some FixedWidthInteger>,
    _ slots: [Int32],
    _ input: FunnelInput
  ) {
    let scale = input.times.scale
    let late = lateStarts(scale)
    let rows = block.rows.span
    let headers = block.headers.span
    let slots = slots.span
    var base = 0
    for index in headers.indices {
      let header = headers[index]
      let depth = Int(header.depth)
      let window = Int(header.window)
      let slot = slots.isEmpty ? -1 : Int(slots[index])
      if header.isTotal {
        total.count(slot: 0, window: window, depth: depth)
        if !late.isEmpty, Int64(times[Int(rows[base])]) > late[window] {
          counters[window].lateStarts += 1
          if depth < specification.stepCount { counters[window].immature += 1 }
        }
      }
      if slot >= 0 { groups.count(slot: slot, window: window, depth: depth) }
      if depth > 1 {
        var earlier = Int64(times[Int(rows[base])])
        for step in 2...depth {
          let later = Int64(times[Int(rows[base + step - 1])])
          let elapsed = UInt64(bitPattern: later &- earlier)
          earlier = later
          if header.isTotal {
            total.add(elapsed, scale: scale, slot: 0, window: window, step: step)
            if elapsed == 0 { counters[window].tiedPairs += 1 }
          }
          if slot >= 0 {
            groups.add(elapsed, scale: scale, slot: slot, window: window, step: step)
          }
        }
      }
      base += depth
    }
  }

  /// Returns, for each window, the last stored time at which a chain is not late; empty where
  /// none is asked for.
  private func lateStarts(_ scale: Int64) -> [Int64] {
    guard let logEnd = specification.logEnd else { return [] }
    return specification.windows.map { window in
      guard let window else { return .max }
      // start > logEnd - window, in the unit of the stored times.
      let (last, overflow) = logEnd.subtractingReportingOverflow(window)
      guard !overflow else { return window > 0 ? .min : .max }
      let (quotient, remainder) = last.quotientAndRemainder(dividingBy: max(scale, 1))
      return remainder < 0 ? quotient - 1 : quotient
    }
  }

  /// Adds what the matched rows are worth: a purchase its whole order, any other its VALUE.
  private mutating func addMoney(
    _ block: borrowing FunnelChainBlock,
    _ times: Span<some FixedWidthInteger>,
    _ money: Span<some FunnelMoney>,
    _ slots: [Int32],
    _ input: FunnelInput
  ) {
    let validity = input.values?.validity
    let firstRow = input.morsel.rows.lowerBound
    guard var orders = FunnelOrders(input) else {
      forEachRow(of: block, slots) { row, _ in
        FunnelOrders.worth(row, firstRow, money, validity)
      }
      return
    }
    let lender = orders
    lender.withRows { bytes, code, sessions in
      forEachRow(of: block, slots) { row, user in
        if bytes[row] == code {
          return orders.sum(row, user, bytes, code, sessions, times, money, validity)
        }
        return FunnelOrders.worth(row, firstRow, money, validity)
      }
    }
  }

  @inline(__always)
  private mutating func forEachRow(
    of block: borrowing FunnelChainBlock,
    _ slots: [Int32],
    _ worth: (_ row: Int, _ user: Int) -> FunnelValueSum
  ) {
    let rows = block.rows.span
    let headers = block.headers.span
    let slots = slots.span
    var base = 0
    for index in headers.indices {
      let header = headers[index]
      let slot = slots.isEmpty ? -1 : Int(slots[index])
      let window = Int(header.window)
      for step in 1...Int(header.depth) {
        let worth = worth(Int(rows[base + step - 1]), Int(header.user))
        if header.isTotal { total.add(worth, slot: 0, window: window, step: step) }
        if slot >= 0 { groups.add(worth, slot: slot, window: window, step: step) }
      }
      base += Int(header.depth)
    }
  }
}
