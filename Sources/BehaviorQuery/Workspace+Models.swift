import BQLColumnar
import BQLExecution
import BQLPlanning
import BQLStorage
import BQLSyntax

extension Workspace {
  /// Names the version that models remember, and that the program prints.
  package static let version = "0.1.0"

  /// Runs TRAIN: learns a model, and tells how good it is on rows that it was not shown.
  func train(
    _ statement: TrainStatement,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    var binder = try binder(source, files: statement.filePaths)
    guard let plan = binder.bindTrain(statement, at: range), !binder.hasErrors else {
      throw failure(binder, of: source, at: range)
    }
    var entry: ModelEntry
    var notes = binder.notes
    let relation: Relation
    do throws(ExecutionError) {
      let trained = try Training.run(plan, version: Self.version, context)
      (entry, notes) = (trained.entry, notes + trained.notes)
      entry.statement = statement
      let question = LogicalPlan.model(.evaluation(of: entry))
      let told = try Executor.run(question, context)
      (relation, notes) = (told.relation, notes + told.notes)
    } catch {
      throw self.error(error, of: source, at: range)
    }
    try checkHealth(of: source, at: range)
    catalog.define(entry)
    return .defined(
      QueryResult(relation: relation, timeZone: settings.timeZone, notes: notes)
    )
  }

  /// Runs `PREDICT m … AS name`: what the model says of each user becomes an attribute.
  func attachPrediction(
    _ question: ModelQuery,
    as name: Identifier,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    var binder = try binder(source, files: question.filePaths)
    let bound = binder.bindPrediction(question, as: name, at: range)
    let definition = Formatter.print(Statement(.attachPrediction(question, as: name), range: range))
    return try attach(
      bound,
      names: [name.name],
      definition: definition,
      binder,
      of: source,
      at: range
    )
  }

  /// Runs `DROP MODEL name`.
  func dropModel(_ name: Identifier, of source: Source) throws(BQLError) -> Outcome {
    let isDamaged = openStore?.itemDamages[CatalogItem(.model, name.name)] != nil
    if catalog.dropModel(name.name) || isDamaged { return .done }
    throw unknownModel(name, of: source)
  }

  /// Says that there is no such model, and what there is.
  func unknownModel(_ name: Identifier, of source: Source) -> BQLError {
    let names = catalog.models.map(\.name)
    let near = NearestNames.nearest(to: name.name, in: names, limit: 2)
    return fail(
      .unknownTable,
      "unknown model '\(name.name)'",
      at: name.range,
      source,
      hints: names.isEmpty
        ? ["TRAIN churn makes one"]
        : near.map { "did you mean '\($0)'?" } + ["models: \(names.joined(separator: ", "))"]
    )
  }
}

extension TrainStatement {
  /// The files that queries in the statement read.
  fileprivate var filePaths: [(path: String, range: SourceRange)] {
    let expressions = [target, split?.time, behavior.condition].compactMap { $0 }
    return expressions.flatMap(\.filePaths) + (features?.filePaths ?? [])
  }
}

extension ModelQuery {
  /// The files that queries in the statement read.
  fileprivate var filePaths: [(path: String, range: SourceRange)] {
    expressions.flatMap(\.filePaths)
  }
}
