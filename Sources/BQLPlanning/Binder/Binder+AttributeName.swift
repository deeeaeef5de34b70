import BQLColumnar
import BQLStorage
import BQLSyntax

/// Says what a name came to that may be an attribute's.
enum AttributeResolution {
  /// It names none.
  case none
  /// It names one that cannot be used, or several; a diagnostic says why.
  case failed
  /// The place behind the log's columns, and the type.
  case found(Int, DataType)
}

extension Binder {
  /// Resolves a name that is no column: an attribute of the users whose rows are read.
  mutating func bindAttribute(
    qualifier: Identifier?,
    name: Identifier,
    at range: SourceRange,
    _ scope: Scope
  ) -> AttributeResolution {
    guard let attributes = scope.attributes else { return .none }
    var found = references(qualifier: qualifier, name.name, scope, attributes)
    if found.count > 1 { found = found.filter { isUsable($0.reference, attributes.log) } }
    guard let first = found.first else { return .none }
    guard found.count == 1 else {
      let names = found.map { "\($0.table ?? Catalog.usersTable).\($0.name)" }
      let _: Never? = fail(
        .ambiguousName,
        "'\(name.name)' names several attributes of users",
        at: range,
        hints: ["say which: \(names.joined(separator: ", "))"]
      )
      return .failed
    }
    if let position = attributeSlots.position(of: first.reference, in: attributes.base),
      let slot = attributeSlots.slot(at: position, of: attributes.base)
    {
      return .found(position, slot.field.type)
    }
    let shown = "\(first.table ?? Catalog.usersTable).\(first.name)"
    let values: UserColumn
    do throws(AttributeProblem) {
      values = try catalog.values(of: first.reference, for: attributes.log)
    } catch {
      report(error, of: shown, at: range)
      return .failed
    }
    noteReads(of: first.reference)
    let field = Field(attributes.isUsersTable ? first.name : shown, values.type)
    let slot = AttributeSlots.Slot(reference: first.reference, field: field, values: values)
    return .found(attributeSlots.add(slot, to: attributes.base), values.type)
  }

  /// The attributes that a name may mean: behind `users.` a defined one goes before a column of a
  /// keyed table, which has a name of its own.
  private func references(
    qualifier: Identifier?,
    _ name: String,
    _ scope: Scope,
    _ attributes: AttributeScope
  ) -> [(name: String, table: String?, reference: AttributeReference)] {
    let all = catalog.attributeReferences(for: attributes.log)
    let named = all.filter { $0.name.lowercased() == name.lowercased() }
    guard let qualifier = qualifier?.name.lowercased() else { return named }
    let ownAlias = attributes.isUsersTable ? scope.columns.first?.qualifier?.lowercased() : nil
    if qualifier == Catalog.usersTable || qualifier == ownAlias {
      let defined = named.filter { $0.table == nil }
      return defined.isEmpty ? named : defined
    }
    return named.filter { $0.table?.lowercased() == qualifier }
  }

  /// Whether users have one row each where the attribute is a column of a table.
  func isUsable(_ reference: AttributeReference, _ log: EventLog) -> Bool {
    do throws(AttributeProblem) {
      _ = try catalog.values(of: reference, for: log)
    } catch .repeatedUser {
      return false
    } catch {}
    return true
  }

