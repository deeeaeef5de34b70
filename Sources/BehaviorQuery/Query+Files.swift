import BQLSyntax

extension Query {
  /// The files that FROM names, in this query and those inside it.
  var filePaths: [(path: String, range: SourceRange)] {
    switch kind {
    case .select(let select):
      var found = select.from?.filePaths ?? []
      for table in select.with { found += table.query.filePaths }
      for operation in select.setOperations { found += operation.query.filePaths }
      return found + select.expressions.flatMap(\.filePaths)
    case .funnel(let funnel):
      return funnel.behavior.filePaths
        + funnel.steps.flatMap(\.alternatives).compactMap(\.condition).flatMap(\.filePaths)
    case .retention(let retention):
      let events = [retention.of, retention.returning].compactMap { $0 }
      return retention.behavior.filePaths + events.flatMap(\.filePaths)
    case .lifecycle(let statement):
      return statement.behavior.filePaths + (statement.of?.filePaths ?? [])
    case .stickiness(let statement):
      return statement.behavior.filePaths + (statement.of?.filePaths ?? [])
    case .active(let statement):
      return statement.behavior.filePaths + (statement.of?.filePaths ?? [])
    case .intervals(let statement): return statement.behavior.filePaths + statement.of.filePaths
    case .heatmap(let statement): return statement.behavior.filePaths + statement.of.filePaths
    case .paths(let paths):
      return paths.behavior.filePaths + paths.expressions.flatMap(\.filePaths)
    case .transitions(let transitions):
      return transitions.behavior.filePaths + transitions.on.flatMap(\.filePaths)
    case .match(let match):
      let conditions = match.pattern.events.compactMap(\.condition)
      return match.behavior.filePaths + conditions.flatMap(\.filePaths)
    case .sessions(let statement):
      return statement.behavior.filePaths + (statement.on?.filePaths ?? [])
    case .timing(let statement):
      return statement.behavior.filePaths + statement.start.filePaths + statement.end.filePaths
    case .features(let features):
      return features.behavior.filePaths + features.expressions.flatMap(\.filePaths)
    case .summarize(let summarize):
      return summarize.table.filePaths + summarize.by.flatMap(\.filePaths)
    case .rfm(let rfm):
      return rfm.behavior.filePaths + (rfm.asOf?.filePaths ?? [])
    case .correlate(let correlate):
      return [correlate.condition, correlate.asOf].compactMap { $0 }.flatMap(\.filePaths)
        + correlate.target.filePaths + correlate.source.filePaths
    case .explain(let explain): return explain.query.filePaths
    case .model(let question): return question.expressions.flatMap(\.filePaths)
    case .describe, .show, .showSegment, .unimplemented: return []
    }
  }
}

extension FeatureSource {
  /// The files that the columns' queries read.
  var filePaths: [(path: String, range: SourceRange)] {
    guard case .columns(let items) = kind else { return [] }
    var found: [(path: String, range: SourceRange)] = []
    for case .expression(let expression) in items.map(\.kind) { found += expression.filePaths }
    return found
  }
}

extension SelectStatement {
  /// Every expression of the statement's own clauses.
  fileprivate var expressions: [Expression] {
    var found = [condition, having, qualify, limit, offset].compactMap { $0 }
    for case .expression(let expression) in items.map(\.kind) { found.append(expression) }
    if case .expressions(let keys) = groupBy { found += keys }
    return found + orderBy.map(\.expression)
  }
}

extension BehaviorClauses {
  /// The files that the clauses name or read.
  fileprivate var filePaths: [(path: String, range: SourceRange)] {
    let expressions = [condition, since, until].compactMap { $0 } + by
    return (from?.filePaths ?? []) + expressions.flatMap(\.filePaths)
  }
}

extension Choice<ActivityEvent> {
  /// The files that the conditions of the events' rows read.
  fileprivate var filePaths: [(path: String, range: SourceRange)] {
    value.conditions.flatMap(\.filePaths)
  }
}

extension PathsStatement {
  /// The expressions of the statement's own clauses.
  fileprivate var expressions: [Expression] {
    let anchors = [start, end, around].compactMap { $0 }.flatMap(\.value)
    return on + anchors.compactMap(\.condition) + (compare?.value ?? [])
  }
}

extension MatchSequence {
  /// Every event that the pattern names.
  fileprivate var events: [EventPattern] {
    items.flatMap { item in
      switch item.kind {
      case .event(let event): [event]
      case .except(let events): events
      case .group(let sequences): sequences.flatMap(\.events)
      }
    }
  }
}

extension TableReference {
  fileprivate var filePaths: [(path: String, range: SourceRange)] {
    switch kind {
    case .table: []
    case .values(let rows): rows.flatMap { $0.flatMap(\.filePaths) }
    case .file(let path): [(path, range)]
    case .query(let query): query.filePaths
    case .join(let left, _, let right, .on(let condition)):
      left.filePaths + right.filePaths + condition.filePaths
    case .join(let left, _, let right, .using), .join(let left, _, let right, .none):
      left.filePaths + right.filePaths
    }
  }
}

extension Expression {
  /// The files that subqueries of the expression read.
  var filePaths: [(path: String, range: SourceRange)] {
    switch kind {
    case .literal, .column, .parameter: []
    case .scalarQuery(let query), .exists(let query): query.filePaths
    case .inQuery(let operand, let query, _): operand.filePaths + query.filePaths
    case .unary(_, let operand), .cast(let operand, _), .isNull(let operand, _),
      .isTruth(let operand, _, _):
      operand.filePaths
    case .binary(_, let left, let right), .isDistinct(let left, let right, _),
      .match(let left, _, let right, _):
      left.filePaths + right.filePaths
    case .between(let operand, let low, let high, _):
      operand.filePaths + low.filePaths + high.filePaths
    case .inList(let operand, let list, _): ([operand] + list).flatMap(\.filePaths)
    case .call(let call): (call.arguments + [call.filter].compactMap { $0 }).flatMap(\.filePaths)
    case .conditional(let operand, let branches, let otherwise):
      (operand?.filePaths ?? []) + branches.flatMap { $0.condition.filePaths + $0.result.filePaths }
        + (otherwise?.filePaths ?? [])
    }
  }
}
