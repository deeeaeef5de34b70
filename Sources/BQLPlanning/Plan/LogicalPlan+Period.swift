import BQLColumnar
import BQLStorage

extension LogicalPlan {
  /// The instants from the first to the last row of a log that the plan may read; nil where it reads
  /// none.
  ///
  /// Bounds are seen where a condition compares TIME itself with an instant; the plan should have been
  /// optimized, so that conditions stand at the scans.
  package var readPeriod: ClosedRange<Int64>? {
    var periods = inputs.compactMap(\.readPeriod)
    switch self {
    case .scan(let scan):
      guard case .log(let log) = scan.table, let range = log.timeRange else { break }
      let bounds = scan.filter.flatMap { filter in
        log.roles[.time].map { filter.folded.instants(of: $0) }
      }
      periods += [range.clipped(from: bounds?.first, to: bounds?.last)].compactMap { $0 }
    case .behavior(let question):
      let behavior = question.behavior
      guard let range = behavior.log.timeRange else { break }
      // Some statements read rows behind the period, too.
      periods += [range.clipped(from: behavior.since, to: question.lastInstant)].compactMap { $0 }
    case .with(let query):
      periods += [Optimizer.optimizePart(query.plan).readPeriod].compactMap { $0 }
    case .values, .filter, .project, .aggregate, .window, .distinct, .sort, .limit, .union,
      .join, .replicate, .summarize, .correlate, .model:
      break
    }
    _ = mapExpressions { expression in
      periods += expression.subqueryPeriods
      return expression
    }
    guard let first = periods.map(\.lowerBound).min(), let last = periods.map(\.upperBound).max()
    else { return nil }
    return first...last
  }
}

extension BoundExpression {
  /// The periods that the queries inside the expression read.
  fileprivate var subqueryPeriods: [ClosedRange<Int64>] {
    switch kind {
    case .scalarQuery(let query), .exists(let query):
      return [Optimizer.optimizePart(query.plan).readPeriod].compactMap { $0 }
    case .inQuery(let operand, let query):
      return operand.subqueryPeriods
        + [Optimizer.optimizePart(query.plan).readPeriod].compactMap { $0 }
    case .column, .literal, .call, .cast, .and, .or, .isNull, .isTruth, .isNotDistinct, .inList,
      .isMember, .conditional, .outer:
      return children.flatMap(\.subqueryPeriods)
    }
  }

  /// The first and last instant of `column` for which the condition may hold, as far as its parts
  /// compare the column itself with an instant.
  func instants(of column: Int) -> (first: Int64?, last: Int64?) {
    var first: Int64?
    var last: Int64?
    for part in conjuncts {
      guard case .call(let call, let sides) = part.kind, sides.count == 2 else { continue }
      let comparison: String
      let instant: Value?
      if case .column(column) = sides[0].kind {
        (comparison, instant) = (call.name, sides[1].literal)
      } else if case .column(column) = sides[1].kind {
        let mirrored = ["<": ">", ">": "<", "<=": ">=", ">=": "<="]
        (comparison, instant) = (mirrored[call.name] ?? call.name, sides[0].literal)
      } else {
        continue
      }
      guard case .timestamp(let time)? = instant else { continue }
      switch comparison {
      case ">=", "=": first = max(first ?? time, time)
      case ">": first = max(first ?? .min, time.addingReportingOverflow(1).partialValue)
      default: break
      }
      switch comparison {
      case "<=", "=": last = min(last ?? time, time)
      case "<": last = min(last ?? .max, time.subtractingReportingOverflow(1).partialValue)
      default: break
      }
    }
    return (first, last)
  }
}

extension ClosedRange<Int64> {
  /// The part of the range from one instant to another, both included; nil where it has none.
  func clipped(from first: Int64?, to last: Int64?) -> ClosedRange<Int64>? {
    let low = Swift.max(lowerBound, first ?? lowerBound)
    let high = Swift.min(upperBound, last ?? upperBound)
    return low <= high ? low...high : nil
  }
}
