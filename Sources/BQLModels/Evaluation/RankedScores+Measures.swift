extension RankedScores {
  /// Returns the area under the ROC curve: the probability that a positive scores above another
  /// row, a tie counting half; nil where one class is missing.
  ///
  /// Exact for weights that are whole numbers: sums of halves below 2⁵³.
  ///
  /// - `weights`: `>= 0`, shape `[rows]`; nil where all weigh 1.
  /// - Complexity: O(*n*).
  ///
  /// Source: J. A. Hanley, B. J. McNeil, *Radiology* 143(1), 1982,
  /// doi:10.1148/radiology.143.1.7063747.
  package func rocAUC(weights: [Double]? = nil) -> Double? {
    let all = totals(weights)
    guard all.positives > 0, all.others > 0 else { return nil }
    var below = all.others
    var wins = 0.0
    forEachGroup(weights) { _, positives, others in
      below -= others
      wins += positives * (below + others / 2)
    }
    return wins / (all.positives * all.others)
  }

  /// Returns the average precision, a step-wise area under the precision-recall curve; nil without
  /// positives.
  ///
  /// `Σ (R_k − R_{k−1}) P_k` over groups of equal scores: scikit-learn's definition, without
  /// interpolation. A model without any skill has the share of positives.
  ///
  /// - `weights`: As of ``rocAUC(weights:)``.
  /// - Complexity: O(*n*).
  package func averagePrecision(weights: [Double]? = nil) -> Double? {
    let all = totals(weights)
    guard all.positives > 0 else { return nil }
    var (found, taken, sum) = (0.0, 0.0, 0.0)
    forEachGroup(weights) { _, positives, others in
      found += positives
      taken += positives + others
      if positives > 0 { sum += positives * (found / taken) }
    }
    return sum / all.positives
  }

  /// Returns what the top of the ranking holds; nil without rows of weight or without positives.
  ///
  /// The top is the shortest run of whole groups of equal scores that holds at least `share` of the
  /// weight, so that it may hold more than asked for; ``TopShare/share`` says how much.
  ///
  /// - `share`: In `0...1`; 0 takes the first group.
  /// - `weights`: As of ``rocAUC(weights:)``.
  /// - Complexity: O(*n*).
  package func top(_ share: Double, weights: [Double]? = nil) -> TopShare? {
    let all = totals(weights)
    let total = all.positives + all.others
    guard all.positives > 0, total > 0 else { return nil }
    // As much as rounding may take from a share of whole rows.
    let wanted = share * total * (1 - 1e-12)
    var (found, taken) = (0.0, 0.0)
    var threshold = Double.infinity
    var isDone = false
    forEachGroup(weights) { places, positives, others in
      if isDone || positives + others == 0 { return }
      found += positives
      taken += positives + others
      threshold = scores[Int(order[places.lowerBound])]
      isDone = taken >= wanted
    }
    return TopShare(
      share: taken / total,
      rows: taken,
      positives: found,
      precision: found / taken,
      recall: found / all.positives,
      lift: (found / taken) / (all.positives / total),
      threshold: threshold
    )
  }
}

/// Describes the top of a ranking.
package struct TopShare: Hashable, Sendable {
  /// Of the weight of all rows; at least what was asked for.
  package let share: Double
  /// The weight of its rows, which is their number where all weigh 1.
  package let rows: Double
  package let positives: Double
  /// The share of positives in the top.
  package let precision: Double
  /// The share of all positives that the top holds.
  package let recall: Double
  /// The precision over the share of positives among all rows.
  package let lift: Double
  /// The lowest score in the top.
  package let threshold: Double
}
