import BQLColumnar
import BQLExecution
import BQLPlanning
import BQLStorage
import BQLSyntax

extension Workspace {
  /// Runs SEGMENT: finds the groups, and defines the attribute or column that names them.
  func segment(
    _ statement: SegmentStatement,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    let (plan, binder) = try bind(statement, of: source, at: range)
    let result: SegmentResult
    do throws(ExecutionError) {
      result = try Segmentation.run(plan, context)
    } catch {
      throw self.error(error, of: source, at: range)
    }
    let definition = Formatter.print(Statement(.segment(statement), range: range))
    return try keep(result, plan, statement, definition, binder, of: source, at: range)
  }

  /// Runs ASSIGN: puts users into the groups that an earlier SEGMENT has learnt.
  func assign(
    _ assign: AssignStatement,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    guard catalog.segment(named: assign.segment.name) != nil,
      let learnt = segmentModels[assign.segment.name.lowercased()]
    else {
      let names = catalog.segments.map(\.name)
      let near = NearestNames.nearest(to: assign.segment.name, in: names, limit: 2)
      throw fail(
        .unknownTable,
        "unknown segment '\(assign.segment.name)'",
        at: assign.segment.range,
        source,
        hints: names.isEmpty
          ? ["SEGMENT k=4 ON rfm defines one"]
          : near.map { "did you mean '\($0)'?" } + ["segments: \(names.joined(separator: ", "))"]
      )
    }
    var statement = learnt.statement
    statement.from = assign.from ?? statement.from
    statement.asOf = assign.asOf
    statement.name = assign.name ?? assign.segment
    // What went wrong stands in the statement that was written, not in the one it names.
    let (plan, binder) = try bind(statement, of: learnt.source, at: learnt.range)
    let result: SegmentResult
    do throws(ExecutionError) {
      result = try Segmentation.assign(learnt.model, plan, context)
    } catch {
      throw self.error(error, of: source, at: range)
    }
    let definition = Formatter.print(Statement(.assign(assign), range: range))
    return try keep(result, plan, learnt.statement, definition, binder, of: source, at: range)
  }

  private func bind(
    _ statement: SegmentStatement,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> (plan: SegmentPlan, binder: Binder) {
    var binder = try binder(source, files: statement.filePaths)
    guard let plan = binder.bindSegment(statement, at: range), !binder.hasErrors else {
      throw failure(binder, of: source, at: range)
    }
    return (plan, binder)
  }

  /// Defines the attribute or column, and remembers what was learnt.
  private func keep(
    _ result: SegmentResult,
    _ plan: SegmentPlan,
    _ statement: SegmentStatement,
    _ definition: String,
    _ binder: Binder,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    try checkHealth(of: source, at: range)
    var table: String?
    switch plan.rows.owner {
    case .users(let logName, let log):
      try attach(result, plan, definition, logName, log, of: source, at: range)
    case .table(let name):
      table = name
      try append(result, to: name, plan.name, of: source, at: range)
    }
    let notes = binder.notes + result.notes
    catalog.define(
      SegmentEntry(
        name: plan.name,
        definition: definition,
        table: table,
        relations: result.relations,
        notes: notes
      )
    )
    segmentModels[plan.name.lowercased()] = LearntSegment(
      statement: statement,
      model: result.model,
      source: source,
      range: range
    )
    guard let profile = result.relations[.profile] else { return .done }
    return .defined(
      QueryResult(relation: profile, timeZone: settings.timeZone, notes: notes)
    )
  }

  /// Makes the groups an attribute of users.
  private func attach(
    _ result: SegmentResult,
    _ plan: SegmentPlan,
    _ definition: String,
    _ logName: String,
    _ log: EventLog,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) {
    guard let users = result.users, let owner = catalog.state(of: logName),
      let places = UserPlaces(of: log.userNames, in: users)
    else {
      throw fail(.internalError, "this is a bug in bql: users of two types", at: range, source)
    }
    catalog.define(
      UserAttribute(
        name: plan.name,
        definition: definition,
        owner: owner,
        sources: plan.sources.filter {
          $0.name.lowercased() != "\(Catalog.usersTable).\(plan.name.lowercased())"
        },
        period: plan.period,
        values: UserColumn(result.groups.gather(places: places.rows), of: log)
      )
    )
  }

  /// Makes the groups a column of a plain table, behind its own.
  private func append(
    _ result: SegmentResult,
    to table: String,
    _ name: String,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) {
    guard case .relation(let relation, let kind)? = catalog[table],
      relation.rowCount == result.groups.count
    else {
      throw fail(.internalError, "this is a bug in bql: the table is gone", at: range, source)
    }
    let before = relation.schema.index(named: name)
    var fields = relation.schema.fields
    if let before { fields.remove(at: before) }
    var start = 0
    let chunks = relation.chunks.map { chunk in
      var columns = chunk.columns
      if let before { columns.remove(at: before) }
      let rows = (start..<start + chunk.count).map { Int32(truncatingIfNeeded: $0) }
      start += chunk.count
      return Chunk(columns + [result.groups.gather(rows)], count: chunk.count)
    }
    catalog.define(
      table,
      .relation(
        Relation(schema: Schema(fields + [Field(name, .text)]), chunks: chunks),
        kind: kind
      ),
      sources: Array(catalog.sources(of: table).dropFirst()),
      // What was computed from the other columns holds.
      keepsVersion: before == nil
    )
  }
}

/// Holds a segmentation that ASSIGN can use again.
struct LearntSegment: Sendable {
  let statement: SegmentStatement
  let model: SegmentModel
  let source: Source
  let range: SourceRange
}

extension SegmentStatement {
  /// The files that queries in the statement read.
  fileprivate var filePaths: [(path: String, range: SourceRange)] {
    var expressions = [value, asOf, condition].compactMap { $0 }
    if case .rules(let rules, _) = division { expressions += rules.map(\.condition) }
    if case .power(_, let value?) = division { expressions.append(value) }
    return expressions.flatMap(\.filePaths) + (source?.filePaths ?? [])
  }
}
