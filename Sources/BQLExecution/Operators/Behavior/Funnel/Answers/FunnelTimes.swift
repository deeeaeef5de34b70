/// Summarises the times that chains take to a step, in microseconds.
package struct FunnelTimes: Hashable, Sendable {
  /// The quantiles that are told, each 0…1.
  package static let probabilities = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1]

  /// The chains that are measured.
  package var count: Int
  /// One of each of ``probabilities``, interpolated linearly; nil without chains.
  package var quantiles: [Int64?]
  /// To the nearest millisecond.
  package var mean: Int64?

  /// The median.
  package var median: Int64? { quantiles[3] }
  /// The 90 % quantile.
  package var p90: Int64? { quantiles[5] }
}
