import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Why a row counts, or does not.
extension FunnelTrace {
  /// Returns the reason of a row; `place` is its step in a chain of `chains`, those of the window.
  func reason(
    _ index: Int,
    _ place: (step: Int, chain: FunnelChain)?,
    _ chains: ChainIndex,
    _ window: Int
  ) -> String {
    let row = rows[index]
    if let place { return counted(index, place.step, place.chain) }
    if !row.isKept { return "left out by WHERE" }
    if row.unit < 0 { return "left out: no value of the unit's columns" }
    if let excluded = exclusionOfUnit(row) { return excluded }
    if row.names == 0 { return barrier(row) ?? "no step of the funnel" }
    if row.held < 0 { return "left out: no value of HOLDING's columns" }
    if row.names == 1, let outside = outsideOfPeriod(row) { return outside }
    guard let chain = chains.nearest(ofUnit: row.unit, toRow: index + firstRow) else {
      return withoutChain(row, window)
    }
    return against(chain, index, window)
  }

  private func counted(_ index: Int, _ step: Int, _ chain: FunnelChain) -> String {
    let label = plan.steps[step - 1].label
    guard step > 1 else { return "counts as '\(label)': the chain's start" }
    let before: Int = (0..<(step - 1)).last(where: { chain.rows[$0] >= 0 }) ?? 0
    let from = plan.mode == .any ? chain.rows.filter { $0 >= 0 }.min() : chain.rows[before]
    let elapsed = rows[index].time - rows[Int(from ?? 0) - firstRow].time
    let since = plan.mode == .any ? "the first of the chain" : "'\(plan.steps[before].label)'"
    if elapsed < 0 { return "counts as '\(label)', \(span(-elapsed)) before \(since) (TOLERANCE)" }
    return "counts as '\(label)', \(span(elapsed)) after \(since)"
  }

  /// Why no row of the row's unit counts.
  private func exclusionOfUnit(_ row: Row) -> String? {
    guard excludedUnits.contains(row.unit) else { return nil }
    let bits = specification.unitExclusions
    return row.exclusions & bits != 0
      ? "EXCLUDING USERS WITH: this row leaves out the whole unit"
      : "the unit is left out by EXCLUDING USERS WITH"
  }

  private func barrier(_ row: Row) -> String? {
    let found = plan.exclusions.indices.first {
      row.exclusions & (1 << UInt32($0)) != 0 && !plan.exclusions[$0].excludesUnits
    }
    guard let found else {
      return plan.mode == .strict ? "no step of the funnel: ends an attempt (MODE STRICT)" : nil
    }
    let exclusion = plan.exclusions[found]
    let between = exclusion.between.map {
      " between '\(plan.steps[$0.lowerBound - 1].label)' and '\(plan.steps[$0.upperBound - 1].label)'"
    }
    return "EXCLUDING \(exclusion.label): ends an attempt\(between ?? "")"
  }

  private func outsideOfPeriod(_ row: Row) -> String? {
    if let since = plan.behavior.since, row.time < since { return "before SINCE: starts no chain" }
    if let until = plan.behavior.until, row.time >= until {
      return "not before UNTIL: starts no chain"
    }
    return nil
  }

  private func start(of chain: FunnelChain) -> Int { Int(chain.rows[0]) - firstRow }

  private func withoutChain(_ row: Row, _ window: Int) -> String {
    if row.names & 1 != 0, plan.isMatureOnly {
      return "left out by MATURE ONLY: the log ends before the chain's window does"
    }
    if specification.windows[window].map({ $0 < 0 }) ?? false { return "the window is negative" }
    return "no '\(plan.steps[0].label)' starts a chain of this unit"
  }

  /// Why the chain that counts does without a row which matches one of its steps.
  private func against(_ chain: FunnelChain, _ index: Int, _ window: Int) -> String {
    let row = rows[index]
    if !plan.holding.isEmpty, row.held != rows[start(of: chain)].held {
      return "another value of HOLDING's columns than the chain's"
    }
    let depth = chain.depth
    let steps = (1...plan.steps.count).filter { row.names & (1 << UInt32($0 - 1)) != 0 }
    let last = Int(chain.rows[depth - 1]) - firstRow
    guard depth < plan.steps.count else {
      return index > last
        ? "later than the chain, which was complete first"
        : "not needed: the chain has another \(serving(steps, chain))"
    }
    let next = (depth..<plan.steps.count).first { !plan.steps[$0].isOptional } ?? depth
    guard let step = steps.first(where: { $0 > depth && $0 <= next + 1 }) else {
      if let later = steps.first(where: { $0 > depth }) {
        return "'\(plan.steps[later - 1].label)' needs '\(plan.steps[next].label)' first"
      }
      return index > last
        ? "later than the chain, which got as far first"
        : "not needed: the chain has another \(serving(steps, chain))"
    }
    return tooFar(row, step, chain, window)
  }

  private func serving(_ steps: [Int], _ chain: FunnelChain) -> String {
    let step = steps.first { $0 <= chain.depth } ?? 1
    return "'\(plan.steps[step - 1].label)'"
  }

  /// Why a row of the step behind the chain's last does not extend it.
  private func tooFar(_ row: Row, _ step: Int, _ chain: FunnelChain, _ window: Int) -> String {
    let label = plan.steps[step - 1].label
    let last = rows[Int(chain.rows[chain.depth - 1]) - firstRow]
    let lastLabel = plan.steps[chain.depth - 1].label
    if row.time < last.time { return "before '\(lastLabel)': a '\(label)' must follow it" }
    let begin = rows[start(of: chain)].time
    if let limit = specification.windows[window], row.time - begin > limit {
      return
        "\(span(row.time - begin)) after the chain's start: beyond WITHIN \(plan.windows[window].text)"
    }
    if let gap = plan.steps[step - 1].gapMicroseconds, row.time - last.time > gap {
      return
        "\(span(row.time - last.time)) after '\(lastLabel)': beyond WITHIN \(span(gap)) OF PREVIOUS"
    }
    if row.time == last.time, plan.ties != .allow {
      return "at the instant of '\(lastLabel)' (TIES \(plan.ties.rawValue))"
    }
    if plan.steps[step - 1].repetitions > 1 {
      return "'\(label)' must happen \(plan.steps[step - 1].repetitions) times"
    }
    if plan.entry == .first {
      return "the first '\(plan.steps[0].label)' does not lead here (ENTRY FIRST)"
    }
    if plan.mode != .loose || !plan.exclusions.isEmpty {
      let cause = plan.mode != .loose ? "MODE \(plan.mode.rawValue)" : "EXCLUDING"
      return "the attempt had ended before (\(cause))"
    }
    return "'\(lastLabel)' does not come before it in a chain"
  }

  private func span(_ microseconds: Int64) -> String {
    var text: [UInt8] = []
    ValueText.append(interval: microseconds, style: .exact, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
