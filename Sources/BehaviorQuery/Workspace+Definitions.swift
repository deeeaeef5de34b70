import BQLColumnar
import BQLExecution
import BQLPlanning
import BQLStorage
import BQLSyntax

extension Workspace {
  /// Runs `LET name = query`: the query is answered once, now.
  func define(
    _ definition: LetStatement,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    let name = definition.name
    try checkTableName(name.name, of: source, at: name.range)
    if let existing = catalog[name.name], case .relation(_, kind: .named) = existing {
      // A named result may be computed anew.
    } else if catalog[name.name] != nil || openStore?.damages[name.name.lowercased()] != nil {
      throw fail(
        .nameTaken,
        "'\(name.name)' is a loaded table; a result needs another name",
        at: name.range,
        source
      )
    }
    let (result, sources) = try answerWithSources(definition.query, of: source)
    var seen: Set<String> = []
    for column in result.columnNames where !seen.insert(column.lowercased()).inserted {
      throw fail(
        .nameTaken,
        "a named result needs columns of different names: '\(column)' stands twice",
        at: range,
        source,
        hints: ["rename one: \(column) AS other_name"]
      )
    }
    catalog.define(name.name, .relation(result.relation, kind: .named), sources: sources)
    return .report(
      lines: ["\(name.name): \(result.rowCount) rows, \(result.columnNames.count) columns"],
      warnings: []
    )
  }

  /// Refuses the name of the table of user attributes for any other table.
  func checkTableName(
    _ name: String,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) {
    guard name.lowercased() == Catalog.usersTable else { return }
    throw fail(
      .nameTaken,
      "'users' is the table of user attributes; another table needs another name",
      at: range,
      source,
      hints: ["LOAD '…' AS TABLE customers KEY user_id makes its columns attributes of users"]
    )
  }

  /// Runs `SET option = value` and `SET PARAM name = value`.
  func set(_ set: SetStatement, of source: Source) throws(BQLError) -> Outcome {
    if set.isParameter {
      parameters[set.name.name.lowercased()] = set.value
      return .done
    }
    guard let setting = Settings.description(of: set.name.name) else {
      let names = Settings.all.map(\.name)
      let near = NearestNames.nearest(to: set.name.name, in: names, limit: 2)
      throw fail(
        .unknownSetting,
        "unknown setting '\(set.name.name)'",
        at: set.name.range,
        source,
        hints: near.map { "did you mean '\($0)'?" } + ["settings: \(names.joined(separator: ", "))"]
      )
    }
    let text: String
    switch set.value.kind {
    case .literal(.text(let value)): text = value
    case .literal(.int(let value)): text = String(value)
    case .literal(.bool(let value)): text = String(value)
    case .literal(.duration(let duration)) where duration.months == 0:
      text = String(duration.microseconds / 1_000_000)
    case .column(nil, let name): text = name.name
    default: text = ""
    }
    if setting.name == "timezone" { return try setTimeZone(text, at: set.value.range, of: source) }
    guard setting.set(&settings, text) else {
      throw fail(
        .badSetting,
        "\(setting.name) does not take this value",
        at: set.value.range,
        source,
        hints: ["it takes \(setting.accepted)"]
      )
    }
    return .done
  }

  /// Runs `INCLUDE 'other.bq'`, found next to the script that names it.
  func include(
    _ path: String,
    of source: Source,
    at range: SourceRange,
    emit: (Outcome) -> Void
  ) throws(BQLError) {
    var resolved = path
    if !path.hasPrefix("/"), let slash = source.name.lastIndex(of: "/") {
      resolved = source.name[...slash] + path
    }
    let open = openScripts.isEmpty ? [source.name] : openScripts
    guard !open.contains(resolved), open.count < 32 else {
      throw fail(
        .includeLoop,
        "INCLUDE goes in a circle: '\(path)'",
        at: range,
        source,
        hints: [(open + [resolved]).joined(separator: " → ")]
      )
    }
    let text: String
    do throws(LoadError) {
      text = try TextFile.read(resolved)
    } catch {
      throw self.error(error, of: source, at: range)
    }
    let included = Source(name: resolved, text: text)
    let (statements, diagnostics) = parse(included)
    if diagnostics.contains(where: { $0.severity == .error }) {
      throw BQLError(kind: .usage, diagnostics: diagnostics, source: included)
    }
    let before = openScripts
    openScripts = open + [resolved]
    defer { openScripts = before }
    for statement in statements { try run(statement, of: included, emit: emit) }
  }

  /// Runs ASSERT: anything but true is an error.
  func assert(
    _ assertion: AssertStatement,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    var binder = try binder(source, files: assertion.condition.filePaths)
    let bound = binder.bindAssertion(assertion.condition)
    guard let bound, !binder.hasErrors else {
      throw failure(binder, of: source, at: range)
    }
    let value: Value
    do throws(ExecutionError) {
      value = try Executor.evaluate(bound, context)
    } catch {
      throw self.error(error, of: source, at: range)
    }
    guard value == .bool(true) else {
      let outcome = value.isNull ? "unknown (NULL)" : "false"
      throw fail(
        .assertionFailed,
        assertion.message ?? "the assertion is \(outcome)",
        at: assertion.condition.range,
        source,
        hints: assertion.message == nil ? [] : ["the condition is \(outcome)"]
      )
    }
    return .done
  }
}
