package import BQLColumnar
package import BQLStorage

/// Says what a question asks for, never how it is computed.
///
/// Behaviour statements keep nodes of their own down to execution.
package indirect enum LogicalPlan: Sendable {
  case scan(ScanPlan)
  /// Rows that are there already: VALUES, SHOW, DESCRIBE, a SELECT without FROM (one empty row).
  case values(Relation)
  case filter(LogicalPlan, BoundExpression)
  case project(LogicalPlan, [NamedExpression])
  case aggregate(AggregatePlan)
  case window(WindowPlan)
  case distinct(LogicalPlan)
  case sort(SortPlan)
  case limit(LogicalPlan, LimitPlan)
  case union(LogicalPlan, LogicalPlan)
  case join(JoinPlan)
  /// A query of WITH where it is named.
  case with(WithQuery)
  /// Repeats each row as often as its last column, an int that is not NULL, says, and drops that.
  case replicate(LogicalPlan)
  case summarize(SummarizePlan)
  case correlate(CorrelatePlan)
  case model(ModelQuestion)
  case behavior(BehaviorQuestion)
}

/// Reads columns of a table, keeping the rows that pass a filter.
package struct ScanPlan: Sendable {
  /// Holds what is read.
  package enum Table: Sendable {
    case log(EventLog)
    case relation(Relation)
  }

  package var name: String
  package var table: Table
  /// Positions in the table's schema, in output order.
  package var columns: [Int]
  /// Over the table's whole schema.
  package var filter: BoundExpression?

  package init(name: String, table: Table, columns: [Int], filter: BoundExpression? = nil) {
    self.name = name
    self.table = table
    self.columns = columns
    self.filter = filter
  }

  package var tableSchema: Schema {
    switch table {
    case .log(let log): log.schema
    case .relation(let relation): relation.schema
    }
  }
}

/// Names an expression as a column of a result.
package struct NamedExpression: Sendable {
  package var name: String
  package var expression: BoundExpression

  package init(_ name: String, _ expression: BoundExpression) {
    self.name = name
    self.expression = expression
  }
}

/// Groups rows by keys; outputs the keys, then the aggregates, and one row without keys.
package struct AggregatePlan: Sendable {
  package var input: LogicalPlan
  package var keys: [NamedExpression]
  package var aggregates: [(name: String, aggregate: BoundAggregate)]

  package init(
    input: LogicalPlan,
    keys: [NamedExpression],
    aggregates: [(name: String, aggregate: BoundAggregate)]
  ) {
    self.input = input
    self.keys = keys
    self.aggregates = aggregates
  }
}

/// Orders rows by keys; equal rows keep their order.
package struct SortPlan: Sendable {
  /// Orders by one column.
  package struct Key: Sendable {
    package var column: Int
    package var isDescending: Bool
    package var nullsFirst: Bool

    package init(column: Int, isDescending: Bool, nullsFirst: Bool) {
      self.column = column
      self.isDescending = isDescending
      self.nullsFirst = nullsFirst
    }
  }

  package var input: LogicalPlan
  package var keys: [Key]
  /// Only the first rows are needed; set by the optimizer.
  package var limit: Int?

  package init(input: LogicalPlan, keys: [Key], limit: Int? = nil) {
    self.input = input
    self.keys = keys
    self.limit = limit
  }
}

/// Keeps `count` rows (nil: all) after skipping `offset`.
package struct LimitPlan: Hashable, Sendable {
  package var count: Int?
  package var offset: Int

  package init(count: Int?, offset: Int) {
    self.count = count
    self.offset = offset
  }
}

/// Describes each column of its input, per group.
package struct SummarizePlan: Sendable {
  package var input: LogicalPlan
  package var groups: [NamedExpression]
  /// Columns to describe, by position in the input.
  package var columns: [Int]

  package init(input: LogicalPlan, groups: [NamedExpression], columns: [Int]) {
    self.input = input
    self.groups = groups
    self.columns = columns
  }
}
