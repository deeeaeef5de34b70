/// Names and types one column of a relation.
package struct Field: Hashable, Sendable {
  /// The column's name as printed; matched without regard to case.
  package var name: String
  package var type: DataType

  package init(_ name: String, _ type: DataType) {
    self.name = name
    self.type = type
  }
}

/// Lists the columns of a relation in order; names may repeat in a result.
package struct Schema: Hashable, Sendable {
  package var fields: [Field]

  package init(_ fields: [Field]) {
    self.fields = fields
  }

  package var count: Int { fields.count }

  /// The column at `index`.
  package subscript(index: Int) -> Field { fields[index] }

  /// Returns the positions of the columns called `name`, without regard to case.
  package func indices(named name: String) -> [Int] {
    let folded = name.lowercased()
    return fields.indices.filter { fields[$0].name.lowercased() == folded }
  }

  /// Returns the position of the first column called `name`, without regard to case.
  package func index(named name: String) -> Int? {
    indices(named: name).first
  }
}
