import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLStorage

/// Computes what each customer's events say of the customer, at one time or at several.
struct FeaturesOperator: Operator {
  let plan: FeaturesPlan
  let notes: Notes
  private let filter: CompiledExpression?

  init(_ plan: FeaturesPlan, notes: Notes) throws(ExecutionError) {
    self.plan = plan
    self.notes = notes
    let types = plan.behavior.log.schema.fields.map(\.type)
    filter = try plan.behavior.filter.map { predicate throws(ExecutionError) in
      try CompiledExpression(predicate, inputTypes: types)
    }
  }

  var method: String { "one pass over whole users for all snapshots" }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let log = plan.behavior.log
    let morsels = log.morsels(targetRows: context.morselRows)
    let reader = try FeatureReader(plan.behavior, filter, context)
    let frames = try FeatureFrame.frames(of: plan, reader, morsels, context)
    let kernel = FeatureKernel(plan, reader, frames)
    let lease = context.lease("features")
    let found = Collected<[FeatureUnit]>(count: morsels.count)
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let units = try kernel.units(morsels[index])
      for unit in units { try lease.grow(by: unit.rowCount * (8 * unit.maxima.count + 4)) }
      found.set(index, units)
    }
    let all = found.all
    // Snapshot by snapshot, each in the order of morsels.
    let units = plan.snapshots.indices.flatMap { snapshot in all.map { $0[snapshot] } }
    if plan.isFilled { try fill(units, context) }
    try addNotes(units, reader, morsels, context)
    return FeatureStream(plan, units, context, lease)
  }

  /// Puts values in the place of NULLs, as each feature has it.
  private func fill(
    _ units: [FeatureUnit],
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    let features = plan.columns.filter { FeatureValues.place(of: $0.kind) != nil }
    guard features.contains(where: { $0.fill != .none }) else { return }
    // Of each snapshot and column; no maximum depends on the order of units.
    var fills: [Int: [Double]] = [:]
    for snapshot in plan.snapshots {
      var values = features.map { $0.fill == .maximum ? -Double.infinity : .nan }
      for unit in units where unit.snapshot == snapshot.step {
        for index in values.indices { values[index] = max(values[index], unit.maxima[index]) }
      }
      for (index, feature) in features.enumerated() {
        switch feature.fill {
        case .zero: values[index] = 0
        case .maximum where values[index] > -.infinity: break
        case .maximum, .none: values[index] = .nan
        }
      }
      fills[snapshot.step] = values
    }
    let values = fills
    try ParallelWork.forEach(
      count: units.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      if let values = values[units[index].snapshot] { units[index].fill(values) }
    }
  }

  private func addNotes(
    _ units: [FeatureUnit],
    _ reader: FeatureReader,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    if plan.tellsOfRows { addRowNotes(units) }
    if case .session(let column) = plan.behavior.unit, plan.set != .rfm {
      let leftOut = try leftOutRowCount(column, reader, morsels, context)
      if leftOut > 0 {
        notes.add(
          "\(NoteText.count(leftOut, "rows")) without a session left out of the features"
            + (plan.snapshots.contains { $0.horizonEnd != nil } ? ", not of the targets" : "")
        )
      }
    }
  }

  private func addRowNotes(_ units: [FeatureUnit]) {
    func time(_ instant: Int64) -> String {
      ValueText.text(timestamp: instant, in: plan.behavior.timeZone)
    }
    for snapshot in plan.snapshots {
      let count = units.filter { $0.snapshot == snapshot.step }.reduce(0) { $0 + $1.rowCount }
      let users = NoteText.count(count, "users")
      if let end = snapshot.horizonEnd {
        notes.add(
          "snapshot \(snapshot.step): \(users), features up to \(time(snapshot.cutoff)), targets "
            + "behind it up to \(time(end))"
        )
      } else {
        notes.add("\(users) with an event up to \(time(snapshot.cutoff))")
      }
    }
    if plan.minimumPurchases > 0 {
      notes.add(
        "users with fewer than \(plan.minimumPurchases) sessions with a purchase in the whole log "
          + "are left out: that looks behind the cutoff"
      )
    }
    addValueNotes()
  }

  private func addValueNotes() {
    // Of the whole set: what a query reads of it changes no note.
    let kinds = plan.set.features.map(\.kind)
    let usesMargin = kinds.contains { kind in
      switch kind {
      case .period(.customerValue, _), .target(.customerValue), .target(.customerValueBefore),
        .target(.actualProfit):
        true
      default: false
      }
    }
    if usesMargin {
      notes.add("customer value takes \(plan.campaign.margin) of revenue as profit (MARGIN)")
    }
    if kinds.contains(.target(.actualProfit)) {
      notes.add(
        "target_actual_profit is the mean over responses to an offer of \(plan.campaign.offer): it "
          + "keeps a churner by a chance of \(plan.campaign.keep) and is taken by a customer who "
          + "stays by one of \(plan.campaign.accept), the means of KEEP and ACCEPT"
      )
    }
    let fills = plan.set.features.contains { $0.fill != .none && !$0.nullRule.isEmpty }
    guard fills else { return }
    notes.add(
      plan.isFilled
        ? "gaps are filled: lags, means of periods, deviations and revenue with 0; inter_*, "
          + "time_to_* and *_cv with the column's maximum over the snapshot"
        : "gaps are NULL"
    )
  }

  /// Counts the rows that WHERE keeps and that have no session.
  private func leftOutRowCount(
    _ column: Int,
    _ reader: FeatureReader,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> Int {
    let partitions = plan.behavior.log.partitions
    guard partitions.contains(where: { $0.columns[column].validity != nil }) else { return 0 }
    return try ParallelWork.map(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let morsel = morsels[index]
      guard let validity = partitions[morsel.partition].columns[column].validity else { return 0 }
      let kept = try reader.rows.filterBytes(morsel)
      var count = 0
      for (place, row) in morsel.rows.enumerated() where !validity[row] {
        count += kept.map { Int($0[place]) } ?? 1
      }
      return count
    }.reduce(0, +)
  }
}
