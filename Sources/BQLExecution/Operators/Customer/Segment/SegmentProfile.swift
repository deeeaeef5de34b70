import BQLColumnar
import BQLModels
import BQLPlanning

/// Tells of each group how large it is, what it is worth and what sets it apart.
struct SegmentProfile: Sendable {
  /// One row a group.
  let profile: Relation
  /// One row a group and feature.
  let differences: Relation

  /// The most medians that a profile shows: those of the features that set groups apart most.
  static let shownMedians = 20
  /// The differences that a profile names.
  private static let shownDifferences = 3
  /// The size from which on a difference is called high or low in a label: Cohen's small effect.
  private static let labelled = 0.2

  /// Compares the groups; `unit` says what the rows are: users, or rows of a table.
  init(
    _ groups: SegmentGroups,
    _ input: SegmentInput,
    unit: String,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    let members = Members(groups, isKept: input.isKept)
    let columns = try Segmentation.attempt(input.names) { () throws(ModelError) in
      try FeatureColumn.columns(input.features, members, threads: context.threads)
    }
    differences = Self.differences(input.names, columns, members, unit: unit)
    profile = Self.profile(input, columns, members, unit: unit)
  }

  /// The rows of each group that take part; the last are those of none.
  struct Members: Sendable {
    let names: [String?]
    let rows: [[Int32]]

    init(_ groups: SegmentGroups, isKept: [Bool]) {
      var rows = [[Int32]](repeating: [], count: groups.names.count + 1)
      for (row, code) in groups.codes.enumerated() where isKept[row] {
        rows[code < 0 ? groups.names.count : Int(code)].append(Int32(truncatingIfNeeded: row))
      }
      var names: [String?] = groups.names
      if rows.last?.isEmpty ?? true { rows.removeLast() } else { names.append(nil) }
      self.names = names
      self.rows = rows
    }

    /// Whether a group is one of those that the features divide.
    func isDivided(_ group: Int) -> Bool {
      guard let name = names[group] else { return false }
      return name != SegmentGroups.nobody
    }
  }

  /// What one feature is in each group.
  struct FeatureColumn: Sendable {
    /// In the feature's own units.
    var medians: [Double?]
    var means: [Double?]
    /// Against the other groups that are divided, on the scale on which features are compared; nil
    /// where there is nothing to compare.
    let contrasts: [StandardizedDifference?]

    static func columns(
      _ features: [[Double]],
      _ members: Members,
      threads: Int
    ) throws(ModelError) -> [FeatureColumn] {
      let count = members.rows.count
      var labels: [Int32] = []
      var rows: [Int32] = []
      for group in 0..<count where members.isDivided(group) {
        rows += members.rows[group]
        let label = Int32(truncatingIfNeeded: group)
        labels += [Int32](repeating: label, count: members.rows[group].count)
      }
      let places = rows
      let own = ParallelWork.map(count: features.count, threads: threads) { index in
        let values = features[index]
        return places.map { values[Int($0)] }
      }
      // Skewed features are compared by their logarithms, as they are scaled.
      let scaled = ParallelWork.map(count: features.count, threads: threads) { index in
        let scale = ColumnScale(fitting: own[index], .auto)
        return own[index].map(scale.scaled)
      }
      let told = try GroupContrast.table(own, labels: labels, groups: count, threads: threads)
      let compared = try GroupContrast.table(
        scaled,
        labels: labels,
        groups: count,
        hasMedians: false,
        threads: threads
      )
      return features.indices.map { index in
        var column = FeatureColumn(
          medians: told[index].map(\.median),
          means: told[index].map(\.mean),
          contrasts: compared[index].map { StandardizedDifference($0) }
        )
        for group in 0..<count where !members.isDivided(group) {
          let values = members.rows[group].map { features[index][Int($0)] }.filter { !$0.isNaN }
          column.medians[group] = Quantiles.median(values)
          column.means[group] = values.isEmpty ? nil : Moments(values).mean
        }
        return column
      }
    }
  }

  private static func differences(
    _ names: [String],
    _ columns: [FeatureColumn],
    _ members: Members,
    unit: String
  ) -> Relation {
    let schema = Schema([
      Field("segment", .text), Field("feature", .text), Field(unit, .int), Field("median", .float),
      Field("mean", .float), Field("difference", .float), Field("ci_low", .float),
      Field("ci_high", .float),
    ])
    var rows: [[Value]] = []
    for group in members.names.indices where members.isDivided(group) {
      for (name, column) in zip(names, columns) {
        let contrast = column.contrasts[group]
        rows.append([
          members.names[group].map { .text($0) } ?? .null, .text(name),
          .int(Int64(members.rows[group].count)), ClusterChoice.cell(column.medians[group]),
          ClusterChoice.cell(column.means[group]), ClusterChoice.cell(contrast?.difference),
          ClusterChoice.cell(contrast?.low), ClusterChoice.cell(contrast?.high),
        ])
      }
    }
    return Relation(schema: schema, rows: rows)
  }

