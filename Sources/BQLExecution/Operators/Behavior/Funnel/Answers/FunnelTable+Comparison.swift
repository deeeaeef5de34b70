import BQLColumnar
import BQLPlanning

extension FunnelTable {
  /// The rows of COMPARE: each step's rate of the step before and of the first, in both groups.
  func comparisonRows(of result: FunnelResult) -> [[Value]] {
    var rows: [(cells: [Value], difference: ProportionDifference?)] = []
    for window in result.counters.indices {
      let none = result.total.windows[window].map { _ in FunnelStepResult(units: 0) }
      let a = group(0, of: result)?.windows[window] ?? none
      let b = group(1, of: result)?.windows[window] ?? none
      for index in none.indices {
        let head = windowCell(window) + [.int(Int64(index + 1)), .text(plan.steps[index].label)]
        let counts: [Value] = [.int(Int64(a[index].units)), .int(Int64(b[index].units))]
        guard index > 0 else {
          rows.append((head + [.null] + counts + [.null, .null], nil))
          continue
        }
        let before = mandatoryIndex(before: index)
        let bases = [("of previous", before)] + (before > 0 ? [("of first", 0)] : [])
        for (rate, base) in bases {
          rows.append(
            (
              head + [.text(rate)] + counts + [
                percent(a[index].units, of: a[base].units),
                percent(b[index].units, of: b[base].units),
              ],
              ProportionDifference(
                a[index].units,
                of: a[base].units,
                b[index].units,
                of: b[base].units
              )
            )
          )
        }
      }
    }
    let qValues = ProportionDifference.qValues(rows.compactMap { $0.difference?.pValue })
    var next = 0
    return rows.map { cells, difference in
      guard let difference else { return cells + [.null, .null, .null, .null] }
      next += 1
      let told = [difference.difference * 100, difference.low * 100, difference.high * 100]
      return cells + told.map { .float($0) } + [.float(qValues[next - 1])]
    }
  }

  /// Says who is compared; nothing for other answers.
  func comparisonNotes(of result: FunnelResult) -> [String] {
    guard case .comparison(let comparison) = plan.answer else { return [] }
    let window = result.counters.indices.max {
      result.total.windows[$0][0].units < result.total.windows[$1][0].units
    }
    func size(_ number: Int64) -> Int {
      window.flatMap { group(number, of: result)?.windows[$0][0].units } ?? 0
    }
    let names = zip(["a", "b"], comparison.labels)
    var notes = names.enumerated().map { index, name in
      "\(name.0): \(name.1): \(size(Int64(index))) \(plan.countName)"
    }
    if size(2) > 0 { notes.append("\(size(2)) \(plan.countName) of both left out") }
    notes.append(
      "pct_difference is pct_a less pct_b, in percentage points, with its 95 % interval; q_value is "
        + "corrected for the number of rows"
    )
    return notes
  }

  /// The group whose dimension is `number`; nil where no unit is in it.
  func group(_ number: Int64, of result: FunnelResult) -> FunnelGroupResult? {
    result.groups.first { dimensions(of: $0.group).first == .int(number) }
  }
}
