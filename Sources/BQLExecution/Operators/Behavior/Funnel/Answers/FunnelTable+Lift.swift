import BQLColumnar
import BQLPlanning

extension FunnelTable {
  /// A group's step against the rest.
  private struct Compared {
    var row: [Value]
    var difference: ProportionDifference?
    var uplift: [Value]
  }

  /// The rows of SHOW LIFT: each step but the first, of each group, against all other groups.
  ///
  /// The best rate of a step is that of the named group whose interval begins highest, so that a
  /// handful of units does not set it.
  func liftRows(of result: FunnelResult) -> [[Value]] {
    let sums = result.counters.indices.map { Self.sums(of: result, window: $0) }
    let best = result.counters.indices.map { bestRates(of: result, window: $0) }
    var compared: [Compared] = []
    for group in result.groups {
      let names = dimensions(of: group.group)
      for (window, steps) in group.windows.enumerated() {
        for index in steps.indices.dropFirst() {
          var entry = self.compared(steps, index, sums[window], best[window][index])
          entry.row = names + windowCell(window) + entry.row
          compared.append(entry)
        }
      }
    }
    let qValues = ProportionDifference.qValues(compared.compactMap { $0.difference?.pValue })
    var next = 0
    return compared.map { entry in
      guard let difference = entry.difference else {
        return entry.row + [.null, .null, .null, .null] + entry.uplift
      }
      next += 1
      let told = [difference.difference * 100, difference.low * 100, difference.high * 100]
      return entry.row + [.float(qValues[next - 1])] + told.map { .float($0) } + entry.uplift
    }
  }

  /// The units and value of each step over all groups.
  private static func sums(
    of result: FunnelResult,
    window: Int
  ) -> [(units: Int, value: Double)] {
    result.total.windows[window].indices.map { step in
      result.groups.reduce(into: (units: 0, value: 0)) { sum, group in
        sum.units += group.windows[window][step].units
        sum.value += group.windows[window][step].value ?? 0
      }
    }
  }

  /// A rate as the two counts that it is of.
  private struct Rate {
    var units: Double
    var previous: Double
    /// Where its interval begins.
    var low: Double
  }

  private func bestRates(of result: FunnelResult, window: Int) -> [Rate?] {
    result.total.windows[window].indices.map { index in
      guard index > 0 else { return nil }
      var best: Rate?
      for group in result.groups where group.group != .other {
        let steps = group.windows[window]
        let (units, previous) = (steps[index].units, steps[mandatoryIndex(before: index)].units)
        guard let interval = WilsonInterval(successes: units, trials: previous) else { continue }
        if interval.low > best?.low ?? -1 {
          best = Rate(units: Double(units), previous: Double(previous), low: interval.low)
        }
      }
      return best
    }
  }

  private func compared(
    _ steps: [FunnelStepResult],
    _ index: Int,
    _ sums: [(units: Int, value: Double)],
    _ best: Rate?
  ) -> Compared {
    let before = mandatoryIndex(before: index)
    let (own, previous) = (steps[index].units, steps[before].units)
    let (rest, restPrevious) = (sums[index].units - own, sums[before].units - previous)
    var row: [Value] = [
      .int(Int64(index + 1)), .text(plan.steps[index].label), .int(Int64(own)),
      percent(own, of: previous), percent(rest, of: restPrevious),
    ]
    if previous > 0, restPrevious > 0, rest > 0 {
      let rate = Double(own) / Double(previous)
      row.append(.float(rate / (Double(rest) / Double(restPrevious))))
    } else {
      row.append(.null)
    }
    // In whole numbers up to the quotient: the best group gains 0, not a rounding error.
    let gained = best.map {
      max(0, $0.units * Double(previous) - Double(own) * $0.previous) / $0.previous
    }
    var uplift: [Value] = [
      best.map { .float($0.units / $0.previous * 100) } ?? .null,
      gained.map { .float($0) } ?? .null,
    ]
    if let type = plan.valueType {
      // What a unit at this step brings at the last one, over all groups.
      let last = sums[sums.count - 1].value
      let worth = gained.flatMap { gained in
        sums[index].units > 0 ? gained * last / Double(sums[index].units) : nil
      }
      uplift.append(value(worth, type.upliftType))
    }
    return Compared(
      row: row,
      difference: ProportionDifference(own, of: previous, rest, of: restPrevious),
      uplift: uplift
    )
  }
}
