import BQLColumnar

/// Tests whether groups convert alike, with the log-rank test.
///
/// At each time of a conversion group *j* would have `d nⱼ / n` of the `d` conversions if all
/// converted alike. The statistic is `(O − E)ᵀ V⁻¹ (O − E)` over all but one group, with the
/// hypergeometric covariance `Vⱼₖ = Σ d (n − d) / (n − 1) · nⱼ / n · (δⱼₖ − nₖ / n)`; where groups
/// convert alike it is chi-squared with a degree of freedom less than groups.
///
/// Source: R. Peto, J. Peto, *JRSS A* 135(2), 1972, doi:10.2307/2344317.
package struct LogRankTest: Sendable {
  /// The most groups that are compared: the covariance takes the square of that for each time.
  package static let maximumGroupCount = 100

  /// The conversions of each group, and those expected if all converted alike.
  package let observed: [Int]
  package let expected: [Double]
  package let statistic: Double
  package let degrees: Int

  package var pValue: Double { ChiSquared.upperTail(statistic, degrees: degrees) }

  /// Compares the curves of groups; nil where fewer than two have units at risk when some convert.
  package init?(_ curves: [SurvivalCurve]) {
    let count = curves.count
    precondition(count <= Self.maximumGroupCount, "a covariance of so many groups is too large")
    var sums = Sums(curves)
    sums.run()
    observed = curves.map(\.convertedCount)
    expected = sums.expected
    // A group that nothing is expected of says nothing; of the others one follows from the rest.
    let groups = (0..<count).filter { sums.expected[$0] > 0 }.dropLast()
    guard !groups.isEmpty else { return nil }
    let differences = groups.map { Double(curves[$0].convertedCount) - sums.expected[$0] }
    let covariance = groups.map { row in groups.map { sums.covariance[row * count + $0] } }
    guard let (statistic, rank) = Self.quadraticForm(differences, covariance), rank > 0 else {
      return nil
    }
    self.statistic = statistic
    degrees = rank
  }

  /// Returns `xᵀ A⁻¹ x` and the rank of a positive semidefinite A, by Cholesky's decomposition;
  /// rows that follow from others are left out.
  private static func quadraticForm(
    _ vector: [Double],
    _ matrix: [[Double]]
  ) -> (value: Double, rank: Int)? {
    let count = vector.count
    var lower = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var solved = [Double](repeating: 0, count: count)
    var rank = 0
    for row in 0..<count {
      for column in 0...row {
        var rest = matrix[row][column]
        for inner in 0..<column { rest -= lower[row][inner] * lower[column][inner] }
        if row == column {
          lower[row][row] = rest > 1e-10 * matrix[row][row] ? rest.squareRoot() : 0
        } else {
          lower[row][column] = lower[column][column] > 0 ? rest / lower[column][column] : 0
        }
      }
      guard lower[row][row] > 0 else { continue }
      var rest = vector[row]
      for inner in 0..<row { rest -= lower[row][inner] * solved[inner] }
      solved[row] = rest / lower[row][row]
      rank += 1
    }
    let value = solved.reduce(0) { $0 + $1 * $1 }
    return value.isFinite ? (value, rank) : nil
  }
}

/// Adds up what is expected at each time, and its covariance.
private struct Sums {
  private let curves: [SurvivalCurve]
  private(set) var expected: [Double]
  /// Row by row; the lower half is filled at the end.
  private(set) var covariance: [Double]

  init(_ curves: [SurvivalCurve]) {
    self.curves = curves
    expected = [Double](repeating: 0, count: curves.count)
    covariance = [Double](repeating: 0, count: curves.count * curves.count)
  }

  mutating func run() {
    // The steps of all groups in the order of time; group by group within one.
    var keys: [Int64] = []
    var owners: [Int32] = []
    for (group, curve) in curves.enumerated() {
      for step in curve.steps {
        keys.append(step.time)
        owners.append(Int32(truncatingIfNeeded: group))
      }
    }
    var order = (0..<keys.count).map { Int32(truncatingIfNeeded: $0) }
    RadixSort.sort(&order, by: keys)
    var nextSteps = [Int](repeating: 0, count: curves.count)
    var nextKeys = [Int](repeating: 0, count: curves.count)
    var atRisk = [Double](repeating: 0, count: curves.count)
    var index = 0
    while index < order.count {
      let time = keys[Int(order[index])]
      var converted = 0
      while index < order.count, keys[Int(order[index])] == time {
        let group = Int(owners[Int(order[index])])
        converted += curves[group].steps[nextSteps[group]].converted
        nextSteps[group] += 1
        index += 1
      }
      for group in curves.indices {
        // Those who left before this time: each is passed over once in all.
        while nextKeys[group] < curves[group].keys.count,
          curves[group].keys[nextKeys[group]] >> 1 < time
        {
          nextKeys[group] += 1
        }
        atRisk[group] = Double(curves[group].keys.count - nextKeys[group])
      }
      add(atRisk, converted: Double(converted))
    }
    for row in curves.indices {
      for column in 0..<row {
        covariance[row * curves.count + column] = covariance[column * curves.count + row]
      }
    }
  }

  private mutating func add(_ atRisk: [Double], converted: Double) {
    let all = atRisk.reduce(0, +)
    let count = atRisk.count
    let spread = all > 1 ? converted * (all - converted) / (all - 1) : 0
    for row in 0..<count where atRisk[row] > 0 {
      let share = atRisk[row] / all
      expected[row] += converted * share
      let weight = spread * share
      covariance[row * count + row] += weight
      for column in row..<count {
        covariance[row * count + column] -= weight * (atRisk[column] / all)
      }
    }
  }
}
