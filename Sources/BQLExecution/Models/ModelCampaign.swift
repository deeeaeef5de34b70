import BQLColumnar
import BQLModels
import BQLPlanning

/// Chooses the users whom an offer goes to.
struct ModelCampaign {
  private let entry: ModelEntry
  private let order: CampaignOrder
  private let rows: PredictedRows
  private let schema: Schema
  private let context: ExecutionContext
  private let notes: Notes
  /// What each user is worth over the horizon; shape `[rows]`.
  private let worth: [Double]
  private let hasOwnWorth: Bool

  init(
    _ question: ModelQuestion,
    _ order: CampaignOrder,
    _ rows: PredictedRows,
    _ context: ExecutionContext,
    _ notes: Notes
  ) throws(ExecutionError) {
    entry = question.model
    self.order = order
    self.rows = rows
    schema = question.schema
    self.context = context
    self.notes = notes
    guard case .users(let owner) = rows.owner else { throw .internal("a campaign without users") }
    hasOwnWorth = rows.rows.worth != nil
    if let own = rows.rows.worth {
      let missing = own.count { $0.isNaN }
      if missing > 0 {
        notes.add("\(NoteText.count(missing, "users")) without a VALUE count as worth 0")
      }
      worth = own.map { $0.isNaN ? 0 : $0 }
    } else {
      guard let spent = rows.rows.spent, let cutoff = owner.cutoffs.first else {
        throw .internal("a campaign without money")
      }
      worth = spent.map { owner.worth(of: $0.isNaN ? 0 : $0, at: cutoff) }
    }
  }

  func relation() throws(ExecutionError) -> Relation {
    guard !worth.isEmpty else {
      throw .unfit("there are no users to treat", hint: "PREDICT \(entry.name) lists users")
    }
    let found = try attempt { () throws(ModelError) in
      try Campaign(leaving: rows.predictions, values: worth, order.offer)
    }
    addNotes(found)
    switch order.part {
    case .users: return users(found)
    case .curve:
      let curve = try attempt { () throws(ModelError) in try found.curve(seed: entry.card.seed) }
      let points = curve.map { point -> [Value] in
        [
          .int(Int64(point.customers)), .float(point.share), .float(point.profit),
          .float(point.lower), .float(point.upper), .bool(point.isOptimal),
        ]
      }
      return Relation(schema: schema, rows: points)
    case .summary: return Relation(schema: schema, rows: try summary(found))
    }
  }

  private func attempt<Result>(
    _ body: () throws(ModelError) -> Result
  ) throws(ExecutionError) -> Result {
    // The columns of what Campaign takes.
    try ModelWork.attempt(["probability", "value"], body)
  }

  private func addNotes(_ campaign: Campaign) {
    let offer = order.offer
    let all = NoteText.count(worth.count, "users")
    notes.add(
      "\(campaign.chosen) of \(all) are worth an offer of \(FeatureText.number(offer.cost)): expected "
        + "profit \(FeatureText.number(campaign.expectedProfit))"
    )
    notes.add(
      "kept if they would leave with a chance of \(FeatureText.number(offer.keep.mean)), taken by those "
        + "who stay with \(FeatureText.number(offer.accept.mean)); profit = p x keep x (value - offer) "
        + "- (1 - p) x accept x offer"
    )
    if !hasOwnWorth {
      notes.add(
        "value: a user's mean profit so far over one HORIZON, "
          + "\(FeatureText.number(TrainRows.UserRows.margin * 100)) % of revenue; VALUE says it better"
      )
    }
  }

  private func users(_ campaign: Campaign) -> Relation {
    let treated = Array(campaign.treated)
    func picked(_ numbers: [Double]) -> Column { Column(floats: treated.map { numbers[Int($0)] }) }
    let columns = [
      rows.rows.keys?.gather(treated), picked(rows.predictions), picked(worth),
      picked(campaign.profits),
    ]
    return Relation(
      schema: schema,
      chunks: [Chunk(columns.compactMap { $0 }, count: treated.count)]
    )
  }

