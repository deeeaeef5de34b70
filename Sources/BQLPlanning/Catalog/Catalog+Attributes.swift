package import BQLColumnar
package import BQLStorage

/// Says why an attribute has no values for the users of a log.
package enum AttributeProblem: Error {
  /// What it was computed from has changed since.
  case stale(UserAttribute, changed: String)
  /// Keys of another type than the log's users.
  case otherType(owner: String, key: DataType, users: DataType)
  case repeatedUser(table: String, key: String, example: Value, rowCount: Int)
  /// The table or attribute is there no longer.
  case missing
}

extension Catalog {
  /// The attributes that may be used with `log`, in order of definition: name, table where it is a
  /// column of a keyed one, reference.
  package func attributeReferences(
    for log: EventLog
  ) -> [(name: String, table: String?, reference: AttributeReference)] {
    var found: [(name: String, table: String?, reference: AttributeReference)] = []
    for attribute in attributes {
      found.append((attribute.name, nil, .defined(name: attribute.name.lowercased())))
    }
    for (table, relation, key) in keyedTables(for: log) {
      for (index, field) in relation.schema.fields.enumerated() where index != key {
        found.append((field.name, table, .column(table: table.lowercased(), column: index)))
      }
    }
    return found
  }

  /// Returns the values of an attribute for the users of `log`, in their order.
  package func values(
    of reference: AttributeReference,
    for log: EventLog
  ) throws(AttributeProblem) -> UserColumn {
    switch reference {
    case .defined(let name):
      guard let attribute = attribute(named: name) else { throw .missing }
      return try values(of: attribute, reference, for: log)
    case .column(let table, let column):
      return try attributeColumns.column(of: reference, for: log) {
        () throws(AttributeProblem) in
        let (relation, places) = try self.places(of: table, for: log)
        let cells = relation.chunks.map { $0.columns[column] }
        let values = Column.concatenate(cells, type: relation.schema[column].type)
        return UserColumn(values.gather(places: places.rows), of: log)
      }
    }
  }

  /// Returns a keyed table with the row of each user of `log`.
  package func places(
    of table: String,
    for log: EventLog
  ) throws(AttributeProblem) -> (relation: Relation, places: UserPlaces) {
    guard case .relation(let relation, kind: .table(let key?))? = self[table],
      let column = relation.schema.index(named: key)
    else { throw .missing }
    let name = state(of: table)?.name ?? table
    let found = attributeColumns.places(of: table, for: log) {
      let keys = relation.chunks.map { $0.columns[column] }
      return UserPlaces(
        of: log.userNames,
        in: Column.concatenate(keys, type: relation.schema[column].type)
      )
    }
    guard let found else {
      throw .otherType(
        owner: name,
        key: relation.schema[column].type,
        users: log.userNames.type
      )
    }
    if let example = found.repeated {
      throw .repeatedUser(
        table: name,
        key: relation.schema[column].name,
        example: example,
        rowCount: found.repeatedCount
      )
    }
    return (relation, found)
  }

  private func values(
    of attribute: UserAttribute,
    _ reference: AttributeReference,
    for log: EventLog
  ) throws(AttributeProblem) -> UserColumn {
    if let outdated = outdatedSource(of: attribute) {
      throw .stale(attribute, changed: outdated.name)
    }
    guard let values = attribute.values, case .log(let owner)? = self[attribute.owner.name] else {
      throw .stale(attribute, changed: attribute.owner.name)
    }
    if owner === log { return values }
    return try attributeColumns.column(of: reference, for: log) {
      () throws(AttributeProblem) in
      let places = attributeColumns.places(of: attribute.owner.name, for: log) {
        UserPlaces(of: log.userNames, in: owner.userNames)
      }
      guard let places else {
        throw .otherType(
          owner: attribute.owner.name,
          key: owner.userNames.type,
          users: log.userNames.type
        )
      }
      return UserColumn(values.column.gather(places: places.rows), of: log)
    }
  }
}
