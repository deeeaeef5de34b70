import BQLColumnar
import BQLModels
package import BQLPlanning
import BQLSyntax

/// Finds groups of users or rows, and puts new ones into known groups.
package enum Segmentation {
  /// Learns the groups of a plan's rows.
  ///
  /// Rows that lack a feature are in no group; where the plan asks who bought, users who did not are
  /// `S0`. The same rows and seed give the same bits at any thread count.
  package static func run(
    _ plan: SegmentPlan,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> SegmentResult {
    var notes: [String] = []
    var input = try SegmentInput(plan.rows, context, notes: &notes)
    if plan.rows.isSet {
      let dropped = input.dropSparse()
      if !dropped.isEmpty {
        notes.append(
          "features left out, as more than one row in ten lacks them: "
            + dropped.joined(separator: ", ")
        )
      }
    }
    try context.checkCancelled()
    let groups: SegmentGroups
    switch plan.division {
    case .kmeans(let count, let starts):
      groups = try clusters(input, plan, count, starts: starts, context)
    case .mixture(let count, let isFull, let starts):
      groups = try mixture(input, plan, count, isFull: isFull, starts: starts, context)
    case .quantiles(let count): groups = try quantiles(input, count)
    case .rules(let names): groups = rules(input, names)
    case .power(let share): groups = try power(input, share: share)
    }
    return try result(of: groups, input, plan, notes, context)
  }

  /// Puts the plan's rows into groups that were learnt before.
  package static func assign(
    _ model: SegmentModel,
    _ plan: SegmentPlan,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> SegmentResult {
    var notes: [String] = []
    var input = try SegmentInput(plan.rows, context, notes: &notes)
    let places = model.features.compactMap { input.names.firstIndex(of: $0) }
    guard places.count == model.features.count else {
      let missing = model.features.filter { !input.names.contains($0) }
      throw .unfit(
        "the segments go by \(model.features.joined(separator: ", ")), and here there is no "
          + missing.joined(separator: ", "),
        hint: "ASSIGN takes users or rows of the kind that SEGMENT looked at"
      )
    }
    input.names = model.features
    input.features = places.map { input.features[$0] }
    try context.checkCancelled()
    let groups: SegmentGroups
    switch model.rule {
    case .names: groups = rules(input, model.names)
    case .threshold(let threshold): groups = split(input, at: threshold)
    case .cuts(let cuts):
      let rows = input.completeRows()
      let bins = cuts.bins(of: rows.map { input.features[0][Int($0)] })
      groups = SegmentGroups(input, model, rows: rows, labels: bins)
    case .centres(let centres, let scaling):
      let rows = input.completeRows()
      let matrix = try input.matrix(rows)
      let labels = try attempt(input.names) { () throws(ModelError) in
        try NearestCentre.assign(scaling.apply(to: matrix), to: centres, threads: context.threads)
      }
      groups = SegmentGroups(input, model, rows: rows, labels: labels)
    case .mixture(let mixture, let scaling):
      let rows = input.completeRows()
      let matrix = try input.matrix(rows)
      let labels = try attempt(input.names) { () throws(ModelError) in
        try mixture.assign(scaling.apply(to: matrix), threads: context.threads)
      }
      groups = SegmentGroups(input, model, rows: rows, labels: labels)
    }
    return try result(of: groups, input, plan, notes, context)
  }

  private static func result(
    of groups: SegmentGroups,
    _ input: SegmentInput,
    _ plan: SegmentPlan,
    _ notes: [String],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> SegmentResult {
    try context.checkCancelled()
    let profile = try SegmentProfile(groups, input, unit: plan.rows.unitName, context)
    var relations = groups.relations
    var notes = notes
    if input.features.count > SegmentProfile.shownMedians {
      notes.append(
        "medians of the \(SegmentProfile.shownMedians) features that set groups apart most; SHOW "
          + "SEGMENT … DIFFERENCES has all \(input.features.count)"
      )
    }
    relations[.profile] = profile.profile
    relations[.differences] = profile.differences
    return SegmentResult(
      model: groups.model,
      users: input.users,
      groups: groups.column,
      relations: relations,
      notes: groups.notes(unit: plan.rows.unitName) + notes
    )
  }

  /// Runs a computation on numbers; what it cannot work on is told in the words of the features.
  static func attempt<Result>(
    _ names: [String],
    _ body: () throws(ModelError) -> Result
  ) throws(ExecutionError) -> Result {
    do throws(ModelError) {
      return try body()
    } catch {
      switch error {
      case .noRows, .noColumns:
        throw .unfit("there are no rows to divide", hint: "ask for fewer features, or load more")
      case .notFinite(_, let column) where column < names.count:
        throw .unfit(
          "'\(names[column])' holds numbers that are infinite or beyond 1e140",
          hint: "leave them out: WHERE, or nullif"
        )
      case .interrupted: throw .cancelled
      case .tooLarge: throw .unfit("there are too many rows to divide", hint: nil)
      case .notPositiveDefinite:
        throw .unfit(
          "a component of the mixture has no spread in some direction",
          hint: "COVARIANCE DIAGONAL, fewer segments, or leave out features that follow from others"
        )
      case .notFinite, .clusterCount, .shape, .parameter, .label, .oneClass, .weights:
        throw .internal("a segmentation was asked wrongly: \(error)")
      }
    }
  }
}
