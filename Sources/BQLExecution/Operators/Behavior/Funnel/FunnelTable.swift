import BQLColumnar
import BQLFunctions
import BQLPlanning

/// Makes the rows of FUNNEL's answer: group by group, window by window, step by step.
struct FunnelTable {
  private let plan: FunnelPlan
  /// The dimensions' values by code, as texts where `(other)` and `(total)` may stand.
  private let values: [Column]

  init(_ plan: FunnelPlan, _ groupValues: [Column]) {
    self.plan = plan
    values =
      plan.dimensionsAreText
      ? groupValues.map { (try? Cast.convert($0, to: .text)) ?? $0 } : groupValues
  }

  func relation(of result: FunnelResult) -> Relation {
    let schema = plan.schema
    var builders = schema.fields.map { ColumnBuilder($0.type) }
    for group in result.groups {
      let keys = dimensions(of: group.group)
      for (window, steps) in group.windows.enumerated() {
        for step in steps.indices {
          var cells = keys
          if !plan.windows.isEmpty { cells.append(.interval(plan.windows[window].microseconds)) }
          cells += self.cells(steps, step)
          for index in builders.indices { builders[index].append(cells[index]) }
        }
      }
    }
    return Relation(schema: schema, columns: builders.map { $0.finish() })
  }

  private func dimensions(of group: FunnelGroup) -> [Value] {
    switch group {
    case .value(let code): values.map { code < 0 ? .null : $0[Int(code)] }
    case .other: values.map { _ in .text("(other)") }
    case .total: values.map { _ in .text("(total)") }
    }
  }

  /// The cells of one step from `step_no` on; what compares with a step before is NULL at the first.
  private func cells(_ steps: [FunnelStepResult], _ index: Int) -> [Value] {
    let step = steps[index]
    let units = step.units
    var cells: [Value] = [
      .int(Int64(index + 1)), .text(plan.steps[index].label), .int(Int64(units)),
      percent(units, of: steps[0].units),
    ]
    if index == 0 {
      cells += [.null, .null, .null, .null, .null, .null]
    } else {
      // An optional step may have fewer units than a later one.
      let mandatory = (0..<index).last { !plan.steps[$0].isOptional } ?? 0
      let previous = steps[mandatory].units
      let interval = WilsonInterval(successes: units, trials: previous)
      cells += [
        percent(units, of: previous), .int(Int64(previous - units)),
        interval.map { .float($0.low * 100) } ?? .null,
        interval.map { .float($0.high * 100) } ?? .null,
        step.medianTime.map { .interval($0) } ?? .null,
        step.p90Time.map { .interval($0) } ?? .null,
      ]
    }
    if let type = plan.valueType { cells.append(value(step.value, type)) }
    return cells
  }

  private func percent(_ part: Int, of whole: Int) -> Value {
    whole == 0 ? .null : .float(Double(part) / Double(whole) * 100)
  }

  /// The kernel sums hundredths exactly; as a Double the sum still rounds to the right hundredth
  /// up to 2⁵² of them.
  private func value(_ sum: Double?, _ type: DataType) -> Value {
    guard let sum else { return .null }
    switch type {
    case .decimal: return Int64(exactly: (sum * 100).rounded()).map { .decimal($0) } ?? .null
    case .int: return Int64(exactly: sum.rounded()).map { .int($0) } ?? .null
    case .float: return .float(sum)
    case .bool, .text, .timestamp, .date, .interval: return .null
    }
  }
}
