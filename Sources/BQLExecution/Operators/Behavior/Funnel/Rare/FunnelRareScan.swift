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
    var open = specification
    open.isHolding = false
    let isAnyOrder = specification.mode == .any
    if isAnyOrder {
      // What is told of steps in any order is little, and of groups nothing.
      guard !specification.isHolding, !specification.tellsTimes, specification.attribution == nil
      else { return nil }
      open.mode = .loose
    }
    guard open.isPlain, specification.ties == .allow, !specification.isMatureOnly,
      !specification.tellsLosses, specification.since == nil, specification.until == nil,
      specification.attribution == nil || specification.attribution == .first,
      specification.windows.count <= FunnelStepBytes.maximumWindowCount,
      specification.windows.allSatisfy({ $0.map { $0 >= 0 } ?? true }),
      masks.count < Int(RareRows.noEvent), purchase != Int(frequent),
      let steps = FunnelStepBytes.steps(masks, specification)
    else { return nil }
    let ofFrequent = Int(frequent) < steps.count ? steps[Int(frequent)] : 0
    switch ofFrequent {
    case 0:
      guard specification.attribution == nil, !specification.isHolding, !isAnyOrder
      else { return nil }
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
  /// `worth` is what the block's rare rows are worth (``worth(of:)``), empty where nobody asks. `groups` holds what each
  /// unit's first frequent row has in a column of codes, of which code *c* is group `map[c + 1]`,
  /// NULL's `map[0]`; nil for a funnel without groups.
  package func update(
    _ accumulator: inout FunnelAccumulator,
    with block: RareRowBlock,
    worth: RareWorth,
    groups: (codes: [Int32], map: [Int32])? = nil
  ) {
    var found = FunnelRareChains()
    update(&accumulator, with: block, worth: worth, groups: groups, &found)
  }

  /// As ``update(_:with:worth:groups:)``; `found` holds chains meanwhile, so that the blocks of a
  /// part need not take memory each.
  func update(
    _ accumulator: inout FunnelAccumulator,
    with block: RareRowBlock,
    worth: RareWorth,
    groups: (codes: [Int32], map: [Int32])?,
    _ found: inout FunnelRareChains
  ) {
    switch block.times {
    case .int32(let times):
      update(&accumulator, block, times, as: UInt32.self, worth, groups, &found)
    case .int64(let times):
      update(&accumulator, block, times, as: UInt64.self, worth, groups, &found)
    }
  }

  private func update<
    Time: FixedWidthInteger,
    Elapsed: FixedWidthInteger & UnsignedInteger & BitwiseCopyable
  >(
    _ accumulator: inout FunnelAccumulator,
    _ block: RareRowBlock,
    _ times: RareNumbers<Time>,
    as elapsed: Elapsed.Type,
    _ worth: RareWorth,
    _ groups: (codes: [Int32], map: [Int32])?,
    _ found: inout FunnelRareChains
  ) {
    switch specification.tellsValue ? block.money : nil {
    case .int32(let money):
      update(&accumulator, block, times, money, as: elapsed, worth, groups, &found)
    case .int64(let money):
      update(&accumulator, block, times, money, as: elapsed, worth, groups, &found)
    case nil:
      update(&accumulator, block, times, RareNumbers<Int32>(), as: elapsed, .none, groups, &found)
    }
  }

  private func update<
    Time: FixedWidthInteger,
    Amount: FixedWidthInteger,
    Elapsed: FixedWidthInteger & UnsignedInteger & BitwiseCopyable
  >(
    _ accumulator: inout FunnelAccumulator,
    _ block: RareRowBlock,
    _ times: RareNumbers<Time>,
    _ money: RareNumbers<Amount>,
    as elapsed: Elapsed.Type,
    _ worth: RareWorth,
    _ groups: (codes: [Int32], map: [Int32])?,
    _ found: inout FunnelRareChains
  ) {
    var own = FunnelAccumulator.RareBlock(
      times: times,
      timeScale: block.timeScale,
      amounts: money,
      worth: worth,
      slots: nil,
      late: specification.lateStarts(timeScale: block.timeScale)
    )
    accumulator.leftOut.unitlessRowCount += block.lists.unitlessCount
    if startsAreFrequent {
      accumulator.addStarts(times.starts.span, block.startSum, late: own.late)
      if let groups {
        let slots = accumulator.slots(of: groups.codes, groups.map)
        accumulator.addStarts(slots.span, money.starts.span)
        own.slots = slots
      }
    }
    for window in specification.windows.indices {
      let limit = limit(window, timeScale: block.timeScale)
      FunnelRareWalk(self, limit: limit).find(block.lists, times, into: &found)
      accumulator.add(&found, of: own, window: window, as: elapsed)
    }
  }

  /// Returns the length of a window in stored units.
  func limit(_ window: Int, timeScale: Int64) -> UInt64 {
    specification.windows[window].map { UInt64($0 / max(timeScale, 1)) } ?? FunnelRareWalk.farthest
  }

  /// Returns what each rare row of a block is worth: a purchase its whole order, any other its VALUE;
  /// empty where the log has none.
  package func worth(of block: RareRowBlock) -> RareWorth {
    RareWorth(block.worth(purchase: purchase, orderGapMicroseconds: orderGapMicroseconds))
  }
}
