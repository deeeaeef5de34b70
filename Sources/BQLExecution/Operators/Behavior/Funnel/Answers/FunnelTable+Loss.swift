import BQLColumnar
import BQLPlanning

extension FunnelTable {
  /// The rows of SHOW LOSS: what the units that stop before a step were worth at the step before.
  func lossCells(_ steps: [FunnelStepResult]) -> [[Value]] {
    steps.indices.map { index in
      let step = steps[index]
      let type = plan.valueType ?? .float
      let head: [Value] = [
        .int(Int64(index + 1)), .text(plan.steps[index].label), .int(Int64(step.units)),
        value(step.value, type),
      ]
      // Nobody is lost at the first step, nor at one that a chain may do without.
      guard index > 0, !plan.steps[index].isOptional else {
        return head + [.null, .null, .null, .null]
      }
      let previous = steps[mandatoryIndex(before: index)]
      let dropped = previous.units - step.units
      let lost = dropped > 0 ? previous.endingValue : 0
      return head + [
        .int(Int64(dropped)), percent(dropped, of: previous.units), value(lost, type),
        share(lost, of: previous.value),
      ]
    }
  }

  private func share(_ part: Double?, of whole: Double?) -> Value {
    guard let part, let whole, whole != 0 else { return .null }
    return .float(part / whole * 100)
  }
}
