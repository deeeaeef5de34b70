/// Describes what happens when rows from a score on are called positive.
package struct ThresholdRow: Hashable, Sendable {
  /// Scores of at least this are called positive.
  package let threshold: Double
  package let truePositives: Int
  package let falsePositives: Int
  package let trueNegatives: Int
  package let falseNegatives: Int

  /// nil where nothing is called positive.
  package var precision: Double? { Self.ratio(truePositives, falsePositives) }
  /// nil without positives.
  package var recall: Double? { Self.ratio(truePositives, falseNegatives) }
  /// nil where all rows are positive.
  package var specificity: Double? { Self.ratio(trueNegatives, falsePositives) }
  /// `2 TP / (2 TP + FP + FN)`; nil where that is 0 / 0.
  package var f1: Double? { Self.ratio(2 * truePositives, falsePositives + falseNegatives) }
  package var accuracy: Double {
    let right = truePositives + trueNegatives
    return Double(right) / Double(right + falsePositives + falseNegatives)
  }

  private static func ratio(_ part: Int, _ rest: Int) -> Double? {
    part + rest > 0 ? Double(part) / Double(part + rest) : nil
  }
}

extension RankedScores {
  /// Counts right and wrong calls at given thresholds, in their order.
  ///
  /// - `thresholds`: Numbers; at NaN nothing is called positive.
  /// - Complexity: O(*thresholds* · log *n* + *n*).
  package func thresholdTable(_ thresholds: [Double]) -> [ThresholdRow] {
    var positives = [0]
    for row in order { positives.append((positives.last ?? 0) + Int(labels[Int(row)])) }
    return thresholds.map { threshold in
      var (low, high) = (0, order.count)
      while low < high {
        let middle = (low + high) / 2
        if scores[Int(order[middle])] >= threshold { low = middle + 1 } else { high = middle }
      }
      return row(threshold, called: low, positives)
    }
  }

  /// Counts right and wrong calls at every score that occurs, from the highest.
  ///
  /// - Complexity: O(*n*).
  package func allThresholds() -> [ThresholdRow] {
    var positives = [0]
    for row in order { positives.append((positives.last ?? 0) + Int(labels[Int(row)])) }
    return groupEnds.map { end in
      row(scores[Int(order[Int(end) - 1])], called: Int(end), positives)
    }
  }

  private func row(_ threshold: Double, called: Int, _ positives: [Int]) -> ThresholdRow {
    let (found, all) = (positives[called], positives[order.count])
    return ThresholdRow(
      threshold: threshold,
      truePositives: found,
      falsePositives: called - found,
      trueNegatives: order.count - called - (all - found),
      falseNegatives: all - found
    )
  }
}