  private func summary(_ campaign: Campaign) throws(ExecutionError) -> [[Value]] {
    func row(_ name: String, _ value: Double, _ interval: (Double, Double)? = nil) -> [Value] {
      [
        .text(name), .float(value), ClusterChoice.cell(interval?.0),
        ClusterChoice.cell(interval?.1),
      ]
    }
    let seed = entry.card.seed
    let shares = try attempt { () throws(ModelError) in
      try campaign.shareInterval(seed: seed, interruption: context.interruption)
    }
    let curve = try attempt { () throws(ModelError) in try campaign.curve(seed: seed) }
    var summary = [
      row("users", Double(worth.count)), row("treated", Double(campaign.chosen)),
      row("treated_share", campaign.optimalShare, (shares.lower, shares.upper)),
    ]
    if let best = curve.first(where: \.isOptimal) {
      summary.append(row("expected_profit", best.profit, (best.lower, best.upper)))
    }
    if let all = curve.last {
      summary.append(row("expected_profit_of_all", all.profit, (all.lower, all.upper)))
    }
    return summary + (try holdout().map { row($0.name, $0.value, $0.interval) })
  }

  private struct HoldoutFigure {
    var name: String
    var value: Double
    var interval: (Double, Double)?
  }

  /// What the same rule would have brought on the test rows, whose outcome is known: whom to treat is
  /// chosen by what was known at the cutoff, the profit is counted with what came.
  private func holdout() throws(ExecutionError) -> [HoldoutFigure] {
    guard !hasOwnWorth else {
      notes.add("no figures of the test rows: what VALUE was at their cutoff is not known")
      return []
    }
    guard let holdout = entry.holdout, let values = holdout.values else { return [] }
    let offer = order.offer
    let chosen = try attempt { () throws(ModelError) in
      try Campaign(leaving: holdout.predictions, values: values.atCutoff, offer)
    }
    var isTreated = [Bool](repeating: false, count: holdout.labels.count)
    for row in chosen.treated { isTreated[Int(row)] = true }
    let profits = holdout.labels.indices.map { row in
      holdout.labels[row] == 1
        ? offer.keep.mean * (values.atHorizonEnd[row] - offer.cost)
        : -offer.accept.mean * offer.cost
    }
    let treated = isTreated
    let intervals = try ModelBootstrap.intervals(
      groups: holdout.groups,
      seed: entry.card.seed,
      context
    ) { weights in
      var (own, all) = (0.0, 0.0)
      for row in profits.indices {
        all += weights[row] * profits[row]
        if treated[row] { own += weights[row] * profits[row] }
      }
      return [own, all]
    }
    let actual = try attempt { () throws(ModelError) in
      try chosen.actualProfit(
        of: chosen.treated,
        left: holdout.labels,
        values: values.atHorizonEnd
      )
    }
    notes.add(
      "test_: the same choice among the test rows, by what was known at their cutoff, and the profit by "
        + "who did leave; intervals by \(ModelBootstrap.resamples(of: profits.count)) resamples of users"
    )
    let all = profits.reduce(0, +)
    func interval(_ place: Int) -> (Double, Double)? {
      guard intervals.indices.contains(place), let found = intervals[place] else { return nil }
      return (found.low, found.high)
    }
    return [
      HoldoutFigure(name: "test_users", value: Double(profits.count)),
      HoldoutFigure(name: "test_treated", value: Double(chosen.chosen)),
      HoldoutFigure(name: "test_expected_profit", value: chosen.expectedProfit),
      HoldoutFigure(
        name: "test_actual_profit",
        value: actual,
        interval: interval(0)
      ),
      HoldoutFigure(
        name: "test_actual_profit_of_all",
        value: all,
        interval: interval(1)
      ),
    ]
  }
}
