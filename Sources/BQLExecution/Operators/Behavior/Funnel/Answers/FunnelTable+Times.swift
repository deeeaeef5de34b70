import BQLColumnar
import BQLPlanning
import BQLSyntax

extension FunnelTable {
  /// The rows of SHOW TIMES: from each step to the next, and from the first to each.
  func timeCells(_ steps: [FunnelStepResult]) -> [[Value]] {
    var rows: [[Value]] = []
    for index in steps.indices.dropFirst() {
      if let times = steps[index].times {
        rows.append(cells(from: previousName(of: index), to: index, times))
      }
      if let times = steps[index].timesFromFirst {
        rows.append(cells(from: plan.steps[0].label, to: index, times))
      }
    }
    return rows
  }

  /// What the times to a step are measured from: the step before it on the chain, which may be
  /// any of several where some are optional; in any order, the first of the rows.
  private func previousName(of index: Int) -> String {
    if plan.mode == .any { return "(first)" }
    let before = plan.steps[mandatoryIndex(before: index)..<index]
    return before.reversed().map(\.label).joined(separator: " or ")
  }

  private func cells(from: String, to index: Int, _ times: FunnelTimes) -> [Value] {
    [.text(from), .text(plan.steps[index].label), .int(Int64(times.count))]
      + (times.quantiles + [times.mean]).map { $0.map { .interval($0) } ?? .null }
  }
}
