package import BQLColumnar
import BQLModels
import BQLPlanning
package import BQLSyntax

/// Holds what a segmentation has learnt, so that it can say which group a new row is in.
package struct SegmentModel: Sendable {
  /// Says how a row finds its group.
  enum Rule: Sendable {
    case centres(Matrix, Scaling)
    case mixture(GaussianMixture, Scaling)
    case cuts(QuantileCuts)
    /// The extra column names the group.
    case names
    /// Rows worth at least so much.
    case threshold(Double)
  }

  let rule: Rule
  /// The group of each cluster or bin: its place among the names.
  let groupOf: [Int32]
  /// The groups in their order, the most valuable first.
  let names: [String]
  /// The features that distances are taken of.
  let features: [String]
}

/// Holds the group of each row and what is to be told of the groups.
package struct SegmentResult: Sendable {
  package let model: SegmentModel
  /// What names the user of each row; nil for a table's rows.
  package let users: Column?
  /// The group of each row; NULL where it is in none.
  package let groups: Column
  package let relations: [ShowSegmentStatement.Part: Relation]
  package let notes: [String]
}
