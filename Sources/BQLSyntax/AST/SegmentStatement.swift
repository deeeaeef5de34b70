/// Holds `SEGMENT k=4 ON source clauses`, `SEGMENT RULES …` or `SEGMENT POWER AT 80%`.
package struct SegmentStatement: Hashable, Sendable {
  /// Says what makes the segments.
  package enum Division: Hashable, Sendable {
    /// `k = 4` or `k = AUTO(2..10)`.
    case clusters(Choice<ClusterCount>)
    /// `RULES name: condition, …, ELSE name`.
    case rules([SegmentRule], otherwise: Identifier?)
    /// `POWER AT 80% [OF expression]`.
    case power(percent: Choice<Double>, of: Expression?)
  }

  package var division: Division
  /// `ON rfm`, `ON (a, b)`.
  package var source: FeatureSource?
  package var method: Choice<SegmentMethod>?
  package var covariance: Choice<CovarianceShape>?
  package var scale: Choice<ScaleMethod>?
  package var seed: Choice<Int>?
  /// `STARTS 10`.
  package var starts: Choice<Int>?
  /// `VALUE expression`: what a row is worth, where no log tells.
  package var value: Expression?
  package var asOf: Expression?
  package var name: Identifier?
  package var from: TableReference?
  package var condition: Expression?

  package init(_ division: Division) {
    self.division = division
  }
}

/// Says how many clusters SEGMENT makes.
package enum ClusterCount: Hashable, Sendable {
  case fixed(Int)
  /// `AUTO(2..10)`: the smallest number that is nearly as good as the best.
  case auto(ClosedRange<Int>)
}

/// Holds `name: condition` of SEGMENT RULES.
package struct SegmentRule: Hashable, Sendable {
  package var name: Identifier
  package var condition: Expression

  package init(name: Identifier, condition: Expression) {
    self.name = name
    self.condition = condition
  }
}

/// Names how SEGMENT finds its groups.
package enum SegmentMethod: String, Hashable, Sendable, CaseIterable {
  case kmeans = "KMEANS"
  case gmm = "GMM"
  case quantiles = "QUANTILES"
}

/// Names the shape of a mixture's components.
package enum CovarianceShape: String, Hashable, Sendable, CaseIterable {
  case full = "FULL"
  case diagonal = "DIAGONAL"
}

/// Names how columns are brought to one scale before distances are taken.
package enum ScaleMethod: String, Hashable, Sendable, CaseIterable {
  case logz = "LOGZ"
  case zscore = "ZSCORE"
  case robust = "ROBUST"
  case none = "NONE"
}

/// Holds the columns that SEGMENT and CORRELATE look at.
package struct FeatureSource: Hashable, Sendable {
  /// Says whether a set or a table is named, or each column.
  package enum Kind: Hashable, Sendable {
    /// A feature set (`rfm`, `features`, …) or a table with all its numbers.
    case named(Identifier)
    /// `(a, b AS c, …)`.
    case columns([SelectItem])
  }

  package var kind: Kind
  package var range: SourceRange

  package init(_ kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}

/// Holds `ASSIGN segment [FROM log] [AS OF t] [AS name]`.
package struct AssignStatement: Hashable, Sendable {
  package var segment: Identifier
  package var from: TableReference?
  package var asOf: Expression?
  package var name: Identifier?

  package init(segment: Identifier) {
    self.segment = segment
  }
}

/// Holds `SHOW SEGMENT name [PROFILE|DIFFERENCES|SELECTION|CENTRES]`.
package struct ShowSegmentStatement: Hashable, Sendable {
  /// Names what is shown of a segment.
  package enum Part: String, Hashable, Sendable, CaseIterable {
    /// One row a group: size, medians, revenue, what sets it apart.
    case profile = "PROFILE"
    /// One row a group and feature: how far its mean is from the others'.
    case differences = "DIFFERENCES"
    /// One row a number of clusters: the indices that AUTO chose by.
    case selection = "SELECTION"
    /// One row a group: the centre in the units of the features.
    case centres = "CENTRES"
  }

  package var segment: Identifier
  package var part: Choice<Part>?

  package init(segment: Identifier) {
    self.segment = segment
  }
}