  private static func profile(
    _ input: SegmentInput,
    _ columns: [FeatureColumn],
    _ members: Members,
    unit: String
  ) -> Relation {
    let total = members.rows.reduce(0) { $0 + $1.count }
    let worth = input.worth.map { values in members.rows.map { Worth($0, values) } }
    let whole = worth.map { $0.reduce(0) { $0 + $1.sum } } ?? 0
    var fields = [
      Field("segment", .text), Field("label", .text), Field(unit, .int), Field("share", .float),
    ]
    let shown = shownFeatures(columns)
    fields += shown.map { Field("median_\(input.names[$0])", .float) }
    if worth != nil {
      let sumType = input.worthType == .int ? .float : input.worthType
      fields += [
        Field("revenue", sumType), Field("revenue_share", .float), Field("mean_revenue", .float),
      ]
    }
    fields.append(Field("apart", .text))
    let rows = members.names.indices.map { group -> [Value] in
      let size = members.rows[group].count
      let ranked = ranked(input.names, columns, group)
      var cells: [Value] = [
        members.names[group].map { .text($0) } ?? .null, label(group, members, ranked),
        .int(Int64(size)), .float(total > 0 ? Double(size) / Double(total) : 0),
      ]
      cells += shown.map { ClusterChoice.cell(columns[$0].medians[group]) }
      if let worth = worth?[group] {
        cells += [
          worth.cell(input.worthType),
          whole == 0 ? .null : .float(worth.sum / whole),
          size == 0 ? .null : .float(worth.sum / Double(size)),
        ]
      }
      cells.append(ranked.isEmpty ? .null : .text(apart(ranked)))
      return cells
    }
    return Relation(schema: Schema(fields), rows: rows)
  }

  /// What the rows of a group are worth together.
  private struct Worth {
    let sum: Double

    init(_ rows: [Int32], _ values: [Double]) {
      sum = rows.reduce(0) { sum, row in
        let value = values[Int(row)]
        return value.isNaN ? sum : sum + value
      }
    }

    func cell(_ type: DataType) -> Value {
      guard type == .decimal else { return .float(sum) }
      return Int64(exactly: (sum * 100).rounded()).map { .decimal($0) } ?? .null
    }
  }

  /// The features whose medians are shown, in their order.
  private static func shownFeatures(_ columns: [FeatureColumn]) -> [Int] {
    guard columns.count > shownMedians else { return Array(columns.indices) }
    let largest = columns.map { column in
      column.contrasts.compactMap { $0.map { abs($0.difference) } }.max() ?? 0
    }
    let ranked = columns.indices.sorted { (largest[$1], $0) < (largest[$0], $1) }
    return ranked.prefix(shownMedians).sorted()
  }

  /// The features of a group, those that set it apart most first.
  private static func ranked(
    _ names: [String],
    _ columns: [FeatureColumn],
    _ group: Int
  ) -> [(name: String, contrast: StandardizedDifference)] {
    let found = columns.indices.compactMap { feature in
      columns[feature].contrasts[group].map { (name: names[feature], contrast: $0) }
    }
    return found.enumerated().sorted { first, second in
      let left = abs(first.element.contrast.difference)
      let right = abs(second.element.contrast.difference)
      return left == right ? first.offset < second.offset : left > right
    }.map(\.element)
  }

  /// Names a group by the two features that set it apart most.
  private static func label(
    _ group: Int,
    _ members: Members,
    _ ranked: [(name: String, contrast: StandardizedDifference)]
  ) -> Value {
    guard let name = members.names[group] else { return .text("in no group") }
    if name == SegmentGroups.nobody { return .text("bought nothing") }
    if members.rows[group].isEmpty { return .text("nobody") }
    let words = ranked.prefix(2).filter { abs($0.contrast.difference) >= labelled }
      .map { ($0.contrast.difference > 0 ? "high " : "low ") + $0.name }
    return .text(words.isEmpty ? "like the others" : words.joined(separator: ", "))
  }

  private static func apart(
    _ ranked: [(name: String, contrast: StandardizedDifference)]
  ) -> String {
    ranked.prefix(shownDifferences).map { name, contrast in
      if contrast.difference.isInfinite {
        return "\(name) wholly \(contrast.difference > 0 ? "above" : "below")"
      }
      let interval = "\(signed(contrast.low)) to \(signed(contrast.high))"
      return "\(name) \(signed(contrast.difference)) (\(interval))"
    }.joined(separator: ", ")
  }

  /// A number with its sign, to two places.
  private static func signed(_ number: Double) -> String {
    let text = ValueText.text(.float((number * 100).rounded() / 100))
    return number < 0 ? text : "+" + text
  }
}

/// Holds a standardised difference and its interval.
struct StandardizedDifference: Hashable, Sendable {
  let difference: Double
  let low: Double
  let high: Double

  /// nil where there is nothing to compare.
  init?(_ contrast: GroupContrast) {
    guard let difference = contrast.difference, let low = contrast.low, let high = contrast.high
    else { return nil }
    (self.difference, self.low, self.high) = (difference, low, high)
  }
}
