/// Says what an offer costs and does.
package struct CampaignOffer: Hashable, Sendable {
  /// `δ`, what an offer costs where it is taken, in money; `>= 0`.
  package var cost: Double
  /// `γ`, the chance that it keeps a customer who would leave.
  package var keep: CampaignChance
  /// `ψ`, the chance that a customer who stays takes it.
  package var accept: CampaignChance

  package init(
    cost: Double,
    keep: CampaignChance = .keep,
    accept: CampaignChance = .accept
  ) {
    self.cost = cost
    self.keep = keep
    self.accept = accept
  }
}

/// Chooses the customers whom an offer is made to, so that the expected profit is greatest.
///
/// An offer to a customer who leaves with probability `p` and is worth `v` brings
/// `p γ (v − δ) − (1 − p) ψ δ`; customers are ordered by it at the mean `γ` and `ψ`, equal ones in row
/// order, and those of a profit above 0 are chosen. The means of the profit over draws of `γ` and `ψ`,
/// independent of each other, are that at the means.
///
/// Source: M. Fridrich, *Machine Learning in Customer Churn Prediction*, 2023; W. Verbeke et al.,
/// *EJOR* 218(1), 2012, doi:10.1016/j.ejor.2011.09.031.
package struct Campaign: Hashable, Sendable {
  /// Rows by falling expected profit.
  package let order: [Int32]
  /// Of each row, at the mean chances; shape `[rows]`.
  package let profits: [Double]
  /// How many of ``order`` are chosen.
  package let chosen: Int
  private let offer: CampaignOffer
  /// `p (v − δ)` and `(1 − p) δ` of each row.
  private let gains: [Double]
  private let costs: [Double]

  /// Orders customers.
  ///
  /// - `leaving`: The probability that each leaves, in `0...1`, best a calibrated one; shape
  ///   `[rows]`.
  /// - `values`: What each is worth over the horizon, in money; shape `[rows]`.
  /// - Throws: ``ModelError/noRows``, ``ModelError/shape(expected:found:)``,
  ///   ``ModelError/notFinite(row:column:)`` (column 0 probabilities, 1 values),
  ///   ``ModelError/parameter(_:)`` with `offer`, `keep` or `accept`.
  /// - Complexity: O(*n*).
  package init(
    leaving: [Double],
    values: [Double],
    _ offer: CampaignOffer
  ) throws(ModelError) {
    guard !leaving.isEmpty else { throw .noRows }
    guard leaving.count < Int(Int32.max) else { throw .tooLarge }
    guard values.count == leaving.count else {
      throw .shape(expected: leaving.count, found: values.count)
    }
    guard offer.cost >= 0, offer.cost < Matrix.largest else { throw .parameter("offer") }
    try offer.keep.check("keep")
    try offer.accept.check("accept")
    for row in leaving.indices {
      guard leaving[row] >= 0, leaving[row] <= 1 else { throw .notFinite(row: row, column: 0) }
      guard abs(values[row]) < Matrix.largest else { throw .notFinite(row: row, column: 1) }
    }
    self.offer = offer
    gains = zip(leaving, values).map { $0 * ($1 - offer.cost) }
    costs = leaving.map { (1 - $0) * offer.cost }
    let (keep, accept) = (offer.keep.mean, offer.accept.mean)
    let profits = zip(gains, costs).map { keep * $0 - accept * $1 }
    self.profits = profits
    order = Quantiles.order(profits.map { -$0 })
    chosen = profits.count { $0 > 0 }
  }

  /// The chosen rows, most profitable first.
  package var treated: ArraySlice<Int32> { order.prefix(chosen) }

  /// The profit expected of the chosen rows.
  package var expectedProfit: Double {
    treated.reduce(0) { $0 + profits[Int($1)] }
  }

  /// The share of rows that are chosen.
  package var optimalShare: Double { Double(chosen) / Double(order.count) }

  /// Returns the profit with the first rows of the order treated, at even shares from 0 to 1 and at
  /// the optimal one, with the interval that draws of `γ` and `ψ` give it.
  ///
  /// Draw `i` comes from stream `i` of the seed.
  ///
  /// - `points`: Even shares, at least 2.
  /// - `level`: In `(0, 1)`: between the percentiles `(1 − level) / 2` and `(1 + level) / 2`, type 7.
  /// - Throws: ``ModelError/parameter(_:)``.
  /// - Complexity: O(*n* + *points* · *draws*).
  package func curve(
    points: Int = 101,
    draws: Int = 1000,
    level: Double = 0.95,
    seed: UInt64 = 1
  ) throws(ModelError) -> [CampaignPoint] {
    guard points >= 2, points <= 1 << 20 else { throw .parameter("points") }
    let chances = try chances(draws, level, seed)
    var ends = Set(
      (0..<points).map { step in
        Int((Double(order.count) * Double(step) / Double(points - 1)).rounded())
      }
    )
    ends.insert(chosen)
    var curve: [CampaignPoint] = []
    var (gain, cost, expected, place) = (0.0, 0.0, 0.0, 0)
    for end in ends.sorted() {
      while place < end {
        let row = Int(order[place])
        gain += gains[row]
        cost += costs[row]
        expected += profits[row]
        place += 1
      }
      let sorted = Quantiles.sorted(chances.map { $0.keep * gain - $0.accept * cost })
      curve.append(
        CampaignPoint(
          customers: end,
          share: Double(end) / Double(order.count),
          profit: expected,
          lower: Quantiles.quantile(sorted, (1 - level) / 2) ?? expected,
          upper: Quantiles.quantile(sorted, (1 + level) / 2) ?? expected,
          isOptimal: end == chosen
        )
      )
    }
    return curve
  }

  /// Returns the interval of the optimal share: of the share of rows that each draw of `γ` and `ψ`
  /// would choose.
  ///
  /// - Throws: ``ModelError/parameter(_:)``.
  /// - Complexity: O(*n* · *draws*).
  package func shareInterval(
    draws: Int = 1000,
    level: Double = 0.95,
    seed: UInt64 = 1,
    interruption: Interruption = .none
  ) throws(ModelError) -> (lower: Double, upper: Double) {
    let shares = try chances(draws, level, seed).map { (chance) throws(ModelError) -> Double in
      try interruption.check()
      var count = 0
      for row in gains.indices where chance.keep * gains[row] - chance.accept * costs[row] > 0 {
        count += 1
      }
      return Double(count) / Double(gains.count)
    }
    let sorted = Quantiles.sorted(shares)
    return (
      Quantiles.quantile(sorted, (1 - level) / 2) ?? optimalShare,
      Quantiles.quantile(sorted, (1 + level) / 2) ?? optimalShare
    )
  }

  private func chances(
    _ draws: Int,
    _ level: Double,
    _ seed: UInt64
  ) throws(ModelError) -> [(keep: Double, accept: Double)] {
    guard draws >= 1, draws <= 1 << 20 else { throw .parameter("draws") }
    guard level > 0, level < 1 else { throw .parameter("level") }
    return (0..<draws).map { index in
      var random = SeededStream(seed: seed, stream: UInt64(index))
      let keep = offer.keep.draw(&random)
      return (keep, offer.accept.draw(&random))
    }
  }

  /// Returns the profit that some customers would have brought, by who left and who stayed.
  ///
  /// With `left` 1 of those who did and 0 of others, and `values` what each was worth:
  /// `Σ left γ (v − δ) − (1 − left) ψ δ` at the mean chances.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)``, ``ModelError/label(row:)``,
  ///   ``ModelError/parameter(_:)`` where there is no such row.
  package func actualProfit(
    of rows: some Sequence<Int32>,
    left: [Double],
    values: [Double]
  ) throws(ModelError) -> Double {
    guard left.count == order.count, values.count == order.count else {
      throw .shape(expected: order.count, found: min(left.count, values.count))
    }
    var profit = 0.0
    for row in rows {
      let row = Int(row)
      guard left.indices.contains(row) else { throw .parameter("rows") }
      guard left[row] == 0 || left[row] == 1 else { throw .label(row: row) }
      profit +=
        left[row] == 1
        ? offer.keep.mean * (values[row] - offer.cost) : -offer.accept.mean * offer.cost
    }
    return profit
  }
}

/// Describes what treating some share of the customers brings.
package struct CampaignPoint: Hashable, Sendable {
  package let customers: Int
  package let share: Double
  /// Expected, in money.
  package let profit: Double
  package let lower: Double
  package let upper: Double
  /// Whether this share brings the most.
  package let isOptimal: Bool
}
