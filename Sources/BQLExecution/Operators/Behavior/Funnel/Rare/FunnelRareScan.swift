import BQLColumnar

/// Answers the everyday funnel from the rare rows of a log: most rows, and most units, are not
/// looked at.
///
/// Step 1 is the frequent event, or no step is. In the first case each unit with a frequent row
/// counts at step 1, and only units with rare rows may go on; the latest chain of step 1 at a rare
/// row is the latest frequent row before it, which the lists hold. In the second case frequent
/// rows do not matter.
///
/// It finds the chains of ``SingleStepScan``, with ties in either order.
package struct FunnelRareScan: Sendable {
  let specification: FunnelSpecification
  /// The step of each event, 0 for none; 256 entries.
  let steps: [UInt8]
  package let startsAreFrequent: Bool
  /// The event whose rows belong to orders.
  let purchase: UInt8?
  let orderGapMicroseconds: Int64

  /// Reads a funnel whose steps match events alone, `masks[c]` being the mask of event *c*; nil
  /// for a funnel that needs another scan.
  package init?(
    _ specification: FunnelSpecification,
    masks: [UInt32],
    frequent: UInt8,
    purchase: Int?,
    orderGapMicroseconds: Int64
  ) {
    guard specification.isPlain, specification.ties == .allow, !specification.isMatureOnly,
      !specification.tellsLosses, specification.since == nil, specification.until == nil,
      specification.attribution == nil || specification.attribution == .first,
      specification.windows.count <= FunnelStepBytes.maximumWindowCount,
      specification.windows.allSatisfy({ $0.map { $0 >= 0 } ?? true }),
      masks.count < Int(RareRows.noEvent), purchase != Int(frequent),
      let steps = FunnelStepBytes.steps(masks, specification)
    else { return nil }
    let ofFrequent = Int(frequent) < steps.count ? steps[Int(frequent)] : 0
    switch ofFrequent {
    case 0: guard specification.attribution == nil else { return nil }
    case 1: guard steps.count(where: { $0 == 1 }) == 1 else { return nil }
    default: return nil
    }
    self.specification = specification
    self.steps = steps + [UInt8](repeating: 0, count: 256 - steps.count)
    startsAreFrequent = ofFrequent == 1
    self.purchase = purchase.flatMap { UInt8(exactly: $0) }
    self.orderGapMicroseconds = max(orderGapMicroseconds, 0)
  }

  /// Adds the chains of a block to `accumulator`.
  ///
  /// `groups` holds what each unit's first frequent row has in a column of codes, of which code *c*
  /// is group `map[c + 1]`, NULL's `map[0]`; nil for a funnel without groups.
  package func update(
    _ accumulator: inout FunnelAccumulator,
    with block: RareRowBlock,
    groups: (codes: [Int32], map: [Int32])? = nil
  ) {
    let none = RareNumbers<Int32>()
    switch (block.times, block.money) {
    case (.int32(let times), nil): update(&accumulator, block, times, none, groups)
    case (.int32(let times), .int32(let money)): update(&accumulator, block, times, money, groups)
    case (.int32(let times), .int64(let money)): update(&accumulator, block, times, money, groups)
    case (.int64(let times), nil): update(&accumulator, block, times, none, groups)
    case (.int64(let times), .int32(let money)): update(&accumulator, block, times, money, groups)
    case (.int64(let times), .int64(let money)): update(&accumulator, block, times, money, groups)
    }
  }

  private func update<Time: FixedWidthInteger, Amount: Money & FixedWidthInteger>(
    _ accumulator: inout FunnelAccumulator,
    _ block: RareRowBlock,
    _ times: RareNumbers<Time>,
    _ money: RareNumbers<Amount>,
    _ groups: (codes: [Int32], map: [Int32])?
  ) {
    var slots: [Int32] = []
    let late = specification.lateStarts(timeScale: block.timeScale)
    if startsAreFrequent {
      accumulator.addStarts(times.starts.span, block.startSum, late: late)
      if let groups {
        slots = accumulator.slots(of: groups.codes, groups.map)
        accumulator.addStarts(slots.span, money.starts.span)
      }
    }
    let limits = SingleStepLimits(specification, timeScale: block.timeScale)
    let walk = FunnelRareWalk(self)
    let found: FunnelRareChains
    if specification.windows.count == 1 {
      var state = OneWindowState(limits)
      found = walk.chains(block.lists, times, slots.span, &state)
    } else {
      var state = WindowStates(limits)
      found = walk.chains(block.lists, times, slots.span, &state)
    }
    accumulator.leftOut.unitlessRowCount += block.lists.unitlessCount
    let ofRows = found.times(times, startsAreFrequent: startsAreFrequent)
    let starts = startsAreFrequent ? times.starts : []
    accumulator.count(
      found,
      ofRows.span,
      starts: starts.span,
      late: late,
      timeScale: block.timeScale
    )
    guard block.money != nil else { return }
    let worth = FunnelRareWorth(
      purchase: purchase,
      orderGap: UInt64(orderGapMicroseconds / max(block.timeScale, 1)),
      startsAreFrequent: startsAreFrequent,
      stepCount: specification.stepCount,
      windowCount: specification.windows.count
    )
    worth.add(
      found,
      block.lists.codes.span,
      times.rows.span,
      block.sessions.span,
      money,
      &accumulator.total.sums,
      &accumulator.groups.sums
    )
  }
}
