import BQLColumnar
import BQLExecution
import BQLPlanning
import BQLStorage
import BQLSyntax

extension Workspace {
  /// Runs `LET users.name = …`: each user's value is computed once, now.
  func define(
    _ attribute: AttributeStatement,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    var binder = try binder(source, files: attribute.definition.filePaths)
    let bound = binder.bindAttribute(attribute, at: range)
    let definition = Formatter.print(
      Statement(.letAttribute(attribute), range: range)
    )
    return try attach(
      bound,
      names: [attribute.name.name],
      definition: definition,
      binder,
      of: source,
      at: attribute.definition.range ?? range
    )
  }

  /// Runs `query INTO users`: each column but the user's becomes an attribute.
  func attach(
    _ query: Query,
    into: SourceRange,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    var binder = try binder(source, files: query.filePaths)
    let bound = binder.bindAttachment(query, into: into)
    return try attach(
      bound,
      names: bound.map { bound in bound.values.map { bound.plan.schema[$0].name } } ?? [],
      definition: Formatter.print(Statement(.attach(query, into: into), range: range)),
      binder,
      of: source,
      at: into
    )
  }

  /// Runs `DROP users.name`.
  func drop(_ name: Identifier, of source: Source) throws(BQLError) -> Outcome {
    let isDamaged = [CatalogItem.Kind.attribute, .segment].contains {
      openStore?.itemDamages[CatalogItem($0, name.name)] != nil
    }
    if catalog.dropAttribute(name.name) || isDamaged { return .done }
    let names = catalog.attributes.map(\.name)
    let near = NearestNames.nearest(to: name.name, in: names, limit: 2)
    throw fail(
      .unknownColumn,
      "no attribute of users is called '\(name.name)'",
      at: name.range,
      source,
      hints: near.map { "did you mean '\($0)'?" }
        + (names.isEmpty ? [] : ["attributes: \(names.joined(separator: ", "))"])
    )
  }

  /// Answers the query and gives its values to the users that it names.
  func attach(
    _ bound: BoundAttributes?,
    names: [String],
    definition: String,
    _ binder: Binder,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    guard let bound, !binder.hasErrors else {
      throw failure(binder, of: source, at: range)
    }
    let plan = optimizes ? Optimizer.optimize(bound.plan) : bound.plan
    let relation: Relation
    do throws(ExecutionError) {
      relation = try Executor.run(plan, context).relation
    } catch {
      throw self.error(error, of: source, at: range)
    }
    try checkHealth(of: source, at: range)
    func column(_ index: Int) -> Column {
      Column.concatenate(
        relation.chunks.map { $0.columns[index] },
        type: relation.schema[index].type
      )
    }
    let keyName = relation.schema[bound.key].name
    guard let places = UserPlaces(of: bound.log.userNames, in: column(bound.key)) else {
      throw fail(.internalError, "this is a bug in bql: users of two types", at: range, source)
    }
    if let example = places.repeated {
      throw fail(
        .repeatedUser,
        "\(keyName) \(example.shown) stands in several rows; an attribute has one value a user",
        at: range,
        source,
        hints: ["one row a user: GROUP BY \(keyName), with first(x), max(x) or sum(x)"]
      )
    }
    guard let owner = catalog.state(of: bound.logName) else {
      throw fail(.internalError, "this is a bug in bql: the log is gone", at: range, source)
    }
    var lines: [String] = []
    for (name, index) in zip(names, bound.values) {
      let attribute = UserAttribute(
        name: name,
        definition: definition,
        owner: owner,
        // What an attribute was before is no source of what it is now.
        sources: bound.sources.filter {
          $0.name.lowercased() != "\(Catalog.usersTable).\(name.lowercased())"
        },
        period: bound.period,
        values: UserColumn(column(index).gather(places: places.rows), of: bound.log)
      )
      catalog.define(attribute)
      lines.append(
        "users.\(name): \(attribute.valueCount) of \(bound.log.userCount) users have a value, "
          + "\(attribute.distinctCount) distinct"
      )
    }
    return .report(lines: lines, warnings: warnings(places, keyName, bound) + binder.notes)
  }

  private func warnings(
    _ places: UserPlaces,
    _ key: String,
    _ bound: BoundAttributes
  ) -> [String] {
    var warnings: [String] = []
    if places.keylessCount > 0 {
      warnings.append("\(places.keylessCount) rows have no \(key) and were left out")
    }
    if places.strangerCount > 0 {
      warnings.append(
        "\(places.strangerCount) rows name no user of \(bound.logName) and were left out"
      )
    }
    return warnings
  }
}

extension AttributeStatement.Definition {
  /// The place of what gives the values.
  fileprivate var range: SourceRange? {
    switch self {
    case .query(let query): query.range
    case .expression(let user): user.expression.range
    }
  }

  /// The files that the definition reads.
  fileprivate var filePaths: [(path: String, range: SourceRange)] {
    switch self {
    case .query(let query): query.filePaths
    case .expression(let user):
      [user.expression, user.condition, user.since, user.until].compactMap { $0 }
        .flatMap(\.filePaths)
    }
  }
}

extension Value {
  /// The value as it stands in a message: texts in quotes.
  fileprivate var shown: String {
    if case .text(let text) = self { return "'\(text)'" }
    return ValueText.text(self)
  }
}
