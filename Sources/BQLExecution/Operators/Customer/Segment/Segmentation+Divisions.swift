import BQLColumnar
import BQLModels
import BQLPlanning

// What makes the groups.
extension Segmentation {
  static func clusters(
    _ input: SegmentInput,
    _ plan: SegmentPlan,
    _ count: SegmentPlan.ClusterCount,
    starts: Int,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> SegmentGroups {
    let points = try SegmentPoints(input, plan.scale, context)
    try context.checkCancelled()
    let options = KMeansOptions(clusters: 1, starts: starts, seed: plan.seed)
    let choice = try attempt(input.names) { () throws(ModelError) in
      switch count {
      case .fixed(let count):
        try ClusterChoice(points.scaled, count, options, context)
      case .auto(let range):
        try ClusterChoice(points.scaled, among: range, options, context)
      }
    }
    return try points.groups(input, choice, rule: .centres(choice.centres, points.scaling))
  }

  /// Cuts the rows by one feature; equal values stay together.
  static func quantiles(
    _ input: SegmentInput,
    _ count: Int
  ) throws(ExecutionError) -> SegmentGroups {
    let rows = try input.rowsToDivide()
    let values = rows.map { input.features[0][Int($0)] }
    let cuts = try attempt(input.names) { () throws(ModelError) in
      try QuantileCuts(values, bins: count)
    }
    let labels = cuts.bins(of: values)
    let model = SegmentModel(
      rule: .cuts(cuts),
      groupOf: SegmentGroups.order(input, rows: rows, labels: labels, count: cuts.binCount),
      names: SegmentGroups.names(cuts.binCount),
      features: input.names
    )
    var remarks = [
      "equal values are never divided: each group is about one of \(count) equal shares"
    ]
    if cuts.binCount < count {
      remarks.append(
        "so many values are equal that there are \(cuts.binCount) groups, not \(count)"
      )
    }
    return SegmentGroups(input, model, rows: rows, labels: labels, remarks: remarks)
  }

  /// Takes the groups that the extra column names, in the order of the rules.
  static func rules(_ input: SegmentInput, _ names: [String]) -> SegmentGroups {
    var labels = [Int32](repeating: -1, count: input.rowCount)
    if let extra = input.extra, case .texts(let codes, let dictionary) = extra.values {
      let places = (0..<dictionary.count).map { code in
        Int32(truncatingIfNeeded: names.firstIndex(of: dictionary[code]) ?? -1)
      }
      for row in labels.indices where extra.isValid(row) && input.isCandidate(row) {
        labels[row] = places[Int(codes[row])]
      }
    }
    let model = SegmentModel(
      rule: .names,
      groupOf: (0..<Int32(truncatingIfNeeded: names.count)).map { $0 },
      names: names,
      features: []
    )
    let rows = (0..<Int32(truncatingIfNeeded: input.rowCount)).map { $0 }
    return SegmentGroups(input, model, rows: rows, labels: labels)
  }

  /// Finds the fewest rows that together have a share of all worth; equal worth stays together.
  static func power(_ input: SegmentInput, share: Double) throws(ExecutionError) -> SegmentGroups {
    let worth = input.worth ?? []
    let values = (0..<input.rowCount).filter { input.isCandidate($0) && !worth[$0].isNaN }
      .map { worth[$0] }
    // From the largest down, so that rounding is the same at any order of the rows.
    let sorted = Array(Quantiles.sorted(values).reversed())
    let total = sorted.reduce(0, +)
    guard total > 0, total.isFinite else {
      throw .unfit("all rows together are worth nothing, so no part of them has a share", hint: nil)
    }
    var sum = 0.0
    var threshold = sorted[0]
    for value in sorted {
      // A share of a whole is compared with room for the rounding of sums.
      if sum >= share * total * (1 - 1e-12) { break }
      sum += value
      threshold = value
    }
    return split(input, at: threshold, share: share)
  }

  /// A share in percent, without places where it is whole.
  private static func percent(_ share: Double) -> String {
    let percent = (share * 1_000_000).rounded() / 10_000
    return percent == percent.rounded() ? "\(Int(percent))" : ValueText.text(.float(percent))
  }

  static func split(
    _ input: SegmentInput,
    at threshold: Double,
    share: Double? = nil
  ) -> SegmentGroups {
    let worth = input.worth ?? []
    let rows = (0..<input.rowCount).filter { input.isCandidate($0) && !worth[$0].isNaN }
      .map { Int32(truncatingIfNeeded: $0) }
    let labels = rows.map { Int32(worth[Int($0)] >= threshold ? 0 : 1) }
    let model = SegmentModel(
      rule: .threshold(threshold),
      groupOf: [0, 1],
      names: ["power", "other"],
      features: []
    )
    var remark = "power: worth \(ValueText.text(.float(threshold))) and more"
    if let share {
      remark +=
        ", the fewest who together have \(percent(share)) % of the whole, with all who equal the last"
    }
    return SegmentGroups(input, model, rows: rows, labels: labels, remarks: [remark])
  }
}

extension Segmentation {
  /// Finds components of a Gaussian mixture.
  static func mixture(
    _ input: SegmentInput,
    _ plan: SegmentPlan,
    _ count: SegmentPlan.ClusterCount,
    isFull: Bool,
    starts: Int,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> SegmentGroups {
    let points = try SegmentPoints(input, plan.scale, context)
    try context.checkCancelled()
    let counts =
      switch count {
      case .fixed(let count): count...count
      case .auto(let range): range
      }
    let choice = try attempt(input.names) { () throws(ModelError) in
      try MixtureChoice(
        points.scaled,
        among: counts,
        MixtureOptions(
          components: 1,
          covariance: isFull ? .full : .diagonal,
          // Far below what one start differs from another by, so that information criteria hold.
          tolerance: 1e-6,
          maximumIterations: 1_000,
          starts: starts,
          seed: plan.seed
        ),
        context
      )
    }
    return try points.groups(
      input,
      choice.clusters,
      rule: .mixture(choice.mixture, points.scaling)
    )
  }
}
