package import BQLColumnar
package import BQLStorage

/// Holds a query whose rows are what SEGMENT groups and CORRELATE compares.
package struct FeatureQuery: Sendable {
  /// Says whose rows they are.
  package enum Owner: Sendable {
    /// One row a user of a log.
    case users(logName: String, log: EventLog)
    /// The rows of a table, in their order.
    case table(name: String)
  }

  package var plan: LogicalPlan
  package var owner: Owner
  /// Columns of the plan: the user; nil for a table's rows.
  package var user: Int?
  /// Whether a row takes part, a bool; nil: all do.
  package var isKept: Int?
  /// Whether a user bought anything, a bool; nil where that is not asked.
  package var hasBought: Int?
  /// What a row is worth; nil where nothing tells.
  package var worth: Int?
  /// What the statement asks for beside the features: a rule's name, a target.
  package var extra: Int?
  package var features: [Int]
  /// Whether the features are a named set, of which columns that are mostly NULL may be left out.
  package var isSet: Bool

  /// What the rows are: the name of a column that counts them.
  package var unitName: String {
    switch owner {
    case .users: "users"
    case .table: "rows"
    }
  }

  package var featureNames: [String] { features.map { plan.schema[$0].name } }
}

/// Asks for groups of users, or of a table's rows.
package struct SegmentPlan: Sendable {
  /// Says what makes the groups.
  package enum Division: Sendable {
    case kmeans(ClusterCount, starts: Int)
    case mixture(ClusterCount, isFull: Bool, starts: Int)
    /// Equal shares of the rows, by one feature.
    case quantiles(Int)
    /// The extra column names each row's group.
    case rules([String])
    /// The fewest rows that together have this share of all worth.
    case power(share: Double)
  }

  /// Says how many clusters are made.
  package enum ClusterCount: Sendable {
    case fixed(Int)
    case auto(ClosedRange<Int>)
  }

  /// Says how features are brought to one scale.
  package enum Scale: String, Sendable {
    case logz, zscore, robust, none
  }

  /// The group of users who bought nothing, where that is asked: outside of what is divided.
  package static let nobody = "S0"

  package var rows: FeatureQuery
  package var division: Division
  /// nil: LOGZ for skewed features, ZSCORE for the others.
  package var scale: Scale?
  package var seed: UInt64
  /// The attribute, or the table's column, that is defined.
  package var name: String
  /// What the rows are computed from, the log first.
  package var sources: [UserAttribute.TableState]
  package var period: ClosedRange<Int64>?
}

/// Asks which columns go with a target, and which say nothing or the same as others.
package struct CorrelatePlan: Sendable {
  /// Names a measure of how far two columns go together.
  package enum Method: String, Sendable {
    case pearson, spearman, mutual
  }

  /// Its columns are the features, then the target.
  package var input: LogicalPlan
  package var method: Method

  package var target: Int { input.schema.count - 1 }

  package var schema: Schema {
    Schema([
      Field("feature", .text), Field("type", .text), Field("rows", .int),
      Field("missing_share", .float), Field("top_share", .float),
      Field(method == .mutual ? "mutual_information" : "correlation", .float),
      Field("ci_low", .float), Field("ci_high", .float), Field("p_value", .float),
      Field("q_value", .float), Field("duplicate_of", .text), Field("redundancy_group", .int),
      Field("remark", .text),
    ])
  }

  /// The question in words, one line.
  var title: String {
    "correlate \(input.schema.count - 1) columns with \(input.schema[target].name), "
      + method.rawValue
  }
}
