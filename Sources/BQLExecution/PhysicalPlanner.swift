import BQLColumnar
import BQLPlanning
import BQLStorage
import BQLSyntax

/// Chooses an operator for each node of a plan.
struct PhysicalPlanner {
  let context: ExecutionContext
  let notes: Notes
  /// Whether the operators are shown, not run: then no query is run for its value.
  var isOutline = false

  /// Builds the operators of `plan`; its subqueries must have been replaced by values.
  func plan(_ plan: LogicalPlan, depth: Int = 0) throws(ExecutionError) -> any Operator {
    guard let profile = context.profile else { return try node(plan, depth) }
    let entry = profile.entry(title: plan.title, depth: depth)
    let operation = try node(isOutline ? plan.withoutQueries : plan, depth)
    entry.note(method: operation.method)
    return MeasuredOperator(input: operation, entry: entry)
  }

  /// Chooses the operator of a behaviour question.
  private func behavior(
    _ question: BehaviorQuestion
  ) throws(ExecutionError) -> any Operator {
    switch question {
    case .funnel(let plan): try FunnelOperator(plan, notes: notes)
    case .retention(let plan): try RetentionOperator(plan, notes: notes)
    case .activity(let plan): try ActivityOperator(plan, notes: notes)
    case .intervals(let plan): try IntervalsOperator(plan, notes: notes)
    case .heatmap(let plan): try HeatmapOperator(plan, notes: notes)
    case .paths(let plan): try PathsOperator(plan, notes: notes)
    case .transitions(let plan): try TransitionsOperator(plan, notes: notes)
    case .match(let plan): try MatchOperator(plan, notes: notes)
    case .sessions(let plan): try SessionsOperator(plan, notes: notes)
    case .timing(let plan): try TimingOperator(plan, notes: notes)
    case .rfm(let plan): try RFMOperator(plan, notes: notes)
    case .features(let plan): try FeaturesOperator(plan, notes: notes)
    }
  }

  private func node(_ plan: LogicalPlan, _ depth: Int) throws(ExecutionError) -> any Operator {
    switch plan {
    case .scan(let scan):
      let filter = try scan.filter.map { predicate throws(ExecutionError) in
        try compile(predicate, scan.tableSchema)
      }
      switch scan.table {
      case .log(let log):
        return LogScanOperator(log: log, columns: scan.columns, filter: filter)
      case .relation(let relation):
        return RelationScanOperator(relation: relation, columns: scan.columns, filter: filter)
      }
    case .values(let relation):
      return RelationScanOperator(
        relation: relation,
        columns: Array(0..<relation.schema.count),
        filter: nil
      )
    case .filter(let input, let predicate):
      return FilterOperator(
        input: try self.plan(input, depth: depth + 1),
        predicate: try compile(predicate, input.schema)
      )
    case .project(let input, let items):
      var expressions: [CompiledExpression] = []
      for item in items { expressions.append(try compile(item.expression, input.schema)) }
      return ProjectOperator(
        input: try self.plan(input, depth: depth + 1),
        expressions: expressions
      )
    case .aggregate(let aggregate): return try self.aggregate(aggregate, depth)
    case .window(let window): return try self.window(window, depth)
    case .distinct(let input):
      // Grouping by every column, groups in order of first appearance.
      return AggregateOperator(
        input: try self.plan(input, depth: depth + 1),
        keys: try columns(of: input.schema),
        calls: []
      )
    case .sort(let sort):
      return SortOperator(
        input: try self.plan(sort.input, depth: depth + 1),
        inputSchema: sort.input.schema,
        keys: sort.keys,
        limit: sort.limit
      )
    case .limit(let input, let limit):
      return LimitOperator(input: try self.plan(input, depth: depth + 1), limit: limit)
    case .union(let first, let second):
      return UnionOperator(
        first: try self.plan(first, depth: depth + 1),
        second: try self.plan(second, depth: depth + 1)
      )
    case .join(let join): return try self.join(join, depth)
    case .with(let query): return try withQuery(query, depth)
    case .replicate(let input):
      return ReplicateOperator(input: try self.plan(input, depth: depth + 1))
    case .summarize(let plan): return try summarize(plan, depth)
    case .correlate(let plan):
      let input = try self.plan(plan.input, depth: depth + 1)
      return CorrelateOperator(plan: plan, input: input, notes: notes)
    case .model(let question):
      let input = try self.plan(question.input, depth: depth + 1)
      return ModelOperator(question: question, input: input, notes: notes)
    case .behavior(let question): return try behavior(question)
    }
  }

