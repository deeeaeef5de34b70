import BQLColumnar

extension FunnelRareScan {
  /// Adds the chains of a block whose steps may come in any order to `accumulator`; `worth` is as in
  /// ``update(_:with:worth:groups:)``.
  package func update(
    _ accumulator: inout FunnelAccumulator,
    with block: RareRowBlock,
    _ sides: RareSides,
    worth: RareWorth
  ) {
    switch (block.times, sides.before, sides.after) {
    case (.int32(let times), .int32(let before), .int32(let after)):
      update(&accumulator, block, times, before, after, sides, as: UInt32.self, worth)
    case (.int64(let times), .int64(let before), .int64(let after)):
      update(&accumulator, block, times, before, after, sides, as: UInt64.self, worth)
    // Sides are read from the column that the block's times are of.
    default: return
    }
  }

  private func update<
    Time: FixedWidthInteger,
    Elapsed: FixedWidthInteger & UnsignedInteger & BitwiseCopyable
  >(
    _ accumulator: inout FunnelAccumulator,
    _ block: RareRowBlock,
    _ times: RareNumbers<Time>,
    _ before: RareNumbers<Time>,
    _ after: RareNumbers<Time>,
    _ sides: RareSides,
    as elapsed: Elapsed.Type,
    _ worth: RareWorth
  ) {
    let late = specification.lateStarts(timeScale: block.timeScale)
    accumulator.leftOut.unitlessRowCount += block.lists.unitlessCount
    accumulator.addStarts(times.starts.span, block.startSum, late: late)
    for window in specification.windows.indices {
      let limit = limit(window, timeScale: block.timeScale)
      let found = FunnelRareAnyWalk(self, limit: limit)
        .chains(block.lists, times, before: before, after: after)
      var tally = FunnelRareTally<Elapsed>(
        stepCount: specification.stepCount,
        capacity: found.count,
        keepsTimes: specification.keepsTimes
      )
      tally.count(
        found,
        times,
        before: before,
        after: after,
        late: late.isEmpty ? .max : late[window]
      )
      switch (specification.tellsValue ? block.money : nil, sides.beforeMoney, sides.afterMoney) {
      case (.int32(let money), .int32(let before), .int32(let after)):
        tally.add(found, worth: worth, starts: money, before: before, after: after)
      case (.int64(let money), .int64(let before), .int64(let after)):
        tally.add(found, worth: worth, starts: money, before: before, after: after)
      default: break
      }
      accumulator.add(tally, window: window, timeScale: block.timeScale)
    }
  }
}
