/// Holds a statement that asks a question and returns a relation.
package struct Query: Hashable, Sendable {
  package var kind: Kind
  package var range: SourceRange

  package init(_ kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  /// Says which statement asks the question, or what stands in FROM.
  package indirect enum Kind: Hashable, Sendable {
    case select(SelectStatement)
    case funnel(FunnelStatement)
    case retention(RetentionStatement)
    case lifecycle(LifecycleStatement)
    case stickiness(StickinessStatement)
    case active(ActiveStatement)
    case intervals(IntervalsStatement)
    case heatmap(HeatmapStatement)
    case paths(PathsStatement)
    case transitions(TransitionsStatement)
    case match(MatchStatement)
    case sessions(SessionsStatement)
    case timing(TimingStatement)
    case rfm(RFMStatement)
    case correlate(CorrelateStatement)
    case features(FeaturesStatement)
    case describe(DescribeStatement)
    case summarize(SummarizeStatement)
    case show(ShowStatement)
    case showSegment(ShowSegmentStatement)
    /// EVALUATE, EXPLAIN MODEL, PREDICT or CAMPAIGN.
    case model(ModelQuery)
    case explain(ExplainStatement)
    /// A verb of the language that this version does not run; the text up to its end is skipped.
    case unimplemented(feature: String)
  }
}

/// Holds `[WITH …] SELECT …`; `FROM t SELECT …` parses to the same.
package struct SelectStatement: Hashable, Sendable {
  package var with: [CommonTable] = []
  package var isDistinct = false
  package var items: [SelectItem] = []
  package var from: TableReference?
  package var condition: Expression?
  package var groupBy: GroupBy?
  package var having: Expression?
  package var qualify: Expression?
  package var setOperations: [SetOperation] = []
  package var orderBy: [OrderItem] = []
  package var limit: Expression?
  package var offset: Expression?

  package init() {}
}

/// Holds `name [(column, …)] AS (query)` of WITH.
package struct CommonTable: Hashable, Sendable {
  package var name: Identifier
  /// Names for the query's columns; empty where they keep their own.
  package var columns: [Identifier]
  package var query: Query

  package init(name: Identifier, columns: [Identifier] = [], query: Query) {
    self.name = name
    self.columns = columns
    self.query = query
  }
}

/// Holds one item between SELECT and FROM.
package struct SelectItem: Hashable, Sendable {
  /// Says whether an item is `*` or an expression.
  package enum Kind: Hashable, Sendable {
    /// `*` or `t.*`.
    case star(qualifier: Identifier?)
    case expression(Expression)
  }

  package var kind: Kind
  package var alias: Identifier?
  package var range: SourceRange

  package init(_ kind: Kind, alias: Identifier? = nil, range: SourceRange) {
    self.kind = kind
    self.alias = alias
    self.range = range
  }
}

/// Holds what GROUP BY names.
package enum GroupBy: Hashable, Sendable {
  case all(SourceRange)
  case expressions([Expression])
}

/// Holds one key of ORDER BY.
package struct OrderItem: Hashable, Sendable {
  package var expression: Expression
  package var isDescending: Bool
  /// nil: as PostgreSQL, last when ascending, first when descending.
  package var nullsFirst: Bool?

  package init(expression: Expression, isDescending: Bool = false, nullsFirst: Bool? = nil) {
    self.expression = expression
    self.isDescending = isDescending
    self.nullsFirst = nullsFirst
  }
}

/// Holds one `UNION|INTERSECT|EXCEPT [ALL] SELECT …` after a first SELECT.
package struct SetOperation: Hashable, Sendable {
  /// Names the operation.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case union = "UNION"
    case intersect = "INTERSECT"
    case except = "EXCEPT"
  }

  package var kind: Kind
  package var isAll: Bool
  package var query: Query
  package var range: SourceRange

  package init(kind: Kind, isAll: Bool, query: Query, range: SourceRange) {
    self.kind = kind
    self.isAll = isAll
    self.query = query
    self.range = range
  }
}

/// Holds what stands in FROM.
package struct TableReference: Hashable, Sendable {
  /// Says which statement asks the question, or what stands in FROM.
  package indirect enum Kind: Hashable, Sendable {
    case table(Identifier)
    /// `FROM 'file.csv'`.
    case file(String)
    case query(Query)
    case values([[Expression]])
    case join(TableReference, JoinKind, TableReference, JoinCondition)
  }

  package var kind: Kind
  package var alias: Identifier?
  /// Names for the columns behind the alias, `AS t (a, b)`; empty where they keep their own.
  package var columns: [Identifier] = []
  package var range: SourceRange

  package init(_ kind: Kind, alias: Identifier? = nil, range: SourceRange) {
    self.kind = kind
    self.alias = alias
    self.range = range
  }
}

/// Names a way to join.
package enum JoinKind: String, Hashable, Sendable, CaseIterable {
  case inner = "INNER JOIN"
  case left = "LEFT JOIN"
  case semi = "SEMI JOIN"
  case anti = "ANTI JOIN"
  case cross = "CROSS JOIN"
}

/// Holds what rows of a join must agree in.
package enum JoinCondition: Hashable, Sendable {
  case on(Expression)
  case using([Identifier])
  case none
}
