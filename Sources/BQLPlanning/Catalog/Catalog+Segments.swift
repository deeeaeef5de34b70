package import BQLColumnar
package import BQLSyntax

/// Holds what SEGMENT found, as far as statements may ask for it.
package struct SegmentEntry: Sendable {
  package let name: String
  /// The statement that defines it.
  package let definition: String
  /// The plain table whose rows are grouped; nil for the users of a log.
  package let table: String?
  /// What SHOW SEGMENT returns.
  package let relations: [ShowSegmentStatement.Part: Relation]
  package let notes: [String]

  package init(
    name: String,
    definition: String,
    table: String?,
    relations: [ShowSegmentStatement.Part: Relation],
    notes: [String]
  ) {
    self.name = name
    self.definition = definition
    self.table = table
    self.relations = relations
    self.notes = notes
  }
}

extension Catalog {
  /// Finds a segment without regard to case.
  package func segment(named name: String) -> SegmentEntry? {
    segments.first { $0.name.lowercased() == name.lowercased() }
  }

  /// The segments that are columns of a table.
  package func segments(ofTable table: String) -> [SegmentEntry] {
    segments.filter { $0.table?.lowercased() == table.lowercased() }
  }

  /// Defines or replaces a segment.
  package mutating func define(_ segment: SegmentEntry) {
    dropSegment(segment.name)
    segments.append(segment)
  }

  /// Forgets a segment, if there is one of the name.
  package mutating func dropSegment(_ name: String) {
    noteChange(CatalogItem(.segment, name))
    segments.removeAll { $0.name.lowercased() == name.lowercased() }
  }
}
