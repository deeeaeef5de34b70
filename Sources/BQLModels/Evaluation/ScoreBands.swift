/// Describes rows of neighbouring scores: a decile, or a step of a gain curve.
package struct ScoreBand: Hashable, Sendable {
  /// From 1, the highest scores first.
  package let number: Int
  package let rows: Int
  package let positives: Int
  package let highestScore: Double
  package let lowestScore: Double
  package let meanScore: Double
  /// The share of positives.
  package let rate: Double
  /// The rate over that of all rows; nil without positives.
  package let lift: Double?
  /// Rows of this band and those above, as a share of all.
  package let cumulativeRows: Double
  /// Their positives, as a share of all positives (the gain); nil without positives.
  package let cumulativePositives: Double?
  /// Their rate over that of all rows; nil without positives.
  package let cumulativeLift: Double?
}

extension RankedScores {
  /// Cuts the ranking into bands of about as many rows each; ten of them are the decile table.
  ///
  /// Band `b` ends with the group of equal scores that reaches `b / count` of the rows. Groups are
  /// never parted: where one reaches the end of several bands, there are fewer.
  ///
  /// - Throws: ``ModelError/parameter(_:)`` where `count` is below 1.
  /// - Complexity: O(*n* + *count*).
  package func bands(_ count: Int = 10) throws(ModelError) -> [ScoreBand] {
    guard count >= 1 else { throw .parameter("count") }
    let count = min(count, rowCount)
    let total = totals(nil)
    let baseRate = total.positives / Double(rowCount)
    var bands: [ScoreBand] = []
    var (start, positives, seen, sum) = (0, 0.0, 0.0, 0.0)
    var next = 1
    forEachGroup(nil) { places, own, _ in
      positives += own
      seen += own
      sum += scores[Int(order[places.lowerBound])] * Double(places.count)
      // The end of band `next` is at the row ⌈next · n / count⌉.
      let wanted = (Double(next) * Double(rowCount) / Double(count)).rounded(.up)
      guard Double(places.upperBound) >= wanted else { return }
      let rows = places.upperBound - start
      let rate = positives / Double(rows)
      let share = Double(places.upperBound) / Double(rowCount)
      bands.append(
        ScoreBand(
          number: bands.count + 1,
          rows: rows,
          positives: Int(positives),
          highestScore: scores[Int(order[start])],
          lowestScore: scores[Int(order[places.lowerBound])],
          meanScore: sum / Double(rows),
          rate: rate,
          lift: baseRate > 0 ? rate / baseRate : nil,
          cumulativeRows: share,
          cumulativePositives: baseRate > 0 ? seen / total.positives : nil,
          cumulativeLift: baseRate > 0 ? seen / total.positives / share : nil
        )
      )
      (start, positives, sum) = (places.upperBound, 0, 0)
      next = Int((Double(places.upperBound) * Double(count) / Double(rowCount)).rounded(.down)) + 1
    }
    return bands
  }
}