  /// Says why an attribute has no values here.
  mutating func report(_ problem: AttributeProblem, of name: String, at range: SourceRange) {
    let diagnostic: Diagnostic
    switch problem {
    case .stale(let attribute, let changed):
      diagnostic = Diagnostic(
        .staleAttribute,
        "\(name) was computed from an older state of '\(changed)'",
        at: range,
        label: "'\(changed)' was loaded or defined anew since",
        hints: ["compute it again: \(attribute.definition);"]
      )
    case .otherType(let owner, let key, let users):
      diagnostic = Diagnostic(
        .typeMismatch,
        "\(name) belongs to users of another type: those of '\(owner)' are \(key.rawValue), "
          + "the log's \(users.rawValue)",
        at: range
      )
    case .repeatedUser(let table, let key, let example, let rowCount):
      diagnostic = Diagnostic(
        .repeatedUser,
        "'\(table)' has several rows of one user: \(key) \(example.described), \(rowCount) rows too "
          + "many",
        at: range,
        hints: ["an attribute has one value a user: aggregate the table, then INTO users"]
      )
    case .missing:
      diagnostic = Diagnostic(.unknownColumn, "unknown attribute '\(name)'", at: range)
    }
    report(diagnostic)
  }

  /// What `users.x` and `table.x` may be, where neither is anything: hints for the message.
  func attributeHints(
    qualifier: Identifier?,
    _ name: String,
    _ scope: Scope
  ) -> (message: String, hints: [String])? {
    guard let qualifier, let attributes = scope.attributes else { return nil }
    let all = catalog.attributeReferences(for: attributes.log)
    if let own = scope.columns.first?.qualifier, own.lowercased() == qualifier.name.lowercased() {
      guard let attribute = all.first(where: { $0.name.lowercased() == name.lowercased() }),
        !attributes.isUsersTable
      else { return nil }
      let owner = attribute.table ?? Catalog.usersTable
      return (
        "unknown column '\(name)' of '\(own)'",
        ["\(owner).\(attribute.name) is an attribute of its users"]
      )
    }
    if qualifier.name.lowercased() == Catalog.usersTable {
      var hints = suggestions(for: name, among: all.map(\.name), kind: "attributes")
      hints.append("define it: LET users.\(name) = count(*);")
      return ("unknown attribute '\(name)' of users", hints)
    }
    guard let state = catalog.state(of: qualifier.name),
      case .relation(let relation, let kind)? = catalog[qualifier.name]
    else { return nil }
    let columns = all.filter { $0.table?.lowercased() == qualifier.name.lowercased() }
    if !columns.isEmpty {
      let names = columns.map(\.name)
      return (
        "unknown column '\(name)' of '\(state.name)'",
        suggestions(for: name, among: names, kind: "columns")
      )
    }
    let userColumn = attributes.log.roles[.user].map { attributes.log.schema[$0] }
    let user = userColumn?.name ?? "user"
    if case .table(let key?) = kind, relation.schema.count > 1 {
      let type = relation.schema.index(named: key).map { relation.schema[$0].type }
      if let type, let users = userColumn?.type, type != users {
        return (
          "'\(state.name)' is keyed by \(key), which is \(type.rawValue): the log's users are "
            + users.rawValue,
          []
        )
      }
      return (
        "'\(state.name)' is keyed by \(key), which does not name the log's users",
        ["its columns are attributes of users where its KEY is \(user)"]
      )
    }
    return (
      "'\(state.name)' has no KEY that names the log's users",
      ["LOAD '…' AS TABLE \(state.name) KEY \(user); makes its columns attributes of users"]
    )
  }

  /// Says that a question's groups were computed from rows that it reads, too.
  mutating func noteConstruction(_ behavior: BehaviorPlan) {
    let log = behavior.log
    for dimension in behavior.dimensions {
      for column in dimension.expression.columns {
        guard case .defined(let name)? = attributeSlots.slot(at: column, of: log)?.reference,
          let attribute = catalog.attribute(named: name), let period = attribute.period,
          let counted = log.timeRange?.clipped(from: behavior.since, to: nil),
          period.overlaps(counted)
        else { continue }
        note(
          "\(attribute.name) was computed from the same period, up to "
            + "\(spelled(period.upperBound)): its groups differ partly by construction "
            + "(computed UNTIL t, then asked SINCE t, they do not)"
        )
      }
    }
  }

  private func spelled(_ instant: Int64) -> String {
    ValueText.text(timestamp: instant, in: settings.timeZone)
  }
}
