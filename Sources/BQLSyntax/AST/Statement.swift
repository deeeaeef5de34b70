/// Holds one statement with its place in the source.
package struct Statement: Hashable, Sendable {
  package var kind: Kind
  package var range: SourceRange

  package init(_ kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  /// Says which statement it is.
  package enum Kind: Hashable, Sendable {
    /// A question; with `INTO 'file'` its answer goes to a file.
    case query(Query, into: IntoClause?)
    case load(LoadStatement)
    case letName(LetStatement)
    /// `LET users.name = …`: a value for each user.
    case letAttribute(AttributeStatement)
    /// `query INTO users`: each column but the user's becomes an attribute; `into` is its place.
    case attach(Query, into: SourceRange)
    /// `SEGMENT …`: an attribute that says which group each user is in.
    case segment(SegmentStatement)
    case assign(AssignStatement)
    /// `TRAIN …`: a model that EVALUATE, EXPLAIN MODEL, PREDICT and CAMPAIGN ask.
    case train(TrainStatement)
    /// `PREDICT m … AS name`: an attribute of users.
    case attachPrediction(ModelQuery, as: Identifier)
    case saveModel(SaveModelStatement)
    case loadModel(LoadModelStatement)
    /// `DROP MODEL name`.
    case dropModel(Identifier)
    /// `DROP users.name`.
    case dropAttribute(Identifier)
    /// `DROP name`: a log, a table or a named result, in a store for good.
    case dropTable(Identifier)
    case open(OpenStatement)
    /// `CHECK STORE`: whether every file holds what was written.
    case checkStore
    /// `COMPACT [name]`: writes one log of the store, or all, as small as they get.
    case compact(Identifier?)
    case erase(EraseStatement)
    case set(SetStatement)
    case include(path: String)
    case assert(AssertStatement)
    case help(topic: Identifier?)
    /// A statement of the language that this version does not run.
    case unimplemented(feature: String)
  }
}

/// Holds `INTO 'file.csv'`.
package struct IntoClause: Hashable, Sendable {
  package var path: String
  package var range: SourceRange

  package init(path: String, range: SourceRange) {
    self.path = path
    self.range = range
  }
}

/// Holds `LOAD 'file', … [AS name | AS TABLE name [KEY c]] [(ROLE column, …)] options`.
package struct LoadStatement: Hashable, Sendable {
  /// Holds a file's path as written.
  package struct Path: Hashable, Sendable {
    package var text: String
    package var range: SourceRange

    package init(text: String, range: SourceRange) {
      self.text = text
      self.range = range
    }
  }

  /// Holds `USER visitorid` or `EVENT event (addtocart AS cart, …)`.
  package struct RoleClause: Hashable, Sendable {
    /// `user time event session item value`, in lower case.
    package var role: Identifier
    package var column: Identifier
    package var aliases: [EventAlias]

    package init(role: Identifier, column: Identifier, aliases: [EventAlias] = []) {
      self.role = role
      self.column = column
      self.aliases = aliases
    }
  }

  /// Holds `value AS name` of the EVENT role.
  package struct EventAlias: Hashable, Sendable {
    package var value: Identifier
    package var name: Identifier

    package init(value: Identifier, name: Identifier) {
      self.value = value
      self.name = name
    }
  }

  /// Names what becomes of rows that cannot be read.
  package enum OnError: String, Hashable, Sendable, CaseIterable {
    case stop = "STOP"
    case skip = "SKIP"
    case null = "NULL"
  }

  package var paths: [Path] = []
  package var name: Identifier?
  package var isPlainTable = false
  package var key: Identifier?
  package var roles: [RoleClause] = []
  package var dedupExact: SourceRange?
  /// FORCE: files that were loaded before are loaded again.
  package var force: SourceRange?
  package var condition: Expression?
  package var onError: Choice<OnError>?
  package var rejectsInto: IntoClause?
  package var csv: CSVClause?

  package init() {}
}

/// Holds `LET name = query`.
package struct LetStatement: Hashable, Sendable {
  package var name: Identifier
  package var query: Query

  package init(name: Identifier, query: Query) {
    self.name = name
    self.query = query
  }
}

/// Holds `SET option = value` or `SET PARAM name = value`.
package struct SetStatement: Hashable, Sendable {
  package var isParameter: Bool
  package var name: Identifier
  /// A literal, or a bare word (`warn`) as a column reference.
  package var value: Expression

  package init(isParameter: Bool, name: Identifier, value: Expression) {
    self.isParameter = isParameter
    self.name = name
    self.value = value
  }
}

/// Holds `ASSERT condition [MESSAGE 'text']`.
package struct AssertStatement: Hashable, Sendable {
  package var condition: Expression
  package var message: String?

  package init(condition: Expression, message: String?) {
    self.condition = condition
    self.message = message
  }
}

/// Holds `DESCRIBE table` or `DESCRIBE FEATURES set`.
package struct DescribeStatement: Hashable, Sendable {
  package var table: Identifier
  /// Whether the name is that of a set of features.
  package var isFeatureSet: Bool

  package init(table: Identifier, isFeatureSet: Bool = false) {
    self.table = table
    self.isFeatureSet = isFeatureSet
  }
}

/// Holds `SUMMARIZE table|(query) [BY dim, …]`.
package struct SummarizeStatement: Hashable, Sendable {
  package var table: TableReference
  package var by: [Expression]

  package init(table: TableReference, by: [Expression]) {
    self.table = table
    self.by = by
  }
}

/// Holds `SHOW TABLES|FUNCTIONS|SETTINGS|…`.
package struct ShowStatement: Hashable, Sendable {
  /// Names what is listed.
  package enum Subject: String, Hashable, Sendable, CaseIterable {
    case tables = "TABLES"
    case functions = "FUNCTIONS"
    case settings = "SETTINGS"
    case segments = "SEGMENTS"
    case models = "MODELS"
    case storage = "STORAGE"
    case loads = "LOADS"
  }

  package var subject: Subject

  package init(subject: Subject) {
    self.subject = subject
  }
}

/// Holds `EXPLAIN [ANALYZE] query`.
package struct ExplainStatement: Hashable, Sendable {
  package var isAnalyze: Bool
  package var query: Query

  package init(isAnalyze: Bool, query: Query) {
    self.isAnalyze = isAnalyze
    self.query = query
  }
}
