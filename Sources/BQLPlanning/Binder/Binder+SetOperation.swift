import BQLColumnar
import BQLFunctions
import BQLSyntax

extension Binder {
  /// Binds `SELECT … UNION|INTERSECT|EXCEPT SELECT …` with the order and limit of the whole.
  mutating func bindCompound(
    _ select: SelectStatement,
    at range: SourceRange
  ) -> BoundCompound? {
    var first = select
    first.with = []
    first.setOperations = []
    first.orderBy = []
    first.limit = nil
    first.offset = nil
    var plan = bindCore(first, at: range).map { LogicalPlan(BoundQuery.select($0)) }
    for operation in select.setOperations {
      let right = bind(operation.query).map(LogicalPlan.init)
      guard let left = plan, let right else {
        plan = nil
        continue
      }
      plan = combine(left, operation, right)
    }
    guard let plan else { return nil }
    let columns = plan.schema.fields.enumerated().map { index, field in
      NamedExpression(
        field.name,
        BoundExpression(.column(index), field.type, range: range)
      )
    }
    let scope = Scope(schema: plan.schema, qualifier: nil)
    let context = ExpressionContext(scope: scope, clause: "ORDER BY", grouping: nil)
    guard let order = bindOrderBy(select, items: columns, written: [], context),
      let limit = bindLimit(select)
    else { return nil }
    return BoundCompound(
      input: plan,
      columns: columns,
      hiddenItems: order.hidden,
      sortKeys: order.keys,
      limit: limit.count == nil && limit.offset == 0 ? nil : limit
    )
  }

  /// Brings the columns of both sides to one type each and combines their rows.
  private mutating func combine(
    _ left: LogicalPlan,
    _ operation: SetOperation,
    _ right: LogicalPlan
  ) -> LogicalPlan? {
    let (first, second) = (left.schema.fields, right.schema.fields)
    guard first.count == second.count else {
      return fail(
        .wrongArguments,
        "the sides of \(operation.kind.rawValue) have different numbers of columns: "
          + "\(first.count) and \(second.count)",
        at: operation.range
      )
    }
    var sides: (left: [NamedExpression], right: [NamedExpression]) = ([], [])
    for index in first.indices {
      let pair = [left, right].enumerated().map { side, plan in
        column(index, of: plan, at: side == 0 ? operation.range : operation.query.range)
      }
      guard let unified = unify(pair, at: operation.range) else { return nil }
      sides.left.append(NamedExpression(first[index].name, unified[0]))
      sides.right.append(NamedExpression(first[index].name, unified[1]))
    }
    let (left, right) = (casting(left, sides.left), casting(right, sides.right))
    switch operation.kind {
    case .union:
      let all = LogicalPlan.union(left, right)
      return operation.isAll ? all : .distinct(all)
    case .intersect, .except:
      return matching(left, operation, right)
    }
  }

  /// A column of a side; one that is NULL in every row takes the other side's type.
  private func column(
    _ index: Int,
    of plan: LogicalPlan,
    at range: SourceRange
  ) -> BoundExpression {
    if case .project(_, let items) = plan, items[index].expression.literal == .null {
      return BoundExpression(.literal(.null), items[index].expression.type, range: range)
    }
    return BoundExpression(.column(index), plan.schema[index].type, range: range)
  }

  private func casting(_ plan: LogicalPlan, _ items: [NamedExpression]) -> LogicalPlan {
    let isSame = items.enumerated().allSatisfy { index, item in
      item.expression.kind == .column(index) && item.name == plan.schema[index].name
    }
    return isSame ? plan : .project(plan, items)
  }

  /// Plans INTERSECT and EXCEPT: equal rows of both sides are grouped and counted by side.
  ///
  /// NULLs are
  /// equal here, as in DISTINCT.
  private mutating func matching(
    _ left: LogicalPlan,
    _ operation: SetOperation,
    _ right: LogicalPlan
  ) -> LogicalPlan? {
    let range = operation.range
    let fields = left.schema.fields
    let width = fields.count
    func column(_ index: Int, _ type: DataType) -> BoundExpression {
      BoundExpression(.column(index), type, range: range)
    }
    func number(_ value: Int64) -> BoundExpression {
      BoundExpression(.literal(.int(value)), .int, range: range)
    }
    let keys = fields.enumerated().map {
      NamedExpression($0.element.name, column($0.offset, $0.element.type))
    }
    func marked(_ plan: LogicalPlan, isLeft: Bool) -> LogicalPlan {
      let side = BoundExpression(.literal(.bool(isLeft)), .bool, range: range)
      return .project(plan, keys + [NamedExpression("side", side)])
    }
    guard
      let count = FunctionRegistry.aggregate("count")?.overloads.first(where: {
        $0.parameters.isEmpty
      })
    else { return fail(.internalError, "count is not registered", at: range) }
    func counted(isLeft: Bool) -> (name: String, aggregate: BoundAggregate) {
      let side = BoundExpression(.isTruth(column(width, .bool), isLeft), .bool, range: range)
      let aggregate = BoundAggregate(
        name: "count",
        overload: count,
        isDistinct: false,
        arguments: [],
        constants: [],
        filter: side,
        range: range
      )
      return (isLeft ? "left_rows" : "right_rows", aggregate)
    }
    let grouped = LogicalPlan.aggregate(
      AggregatePlan(
        input: .union(marked(left, isLeft: true), marked(right, isLeft: false)),
        keys: keys,
        aggregates: [counted(isLeft: true), counted(isLeft: false)]
      )
    )
    let (leftRows, rightRows) = (column(width, .int), column(width + 1, .int))
    if operation.isAll {
      let times: BoundExpression?
      if operation.kind == .intersect {
        times = call("least", shown: "INTERSECT", [leftRows, rightRows], at: range)
      } else {
        times = call("-", shown: "EXCEPT", [leftRows, rightRows], at: range)
          .flatMap { call("greatest", shown: "EXCEPT", [$0, number(0)], at: range) }
      }
      guard let times else { return nil }
      return .replicate(.project(grouped, keys + [NamedExpression("times", times)]))
    }
    let isRight = operation.kind == .intersect ? ">" : "="
    guard let inLeft = call(">", shown: ">", [leftRows, number(0)], at: range),
      let asWanted = call(isRight, shown: isRight, [rightRows, number(0)], at: range),
      let both = BoundExpression.conjunction([inLeft, asWanted])
    else { return nil }
    return .project(.filter(grouped, both), keys)
  }
}