  private func aggregate(
    _ plan: AggregatePlan,
    _ depth: Int
  ) throws(ExecutionError) -> any Operator {
    let schema = plan.input.schema
    var keys: [CompiledExpression] = []
    for key in plan.keys { keys.append(try compile(key.expression, schema)) }
    var calls: [AggregateOperator.Call] = []
    for (_, aggregate) in plan.aggregates {
      var arguments: [CompiledExpression] = []
      for argument in aggregate.arguments { arguments.append(try compile(argument, schema)) }
      let filter = try aggregate.filter.map { filter throws(ExecutionError) in
        try compile(filter, schema)
      }
      calls.append(
        AggregateOperator.Call(
          overload: aggregate.overload,
          constants: aggregate.constants,
          arguments: arguments,
          filter: filter,
          range: aggregate.range
        )
      )
    }
    return AggregateOperator(
      input: try self.plan(plan.input, depth: depth + 1),
      keys: keys,
      calls: calls
    )
  }

  /// Gives each column an input of its own where a log's rows are read as they are, one that reads
  /// nothing else; else the query runs once for all of them.
  private func summarize(
    _ plan: SummarizePlan,
    _ depth: Int
  ) throws(ExecutionError) -> any Operator {
    let schema = plan.input.schema
    let columns = plan.columns.map { column in
      let value = BoundExpression(
        .column(column),
        schema[column].type,
        range: SourceRange(0, 0)
      )
      return NamedExpression(schema[column].name, value)
    }
    let input: SummarizeOperator.Input
    if case .scan(let scan) = plan.input, scan.filter == nil {
      var inputs: [any Operator] = []
      for column in columns {
        let pruned = Optimizer.optimizePart(.project(plan.input, plan.groups + [column]))
        inputs.append(try self.plan(pruned, depth: depth + 1))
      }
      input = .columns(inputs)
    } else {
      let whole = LogicalPlan.project(plan.input, plan.groups + columns)
      input = .rows(try self.plan(Optimizer.optimizePart(whole), depth: depth + 1))
    }
    return SummarizeOperator(
      groupTypes: plan.groups.map(\.expression.type),
      described: plan.columns.map {
        SummarizeOperator.Described(name: schema[$0].name, type: schema[$0].type)
      },
      input: input,
      schema: plan.schema
    )
  }

  private func columns(of schema: Schema) throws(ExecutionError) -> [CompiledExpression] {
    var columns: [CompiledExpression] = []
    for (index, field) in schema.fields.enumerated() {
      let column = BoundExpression(.column(index), field.type, range: SourceRange(0, 0))
      columns.append(try compile(column, schema))
    }
    return columns
  }

  func compile(
    _ expression: BoundExpression,
    _ schema: Schema
  ) throws(ExecutionError) -> CompiledExpression {
    try CompiledExpression(
      expression,
      inputTypes: schema.fields.map(\.type),
      cancellation: context.cancellation
    )
  }
}

extension LogicalPlan {
  /// The plan's node with stand-ins for the queries in its expressions.
  fileprivate var withoutQueries: LogicalPlan {
    func standIn(_ expression: BoundExpression) -> BoundExpression {
      var copy = expression.mapChildren(standIn)
      switch copy.kind {
      case .scalarQuery: copy.kind = .literal(.null)
      case .exists: copy.kind = .literal(.bool(true))
      case .inQuery(let operand, _): copy.kind = .inList(operand, [])
      default: break
      }
      return copy
    }
    return mapExpressions(standIn)
  }
}

/// Counts an operator's rows and time.
private struct MeasuredOperator: Operator {
  let input: any Operator
  let entry: Profile.Entry

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let start = Profile.now
    var context = context
    context.entry = entry
    let stream = try input.open(context)
    entry.add(rows: 0, nanoseconds: Profile.now - start)
    return MeasuredStream(input: stream, entry: entry)
  }
}

private struct MeasuredStream: ChunkStream {
  let input: any ChunkStream
  let entry: Profile.Entry

  var morselCount: Int { input.morselCount }

  func isClustered(_ column: Int) -> Bool { input.isClustered(column) }

  func continuesDictionaries(morsel: Int) -> Bool { input.continuesDictionaries(morsel: morsel) }

  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    var timing = Timing()
    try input.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
      try timing.leavingOut(chunk, consume)
    }
    timing.add(to: entry)
  }

  func run(
    morsel: Int,
    by column: Int,
    _ keep: (Column) -> [Int32]?,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    var timing = Timing()
    try input.run(morsel: morsel, by: column, keep) { (chunk: Chunk) throws(ExecutionError) in
      try timing.leavingOut(chunk, consume)
    }
    timing.add(to: entry)
  }

  /// Counts the time of a stream without that of what consumes its rows, and the rows.
  private struct Timing {
    private let start = Profile.now
    private var consumed = 0
    private var rows = 0

    mutating func leavingOut(
      _ chunk: Chunk,
      _ consume: (Chunk) throws(ExecutionError) -> Bool
    ) throws(ExecutionError) -> Bool {
      rows += chunk.count
      let before = Profile.now
      defer { consumed += Profile.now - before }
      return try consume(chunk)
    }

    func add(to entry: Profile.Entry) {
      entry.add(rows: rows, nanoseconds: Profile.now - start - consumed)
    }
  }
}
