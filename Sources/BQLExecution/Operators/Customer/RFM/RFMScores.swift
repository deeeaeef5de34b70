/// Scores values from 1 (worst) to a highest score, equal values always alike.
///
/// `score = 1 + ⌊scores · (values strictly worse ÷ values)⌋`. Many equal values leave scores out.
struct RFMScores {
  /// For each score but the first, what a value must beat.
  private let limits: [Int64]

  /// Finds the limits among `keys`, of which the greater is the better.
  ///
  /// - Complexity: O(*n*), whatever the order of the keys.
  init(_ keys: [Int64], scores: Int) {
    guard !keys.isEmpty else {
      limits = []
      return
    }
    // At least `rank` values are strictly worse where a value beats the one of that rank.
    let ranks = (1..<max(scores, 1)).map { score in
      (score * keys.count + scores - 1) / scores - 1
    }
    limits = OrderStatistics.values(of: ranks, in: keys.span)
  }

  /// Returns the score of each of `keys`.
  func scores(of keys: [Int64]) -> [Int64] {
    var scores = [Int64](repeating: 1, count: keys.count)
    var into = scores.mutableSpan
    for limit in limits {
      for index in keys.indices { into[index] &+= keys[index] > limit ? 1 : 0 }
    }
    return scores
  }

  /// Turns a number into a key of the same order.
  static func key(_ number: Double) -> Int64 {
    // Zeros of both signs are equal.
    let bits = Int64(bitPattern: (number == 0 ? 0 : number).bitPattern)
    return bits < 0 ? bits ^ Int64.max : bits
  }
}

/// Names the group of a user by its scores.
///
/// The grid is recency's score by the mean of those of frequency and monetary, in fifths; the names
/// are those in common use.
enum RFMGroup: Int32, CaseIterable {
  case champions, loyal, potentialLoyal, new, promising, needsAttention, aboutToSleep, atRisk
  case cannotLose, hibernating, lost

  var name: String {
    switch self {
    case .champions: "champions"
    case .loyal: "loyal"
    case .potentialLoyal: "potential loyal"
    case .new: "new"
    case .promising: "promising"
    case .needsAttention: "needs attention"
    case .aboutToSleep: "about to sleep"
    case .atRisk: "at risk"
    case .cannotLose: "cannot lose"
    case .hibernating: "hibernating"
    case .lost: "lost"
    }
  }

  /// One row a fifth of recency, the best first; one column a fifth of frequency and monetary, the
  /// worst first.
  private static let grid: [[RFMGroup]] = [
    [.new, .potentialLoyal, .potentialLoyal, .champions, .champions],
    [.promising, .potentialLoyal, .loyal, .loyal, .champions],
    [.aboutToSleep, .needsAttention, .needsAttention, .loyal, .loyal],
    [.hibernating, .hibernating, .atRisk, .atRisk, .cannotLose],
    [.lost, .lost, .atRisk, .cannotLose, .cannotLose],
  ]

  /// Finds the group of scores that go up to `scores`; without money frequency stands for both.
  init(r: Int64, f: Int64, m: Int64?, scores: Int) {
    let best = Int64(max(scores, 1))
    // Upwards: ⌈5 · score ÷ best⌉.
    let fifth = { (score: Int64) in Int(min(max((5 * score + best - 1) / best, 1), 5)) }
    // The mean of two scores, half a score counts up.
    let worth = m.map { (f + $0 + 1) / 2 } ?? f
    self = Self.grid[5 - fifth(r)][fifth(worth) - 1]
  }
}
