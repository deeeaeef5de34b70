import BQLColumnar
import BQLStorage

/// Lists the columns that an expression may name, and how.
struct Scope: Sendable {
  struct Column: Sendable {
    /// The table's name or alias, nil where the column may only be named bare.
    var qualifier: String?
    var name: String
    var type: DataType
    /// Whether it is named with its table alone: a column that USING took together with another.
    var isMerged = false
  }

  var columns: [Column]
  /// The log's roles, where the input is a log: `user`, `time`, … name its columns.
  var roles: RoleBinding?
  /// The users whose attributes may be named; nil where rows are no log's.
  var attributes: AttributeScope?
  /// Whether a bare `hour`, `weekday`, `day`, `week` or `month` means that part of TIME, as in BY.
  var allowsTimeParts = false
  /// The tables that a join brings together, which have roles and attributes of their own; empty
  /// where there is one table.
  var leaves: [JoinedTable] = []

  init(columns: [Column], roles: RoleBinding? = nil) {
    self.columns = columns
    self.roles = roles
  }

  init(schema: Schema, qualifier: String?, roles: RoleBinding? = nil) {
    columns = schema.fields.map { Column(qualifier: qualifier, name: $0.name, type: $0.type) }
    self.roles = roles
  }

  /// Returns the positions of the columns that `name` may mean.
  func matches(qualifier: String?, name: String) -> [Int] {
    let name = name.lowercased()
    let qualifier = qualifier?.lowercased()
    return columns.indices.filter { index in
      columns[index].name.lowercased() == name
        && (qualifier == nil
          ? !columns[index].isMerged : columns[index].qualifier?.lowercased() == qualifier)
    }
  }

  /// Returns the column that a role's name stands for, where no column has that name.
  func roleColumn(qualifier: String?, _ name: String) -> Int? {
    if !leaves.isEmpty {
      let found = leaves.compactMap { leaf in
        leaf.scope.roleColumn(qualifier: qualifier, name).map { $0 + leaf.start }
      }
      // Of several logs, `time` without a table's name means none.
      return found.count == 1 ? found[0] : nil
    }
    if let qualifier {
      let owner = columns.first?.qualifier?.lowercased()
      guard owner == qualifier.lowercased() else { return nil }
    }
    guard let roles, let role = Role(rawValue: name.lowercased()) else { return nil }
    return roles[role]
  }

  /// The name or alias of each table, for hints.
  var qualifiers: [String] {
    var seen: Set<String> = []
    return columns.compactMap(\.qualifier).filter { seen.insert($0.lowercased()).inserted }
  }

  /// Every name that a column reference may use, for suggestions.
  var names: [String] {
    var seen: Set<String> = []
    return columns.map(\.name).filter { seen.insert($0.lowercased()).inserted }
  }
}
