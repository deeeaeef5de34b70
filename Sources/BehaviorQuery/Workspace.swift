import BQLColumnar
import BQLExecution
package import BQLPlanning
import BQLStorage
import BQLStore
package import BQLSyntax

/// Holds tables, named results, settings and parameters, and runs statements against them.
///
/// The life of a question is ``answer(_:of:)``: parse → bind → plan → optimize → execute. Not for
/// use from several threads at once, but for ``cancelAction``.
public final class Workspace {
  package var options: WorkspaceOptions
  package internal(set) var catalog = Catalog()
  package internal(set) var settings = Settings()
  /// Literals that `SET PARAM` gave, by lower-case name.
  var parameters: [String: Expression] = [:]
  /// The store that was opened; nil without one.
  var openStore: OpenStore?
  /// What is found to be damaged while rows are read that lie in files.
  let storeHealth = StoreHealth()
  /// Where the columns of a store stay once they are decompressed.
  let lateMemory = LateMemory()
  /// What SEGMENT has learnt, by lower-case name: of segments that the catalog has, and of earlier
  /// ones.
  var segmentModels: [String: LearntSegment] = [:]
  /// The scripts being run, outermost first, so that INCLUDE cannot go in circles.
  var openScripts: [String] = []
  /// Receives the state of a long LOAD some times a second; from any thread.
  package var onProgress: (@Sendable (Progress) -> Void)?
  let cancellation = Cancellation()
  /// Whether plans are rewritten before they run; off only to test that this changes no answer.
  package var optimizes = true

  /// Makes an empty workspace.
  public init(options: WorkspaceOptions = WorkspaceOptions()) {
    self.options = options
    settings.memoryBytes = options.memoryBytes
  }

  /// Parses a script; its statements run one by one with ``run(_:of:emit:)``.
  package func parse(_ source: Source) -> (statements: [Statement], diagnostics: [Diagnostic]) {
    Parser.parse(source)
  }

  /// Answers a question: the whole pipeline.
  func answer(_ query: Query, of source: Source) throws(BQLError) -> QueryResult {
    try answerWithSources(query, of: source).result
  }

  /// Answers a question, and tells which states of tables the answer was computed from.
  func answerWithSources(
    _ query: Query,
    of source: Source
  ) throws(BQLError) -> (result: QueryResult, sources: [UserAttribute.TableState]) {
    if case .explain(let explain) = query.kind {
      return (try self.explain(explain, of: source), [])
    }
    let (bound, notes, sources) = try bind(query, of: source)
    let plan = optimizes ? Optimizer.optimize(LogicalPlan(bound)) : LogicalPlan(bound)
    let relation: Relation
    let more: [String]
    do throws(ExecutionError) {
      (relation, more) = try Executor.run(plan, context)
    } catch {
      throw self.error(error, of: source, at: query.range)
    }
    try checkHealth(of: source, at: query.range)
    let result = QueryResult(
      relation: relation,
      timeZone: settings.timeZone,
      notes: notes + more
    )
    return (result, sources)
  }

  /// Runs one statement; INCLUDE hands on an outcome for each statement of its script.
  package func run(
    _ statement: Statement,
    of source: Source,
    emit: (Outcome) -> Void
  ) throws(BQLError) {
    cancellation.reset()
    // What an earlier statement failed of has been told.
    _ = takeDamage()
    // The other half is for what questions hold.
    lateMemory.setLimit((settings.memoryBytes ?? ByteSize.ofMachine) / 2)
    if case .include(let path) = statement.kind {
      return try include(path, of: source, at: statement.range, emit: emit)
    }
    let outcome = try outcome(of: statement, in: source)
    try checkHealth(of: source, at: statement.range)
    emit(outcome.warning(storeChanges()))
  }

  private func outcome(
    of statement: Statement,
    in source: Source
  ) throws(BQLError) -> Outcome {
    let range = statement.range
    return switch statement.kind {
    case .query(let query, let into): try answer(query, into: into, of: source)
    case .load(let load): try self.load(load, of: source, at: range)
    case .letName(let definition): try define(definition, of: source, at: range)
    case .letAttribute(let attribute): try define(attribute, of: source, at: range)
    case .attach(let query, let into): try attach(query, into: into, of: source, at: range)
    case .segment(let segment): try self.segment(segment, of: source, at: range)
    case .assign(let assign): try self.assign(assign, of: source, at: range)
    case .dropAttribute(let name): try drop(name, of: source)
    case .dropTable(let name): try dropTable(name, of: source)
    case .open(let open): try self.open(open, of: source)
    case .checkStore: try checkStore(of: source, at: range)
    case .compact(let name): try compact(name, of: source, at: range)
    case .erase(let erase): try self.erase(erase, of: source, at: range)
    case .train(let train): try self.train(train, of: source, at: range)
    case .attachPrediction(let question, let name):
      try attachPrediction(question, as: name, of: source, at: range)
    case .saveModel(let save): try saveModel(save, of: source)
    case .loadModel(let load): try loadModel(load, of: source)
    case .dropModel(let name): try dropModel(name, of: source)
    case .set(let set): try self.set(set, of: source)
    case .assert(let assertion): try assert(assertion, of: source, at: range)
    case .help(let topic): try help(topic, of: source)
    case .include: throw fail(.internalError, "this is a bug in bql: INCLUDE", at: range, source)
    case .unimplemented(let feature):
      throw fail(.notImplemented, "not implemented yet: \(feature)", at: range, source)
    }
  }

  /// Stops the running statement as soon as it looks; may be called from any thread and from a
  /// signal handler.
  package var cancelAction: @Sendable () -> Void {
    { [cancellation] in cancellation.cancel() }
  }

  var context: ExecutionContext {
    ExecutionContext(
      threads: options.threads,
      chunkCapacity: options.chunkCapacity,
      timeZone: settings.timeZone,
      cancellation: cancellation,
      memory: Memory(budget: settings.memoryBytes ?? ByteSize.ofMachine)
    )
  }
}

/// Tells how far a LOAD has come.
package struct Progress: Sendable {
  package var bytesRead: Int
  /// 0 where unknown (standard input).
  package var bytesTotal: Int
  package var rows: Int

  package init(bytesRead: Int, bytesTotal: Int, rows: Int) {
    self.bytesRead = bytesRead
    self.bytesTotal = bytesTotal
    self.rows = rows
  }
}
