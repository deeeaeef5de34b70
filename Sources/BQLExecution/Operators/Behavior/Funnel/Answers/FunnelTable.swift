import BQLColumnar
import BQLPlanning

/// Makes the rows of FUNNEL's answer: group by group, window by window, step by step.
struct FunnelTable {
  let plan: FunnelPlan
  /// The dimensions' values by code, as texts where `(other)` and `(total)` may stand.
  let values: [Column]

  init(_ plan: FunnelPlan, _ groupValues: [Column]) {
    self.plan = plan
    var textCount = plan.dimensionsAreText ? groupValues.count : 0
    // The period of a trend stays a date.
    if case .trend = plan.answer { textCount = min(textCount, groupValues.count - 1) }
    values = groupValues.enumerated().map { index, column in
      index < textCount ? column.named(in: plan.behavior.timeZone) : column
    }
  }

  func relation(of result: FunnelResult) -> Relation {
    let schema = plan.schema
    var builders = schema.fields.map { ColumnBuilder($0.type) }
    let columns = plan.columns ?? Array(builders.indices)
    for row in rows(of: result) {
      for (index, column) in columns.enumerated() { builders[index].append(row[column]) }
    }
    return Relation(schema: schema, columns: builders.map { $0.finish() })
  }

  private func rows(of result: FunnelResult) -> [[Value]] {
    switch plan.answer {
    case .steps, .units, .trace:
      blocks(of: result) { steps in steps.indices.map { cells(steps, $0) } }
    case .times: blocks(of: result, timeCells)
    case .trend(let grain): trendRows(of: result, grain)
    case .lift: liftRows(of: result)
    case .loss: blocks(of: result, lossCells)
    case .comparison: comparisonRows(of: result)
    }
  }

  /// Returns the rows that `cells` makes of each group and window, behind their names.
  private func blocks(
    of result: FunnelResult,
    _ cells: ([FunnelStepResult]) -> [[Value]]
  ) -> [[Value]] {
    result.groups.flatMap { group in
      let names = dimensions(of: group.group)
      return group.windows.enumerated().flatMap { window, steps in
        cells(steps).map { names + windowCell(window) + $0 }
      }
    }
  }

  /// The window's own cell; none where the funnel has no windows.
  func windowCell(_ window: Int) -> [Value] {
    plan.windows.isEmpty ? [] : [.interval(plan.windows[window].microseconds)]
  }

  func dimensions(of group: FunnelGroup) -> [Value] {
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
      let previous = steps[mandatoryIndex(before: index)].units
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

  /// The last step before `index` that is not optional: such a step may have fewer units than a
  /// later one.
  func mandatoryIndex(before index: Int) -> Int {
    (0..<index).last { !plan.steps[$0].isOptional } ?? 0
  }

  func percent(_ part: Int, of whole: Int) -> Value {
    whole == 0 ? .null : .float(Double(part) / Double(whole) * 100)
  }

  /// The kernel sums hundredths exactly; as a Double the sum still rounds to the right hundredth
  /// up to 2⁵² of them.
  func value(_ sum: Double?, _ type: DataType) -> Value {
    guard let sum else { return .null }
    switch type {
    case .decimal: return Int64(exactly: (sum * 100).rounded()).map { .decimal($0) } ?? .null
    case .int: return Int64(exactly: sum.rounded()).map { .int($0) } ?? .null
    case .float: return .float(sum)
    case .bool, .text, .timestamp, .date, .interval: return .null
    }
  }
}
