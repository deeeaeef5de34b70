import BQLColumnar
import BQLModels
import BQLPlanning
import BQLSyntax

/// Holds the rows that distances are taken of, brought to one scale.
struct SegmentPoints: Sendable {
  /// The places of the rows in the input, ascending.
  let rows: [Int32]
  let matrix: Matrix
  let scaling: Scaling
  let scaled: Matrix

  init(
    _ input: SegmentInput,
    _ scale: SegmentPlan.Scale?,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    let rows = try input.rowsToDivide()
    let matrix = try input.matrix(rows)
    let method: ScalingMethod =
      switch scale {
      case nil: .auto
      case .logz?: .logZ
      case .zscore?: .zScore
      case .robust?: .robust
      case .some(.none): ScalingMethod.none
      }
    self.rows = rows
    self.matrix = matrix
    (scaling, scaled) = try Segmentation.attempt(input.names) { () throws(ModelError) in
      let scaling = try Scaling(fitting: matrix, method, threads: context.threads)
      return (scaling, try scaling.apply(to: matrix))
    }
  }

  /// The most features that a note names one by one.
  private static let namedFeatures = 12

  /// Says how the features were scaled.
  func scaleNote(_ names: [String]) -> String {
    var parts: [String] = []
    for method in ScalingMethod.allCases {
      let own = names.indices.filter { scaling.columns[$0].method == method }
      guard !own.isEmpty else { continue }
      let isLong = own.count > Self.namedFeatures
      let listed = isLong ? "\(own.count) features" : own.map { names[$0] }.joined(separator: ", ")
      let which = own.count == names.count ? "all" : listed
      parts.append("\(method.word) \(which)")
    }
    let constant = names.indices.filter { scaling.columns[$0].isConstant }.map { names[$0] }
    if !constant.isEmpty {
      parts.append("the same for all rows, so without effect: \(constant.joined(separator: ", "))")
    }
    return "scale: " + parts.joined(separator: "; ")
  }

  /// Names the groups of labelled points and shows their centres, given in scaled units.
  func groups(
    _ input: SegmentInput,
    _ choice: ClusterChoice,
    rule: SegmentModel.Rule
  ) throws(ExecutionError) -> SegmentGroups {
    let count = choice.centres.rowCount
    let groupOf = SegmentGroups.order(input, rows: rows, labels: choice.labels, count: count)
    let model = SegmentModel(
      rule: rule,
      groupOf: groupOf,
      names: SegmentGroups.names(count),
      features: input.names
    )
    var groups = SegmentGroups(
      input,
      model,
      rows: rows,
      labels: choice.labels,
      remarks: choice.notes + [scaleNote(input.names)]
    )
    let centres = try Segmentation.attempt(input.names) { () throws(ModelError) in
      try scaling.unscale(choice.centres)
    }
    groups.relations[.selection] = choice.selection
    groups.relations[.centres] = Self.centres(centres, model)
    return groups
  }

  /// One row a group, in the units of the features.
  private static func centres(_ centres: Matrix, _ model: SegmentModel) -> Relation {
    let schema = Schema(
      [Field("segment", .text)] + model.features.map { Field("centre_\($0)", .float) }
    )
    var clusterOf = [Int](repeating: 0, count: model.names.count)
    for (cluster, group) in model.groupOf.enumerated() { clusterOf[Int(group)] = cluster }
    let rows = model.names.enumerated().map { group, name in
      [.text(name)] + centres.row(clusterOf[group]).map { Value.float($0) }
    }
    return Relation(schema: schema, rows: rows)
  }
}

extension ScalingMethod {
  /// The word of the language.
  fileprivate var word: String {
    switch self {
    case .none: "NONE"
    case .zScore: "ZSCORE"
    case .robust: "ROBUST"
    case .logZ: "LOGZ"
    case .auto: "AUTO"
    }
  }
}

extension SegmentInput {
  /// The rows to be grouped that have all features.
  func completeRows() -> [Int32] {
    (0..<rowCount).filter { row in
      isCandidate(row) && features.allSatisfy { !$0[row].isNaN }
    }.map { Int32(truncatingIfNeeded: $0) }
  }

  /// The rows to be grouped that have all features, of which there must be some.
  func rowsToDivide() throws(ExecutionError) -> [Int32] {
    let rows = completeRows()
    guard rows.isEmpty else { return rows }
    if let hasBought, !hasBought.contains(true) {
      throw .unfit(
        "nobody bought anything, and RFM is of those who did",
        hint: "ON engagement, or ON (click_count_sum, length_mean), looks at all users"
      )
    }
    guard (0..<rowCount).contains(where: isCandidate) else {
      throw .unfit(
        "there is nobody to divide",
        hint: "WHERE and AS OF leave no row: look at the same from FEATURES or SELECT"
      )
    }
    throw .unfit(
      "no row has all of the features: \(names.joined(separator: ", "))",
      hint: "ask for fewer features, or coalesce(feature, 0)"
    )
  }

  /// The rows as a matrix.
  func matrix(_ rows: [Int32]) throws(ExecutionError) -> Matrix {
    let columns = features.map { column in rows.map { column[Int($0)] } }
    return try Segmentation.attempt(names) { () throws(ModelError) in
      try Matrix(columns: columns)
    }
  }
}
