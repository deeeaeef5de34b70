import BQLColumnar
import BQLModels
import BQLPlanning

/// Answers a question to a trained model.
struct ModelOperator: Operator {
  let question: ModelQuestion
  /// The rows to predict, or the groups of BY.
  let input: any Operator
  let notes: Notes

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let lease = context.lease("model")
    let schema = question.input.schema
    let chunks = try input.open(context).collect(context, lease)
    let relation = Relation(schema: schema, chunks: chunks)
    try context.checkCancelled()
    let answer = try self.answer(relation, context)
    try context.checkCancelled()
    try lease.grow(by: answer.rowCount * answer.schema.count * 8)
    return RelationStream(relation: answer, context: context, lease: lease)
  }

  private func answer(
    _ relation: Relation,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> Relation {
    switch question.kind {
    case .evaluate(let evaluation):
      let groups = HoldoutGroups(question.model, evaluation.dimensions, relation)
      return try ModelEvaluation(question, evaluation, groups, context, notes).relation()
    case .explain(let explanation):
      return try ModelExplanation(question, explanation, context, notes).relation()
    case .explainRow(let top, let shown):
      let rows = try predicted(relation, context)
      return try RowExplanation(question, rows, shown: shown, top: top, context, notes).relation()
    case .predict:
      let rows = try predicted(relation, context)
      notes.add("\(NoteText.count(rows.rows.rowCount, rows.unitName)); \(meaning)")
      return rows.relation(question.schema)
    case .campaign(let order):
      let rows = try predicted(relation, context)
      return try ModelCampaign(question, order, rows, context, notes).relation()
    }
  }

  /// What a prediction is, in words.
  private var meaning: String {
    let model = question.model.model
    if !model.isClassifier { return "prediction of \(question.model.targetName)" }
    return "probability of \(question.model.targetName)"
      + (model.calibration == nil ? "" : ", calibrated on rows that training had not seen")
  }

  private func predicted(
    _ relation: Relation,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> PredictedRows {
    guard let rows = question.rows else { throw .internal("a question without rows") }
    return try PredictedRows(question.model.model, rows, relation, context)
  }
}

/// Holds rows with what a model says of them.
struct PredictedRows: Sendable {
  let rows: ModelRows
  let table: FeatureTable
  /// Probabilities of class 1, or numbers; shape `[rows]`.
  let predictions: [Double]
  let unitName: String
  let owner: TrainRows.Owner

  init(
    _ model: TrainedModel,
    _ train: TrainRows,
    _ relation: Relation,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    let rows = try ModelRows(train, relation, context)
    let table = try rows.table(model.features, threads: context.threads)
    predictions = try ModelWork.attempt(model.features.map(\.name)) { () throws(ModelError) in
      try model.predictions(
        of: table,
        threads: context.threads,
        interruption: context.interruption
      )
    }
    self.rows = rows
    self.table = table
    unitName = train.unitName
    owner = train.owner
  }

  /// The predictions behind the keys, where there are keys.
  func relation(_ schema: Schema) -> Relation {
    let columns = [rows.keys, Column(floats: predictions)].compactMap { $0 }
    return Relation(schema: schema, chunks: [Chunk(columns, count: rows.rowCount)])
  }
}

/// Parts the rows that a model was not shown by attributes of their users.
struct HoldoutGroups: Sendable {
  struct Group: Sendable {
    /// The values of the dimensions; none without BY.
    var values: [Value]
    /// Ascending.
    var rows: [Int32]
  }

  /// The largest first; of equal size by their values.
  let groups: [Group]

  /// Finds the users of each group; those that `users` does not know have NULL in all dimensions.
  ///
  /// - `users`: The user, then the dimensions, a row a user.
  init(_ model: ModelEntry, _ dimensions: [Field], _ users: Relation) {
    let count = model.holdout?.labels.count ?? 0
    guard !dimensions.isEmpty, let keys = model.holdout?.keys else {
      groups = [Group(values: [], rows: (0..<count).map { Int32(truncatingIfNeeded: $0) })]
      return
    }
    var values: [Value: [Value]] = [:]
    for row in users.rows { values[row[0]] = Array(row.dropFirst()) }
    let none = [Value](repeating: .null, count: dimensions.count)
    var found: [[Value]: [Int32]] = [:]
    for row in 0..<count {
      found[values[keys[row]] ?? none, default: []].append(Int32(truncatingIfNeeded: row))
    }
    groups = found.map { Group(values: $0.key, rows: $0.value) }.sorted { first, second in
      if first.rows.count != second.rows.count { return first.rows.count > second.rows.count }
      return first.values.map(Self.shown).lexicographicallyPrecedes(second.values.map(Self.shown))
    }
  }

  private static func shown(_ value: Value) -> String { ValueText.text(value) }
}
