package import BQLColumnar
package import BQLStorage

/// Holds a column keyed by user: what `LET users.x` and `INTO users` define.
package struct UserAttribute: Sendable {
  /// Names a state of a table: its name, and which of its definitions it was.
  package struct TableState: Hashable, Sendable {
    /// As first written.
    package let name: String
    package let version: Int

    package init(name: String, version: Int) {
      self.name = name
      self.version = version
    }
  }

  package let name: String
  package let type: DataType
  /// The statement that defines it, and would anew.
  package let definition: String
  /// The log whose users have the values.
  package let owner: TableState
  /// What the values were computed from: the owner, and all else that was read.
  package let sources: [TableState]
  /// The instants whose rows the values were computed from; nil where no row of a log was read.
  package let period: ClosedRange<Int64>?
  package let valueCount: Int
  package let distinctCount: Int
  /// In the order of the owner's users; nil once the owner has become another log.
  package internal(set) var values: UserColumn?

  package init(
    name: String,
    definition: String,
    owner: TableState,
    sources: [TableState],
    period: ClosedRange<Int64>?,
    values: UserColumn
  ) {
    self.name = name
    self.type = values.type
    self.definition = definition
    self.owner = owner
    self.sources = sources
    self.period = period
    self.values = values
    valueCount = values.valueCount
    distinctCount = values.distinctCount
  }

  /// Describes an attribute that was stored; `values` are nil where its owner is another log now.
  package init(
    name: String,
    type: DataType,
    definition: String,
    owner: TableState,
    sources: [TableState],
    period: ClosedRange<Int64>?,
    valueCount: Int,
    distinctCount: Int,
    values: UserColumn?
  ) {
    self.name = name
    self.type = type
    self.definition = definition
    self.owner = owner
    self.sources = sources
    self.period = period
    self.valueCount = valueCount
    self.distinctCount = distinctCount
    self.values = values
  }
}

/// Names an attribute that an expression may use: a defined one, or a column of a keyed table.
package enum AttributeReference: Hashable, Sendable {
  case defined(name: String)
  case column(table: String, column: Int)
}
