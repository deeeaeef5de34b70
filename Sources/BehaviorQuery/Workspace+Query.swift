import BQLColumnar
import BQLExecution
import BQLOutput
import BQLPlanning
import BQLStorage
package import BQLSyntax

extension Workspace {
  /// Runs statements and returns the answers of the questions among them, and what SEGMENT found.
  ///
  /// - Throws: ``BQLError`` at the first mistake; statements before it have run. A script with a
  ///   syntax error runs not at all.
  public func run(_ text: String, named name: String = "<text>") throws(BQLError)
    -> [QueryResult]
  {
    let source = Source(name: name, text: text)
    let (statements, diagnostics) = parse(source)
    if diagnostics.contains(where: { $0.severity == .error }) {
      throw BQLError(kind: .usage, diagnostics: diagnostics, source: source)
    }
    var answers: [QueryResult] = []
    for statement in statements {
      try run(statement, of: source) { outcome in
        switch outcome {
        case .answer(let result), .defined(let result): answers.append(result)
        case .written, .report, .done: break
        }
      }
    }
    return answers
  }

  /// Runs one statement and returns what came of it; of INCLUDE, the last outcome.
  package func execute(_ statement: Statement, of source: Source) throws(BQLError) -> Outcome {
    var last = Outcome.done
    try run(statement, of: source) { last = $0 }
    return last
  }

  /// Answers a question, into a file where the statement says so.
  func answer(
    _ query: Query,
    into: IntoClause?,
    of source: Source
  ) throws(BQLError) -> Outcome {
    if let into {
      do throws(OutputError) {
        try ResultFile.check(path: into.path)
      } catch {
        throw self.error(error, of: source, at: into.range)
      }
    }
    let result = try answer(query, of: source)
    guard let into else { return .answer(result) }
    do throws(OutputError) {
      try ResultFile.write(result.relation, in: result.timeZone, to: into.path)
    } catch {
      throw self.error(error, of: source, at: into.range)
    }
    return .written(path: into.path, rowCount: result.rowCount, notes: result.notes)
  }

  /// Binds a question; warnings become notes.
  func bind(
    _ query: Query,
    of source: Source
  ) throws(BQLError)
    -> (query: BoundQuery, notes: [String], sources: [UserAttribute.TableState])
  {
    var binder = try binder(source, files: query.filePaths)
    let bound = binder.bind(query)
    guard let bound, !binder.hasErrors else {
      throw failure(binder, of: source, at: query.range)
    }
    let warnings = binder.diagnostics.map {
      "warning: \($0.message); \($0.hints.joined(separator: "; "))"
    }
    return (bound, warnings + binder.notes, binder.reads)
  }

  /// Makes a binder over the catalog as it is now; files named in FROM are read first.
  func binder(
    _ source: Source,
    files: [(path: String, range: SourceRange)] = []
  ) throws(BQLError) -> Binder {
    var relations: [String: Relation] = [:]
    var notes: [String] = []
    for file in files where relations[file.path] == nil {
      var request = LoadRequest(
        paths: [file.path],
        name: file.path,
        kind: .table(key: nil),
        threads: options.threads
      )
      prepare(&request)
      do throws(LoadError) {
        let loaded = try Loader.prepare(request).loadTable()
        relations[file.path] = loaded.relation
        notes += loaded.report.notes(path: file.path)
      } catch {
        throw self.error(error, of: source, at: file.range)
      }
    }
    var parameters = parameters
    for (name, text) in options.parameters {
      parameters[name.lowercased()] =
        Parser.parseLiteral(text)
        ?? Expression(.literal(.text(text)), range: SourceRange(0, 0))
    }
    var binder = Binder(
      catalog: catalog,
      settings: settings,
      parameters: parameters,
      source: source,
      files: relations
    )
    binder.add(notes: notes)
    return binder
  }

  /// Shows the plan of a question; with ANALYZE it runs, and each operator tells rows and time.
  func explain(_ explain: ExplainStatement, of source: Source) throws(BQLError) -> QueryResult {
    let (bound, notes, _) = try bind(explain.query, of: source)
    let plan = Optimizer.optimize(LogicalPlan(bound))
    guard explain.isAnalyze else { return try outline(plan, explain, notes, of: source) }
    var context = context
    let profile = Profile()
    context.profile = profile
    do throws(ExecutionError) {
      _ = try Executor.run(plan, context)
    } catch {
      throw self.error(error, of: source, at: explain.query.range)
    }
    let schema = Schema([
      Field("operator", .text), Field("rows", .int), Field("milliseconds", .float),
      Field("peak_bytes", .int),
    ])
    let rows = profile.entries.map { entry -> [Value] in
      [
        .text(entry.line), .int(Int64(entry.rows)), .float(entry.seconds * 1_000),
        .int(Int64(entry.peakBytes)),
      ]
    }
    return QueryResult(
      relation: Relation(schema: schema, rows: rows),
      notes: notes + [
        "time is that of an operator and its inputs, added up over \(options.threads) threads",
        "peak_bytes is what an operator kept at a time; chunks on their way are not counted",
      ]
    )
  }

  /// Shows what a question asks, and how it is computed.
  private func outline(
    _ plan: LogicalPlan,
    _ explain: ExplainStatement,
    _ notes: [String],
    of source: Source
  ) throws(BQLError) -> QueryResult {
    let operators: [Profile.Entry]
    do throws(ExecutionError) {
      operators = try Executor.outline(plan, context)
    } catch {
      throw self.error(error, of: source, at: explain.query.range)
    }
    let schema = Schema([Field("stage", .text), Field("plan", .text)])
    let logical = plan.description.map { [Value.text("logical"), .text($0)] }
    let physical = operators.map { [Value.text("physical"), .text($0.line)] }
    return QueryResult(
      relation: Relation(schema: schema, rows: logical + physical),
      notes: notes
    )
  }
}

extension Profile.Entry {
  /// The operator as a line of EXPLAIN.
  fileprivate var line: String {
    String(repeating: "  ", count: depth) + title + (method.isEmpty ? "" : " (\(method))")
  }
}
