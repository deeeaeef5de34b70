import BQLColumnar
import BQLStorage

extension Optimizer {
  /// Turns a mark that a filter asks for into a join that drops rows: EXISTS and IN in WHERE.
  static let marksToJoins = OptimizerRule(name: "marks_to_joins") { plan in
    turnMarks(plan)
  }

  /// Looks up the smaller side of a join from the larger one.
  static let joinSide = OptimizerRule(name: "join_side") { plan in
    chooseSides(plan)
  }

  private static func turnMarks(_ plan: LogicalPlan) -> LogicalPlan {
    guard case .filter(let input, let predicate) = plan, case .join(var join) = input,
      join.kind == .mark
    else { return plan.mapInputs(turnMarks) }
    let mark = join.left.schema.count
    var parts = predicate.conjuncts
    func take(_ isWanted: (BoundExpression) -> Bool) -> Bool {
      guard let index = parts.firstIndex(where: isWanted) else { return false }
      parts.remove(at: index)
      return true
    }
    if take({ $0.kind == .column(mark) }) {
      join.condition = .conjunction(
        (join.condition?.conjuncts ?? []) + (join.membership?.conjuncts ?? [])
      )
      join.membership = nil
      join.kind = .semi
    } else if join.membership == nil, take({ $0.isNot(column: mark) }) {
      join.kind = .anti
    } else {
      return plan.mapInputs(turnMarks)
    }
    // Whatever else reads the mark finds what it is now.
    let isSemi = join.kind == .semi
    join.left = turnMarks(join.left)
    join.right = turnMarks(join.right)
    let fields = join.left.schema.fields
    let range = join.range
    let items =
      fields.enumerated().map { index, field in
        NamedExpression(field.name, BoundExpression(.column(index), field.type, range: range))
      } + [
        NamedExpression("exists", BoundExpression(.literal(.bool(isSemi)), .bool, range: range))
      ]
    // What a condition says of one side is that side's filter now.
    let rest = LogicalPlan.project(push([], into: join), items)
    // The filter's other parts may hold further marks.
    return BoundExpression.conjunction(parts).map { turnMarks(.filter(rest, $0)) } ?? rest
  }

  private static func chooseSides(_ plan: LogicalPlan) -> LogicalPlan {
    let plan = plan.mapInputs(chooseSides)
    guard case .join(var join) = plan else { return plan }
    let (keys, rest) = join.split
    let isTurnable: Bool =
      switch join.kind {
      case .inner: !keys.isEmpty
      case .semi, .anti: !keys.isEmpty && rest.isEmpty
      case .left, .mark, .single: false
      }
    join.buildsLeft =
      isTurnable && 2 * join.left.estimatedRowCount < join.right.estimatedRowCount
    return .join(join)
  }
}

extension BoundExpression {
  /// Whether it is NOT of a column.
  fileprivate func isNot(column: Int) -> Bool {
    guard case .call(let call, let operands) = kind, call.name == "not" else { return false }
    return operands.first?.kind == .column(column)
  }
}

extension LogicalPlan {
  /// About how many rows the plan gives: a guess by fixed shares where conditions and groups decide.
  package var estimatedRowCount: Int {
    switch self {
    case .scan(let scan):
      let count =
        switch scan.table {
        case .log(let log): log.rowCount
        case .relation(let relation): relation.rowCount
        }
      return scan.filter.map { count / $0.estimatedDivisor } ?? count
    case .values(let relation): return relation.rowCount
    case .filter(let input, let predicate):
      return input.estimatedRowCount / predicate.estimatedDivisor
    case .project(let input, _), .distinct(let input), .replicate(let input):
      return input.estimatedRowCount
    case .aggregate(let aggregate):
      return aggregate.keys.isEmpty ? 1 : max(1, aggregate.input.estimatedRowCount / 8)
    case .window(let plan): return plan.input.estimatedRowCount
    case .sort(let sort): return min(sort.limit ?? .max, sort.input.estimatedRowCount)
    case .limit(let input, let limit):
      return min(limit.count ?? .max, input.estimatedRowCount)
    case .union(let first, let second):
      return first.estimatedRowCount + second.estimatedRowCount
    case .join(let join):
      let (left, right) = (join.left.estimatedRowCount, join.right.estimatedRowCount)
      switch join.kind {
      case .inner where join.condition == nil:
        let (count, overflows) = left.multipliedReportingOverflow(by: right)
        return overflows ? .max / 4 : min(count, .max / 4)
      case .inner, .left: return max(left, right)
      case .semi, .anti: return left / 2
      case .mark, .single: return left
      }
    case .with(let query): return query.plan.estimatedRowCount
    case .summarize(let summarize): return summarize.columns.count
    case .correlate(let correlate): return correlate.target
    case .model(let question):
      return question.rows.map { $0.plan.estimatedRowCount } ?? 1_000
    case .behavior(.rfm(let rfm)): return rfm.behavior.log.userCount
    case .behavior: return 1_000
    }
  }
}

extension BoundExpression {
  /// How many times fewer rows pass the condition, guessed.
  fileprivate var estimatedDivisor: Int {
    conjuncts.reduce(1) { product, part in
      guard case .call(let call, _) = part.kind else { return min(product * 2, 1_000) }
      return min(product * (call.name == "=" ? 10 : 3), 1_000)
    }
  }
}
