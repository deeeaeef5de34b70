import BQLColumnar
import BQLModels
import BQLPlanning
import Glibc

/// Tells of each column how far it goes with a target, and what speaks against using it.
struct CorrelateOperator: Operator {
  /// The correlation from which on two columns say nearly the same.
  private static let redundant = 0.95
  /// The share of one value from which on a column is nearly constant.
  private static let nearlyConstant = 0.99
  /// The share of missing values from which on a column is remarked on.
  private static let oftenMissing = 0.5
  /// More columns than these are not compared with each other under METHOD mutual and spearman.
  private static let comparedColumns = 2_000

  let plan: CorrelatePlan
  let input: any Operator
  let notes: Notes

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let lease = context.lease("correlate")
    let chunks = try input.open(context).collect(context, lease)
    let schema = plan.input.schema
    let relation = Relation(schema: schema, chunks: chunks)
    try lease.grow(by: relation.rowCount * schema.count * 8)
    let columns = ParallelWork.map(count: schema.count, threads: context.threads) { index in
      FeatureValues(relation.column(index))
    }
    try context.checkCancelled()
    let names = schema.fields.map(\.name)
    let found = try Segmentation.attempt(names) { () throws(ModelError) -> Relation in
      try answer(of: columns, context)
    }
    return RelationStream(relation: found, context: context)
  }

  /// The values of a column as numbers; a text's are the numbers of its categories.
  private struct FeatureValues: Sendable {
    var numbers: [Double]
    /// From 0, −1 for NULL; nil for a number.
    var categories: [Int32]?

    init(_ column: Column) {
      if let numbers = column.numbers {
        (self.numbers, categories) = (numbers, nil)
        return
      }
      guard case .texts(let codes, let dictionary) = column.values else {
        (numbers, categories) = ([Double](repeating: .nan, count: column.count), nil)
        return
      }
      // Equal texts of several dictionaries have one number.
      var places: [String: Int32] = [:]
      let numbered = (0..<dictionary.count).map { code in
        if let known = places[dictionary[code]] { return known }
        let next = Int32(truncatingIfNeeded: places.count)
        places[dictionary[code]] = next
        return next
      }
      let found = codes.indices.map { column.isValid($0) ? numbered[Int(codes[$0])] : -1 }
      categories = found
      numbers = found.map { $0 < 0 ? .nan : Double($0) }
    }
  }

  private func answer(
    of columns: [FeatureValues],
    _ context: ExecutionContext
  ) throws(ModelError) -> Relation {
    let threads = context.threads
    let features = Array(columns.dropLast())
    let numbers = features.map(\.numbers)
    let associations = try associations(features, columns[plan.target], threads)
    let screenings = ColumnScreening.columns(numbers, threads: threads)
    let duplicates = ColumnScreening.duplicates(numbers, threads: threads)
    let groups = try redundancy(features, context)
    let qValues = FalseDiscovery.qValues(associations.map(\.pValue))
    let names = plan.input.schema.fields.map(\.name)
    let rows = features.indices.map { index -> [Value] in
      let (own, screening) = (associations[index], screenings[index])
      return [
        .text(names[index]), .text(plan.input.schema[index].type.rawValue),
        .int(Int64(own.pairs)), .float(screening.missingShare),
        ClusterChoice.cell(screening.modalShare), ClusterChoice.cell(own.strength),
        ClusterChoice.cell(own.low), ClusterChoice.cell(own.high),
        ClusterChoice.cell(own.pValue), ClusterChoice.cell(qValues[index]),
        duplicates[index].map { .text(names[$0]) } ?? .null,
        groups[index].map { .int(Int64($0 + 1)) } ?? .null,
        remark(screening, duplicates[index].map { names[$0] }, groups[index]),
      ]
    }
    // The strongest first; those without an answer last, in the order of the columns.
    let order = rows.indices.sorted { first, second in
      let (a, b) = (associations[first].strength.map(abs), associations[second].strength.map(abs))
      return (b ?? -1, first) < (a ?? -1, second)
    }
    addNotes(groups, columns[plan.target])
    return Relation(schema: plan.schema, rows: order.map { rows[$0] })
  }

  /// What a column has to do with the target.
  private struct Association: Sendable {
    var strength: Double?
    var low: Double?
    var high: Double?
    var pValue: Double?
    var pairs: Int

    /// With Fisher's interval, which holds for many rows.
    init(_ correlation: Correlation, isRank: Bool) {
      strength = correlation.coefficient
      pairs = correlation.pairs
      pValue = correlation.pValue
      guard let r = correlation.coefficient, pairs > 3, abs(r) < 1 else { return }
      let interval = correlation.interval(isRank: isRank)
      (low, high) = (interval.low, interval.high)
    }

    init(_ information: MutualInformation) {
      strength = information.pairs > 0 ? information.information : nil
      pairs = information.pairs
      pValue = information.pValue
    }
  }

  private func associations(
    _ features: [FeatureValues],
    _ target: FeatureValues,
    _ threads: Int
  ) throws(ModelError) -> [Association] {
    switch plan.method {
    case .pearson, .spearman:
      let isRank = plan.method == .spearman
      let found = try CorrelationTable.correlate(
        features.map(\.numbers),
        with: target.numbers,
        isRank ? .spearman : .pearson,
        threads: threads
      )
      return found.map { Association($0, isRank: isRank) }
    case .mutual:
      return try ParallelWork.map(
        count: features.count,
        threads: threads
      ) { (index) throws(ModelError) in
        let feature = features[index]
        if let categories = target.categories {
          return Association(try MutualInformation(feature.numbers, categories: categories))
        }
        if let categories = feature.categories {
          return Association(try MutualInformation(target.numbers, categories: categories))
        }
        return Association(try MutualInformation(feature.numbers, target.numbers))
      }
    }
  }

  /// The group of columns that say nearly the same as each other, for each column.
  private func redundancy(
    _ features: [FeatureValues],
    _ context: ExecutionContext
  ) throws(ModelError) -> [Int?] {
    let numeric = features.indices.filter { features[$0].categories == nil }
    guard numeric.count <= Self.comparedColumns else { return features.map { _ in nil } }
    let pairs: [Correlation]
    do throws(ModelError) {
      pairs = try CorrelationTable.allPairs(
        numeric.map { features[$0].numbers },
        plan.method == .spearman ? .spearman : .pearson,
        interruption: context.interruption,
        threads: context.threads
      )
    } catch {
      guard case .notFinite(let row, let column) = error else { throw error }
      throw .notFinite(row: row, column: numeric[column])
    }
    let found = try RedundancyGroups.groups(
      pairs,
      columns: numeric.count,
      threshold: Self.redundant
    )
    var groups = [Int?](repeating: nil, count: features.count)
    for (place, column) in numeric.enumerated() { groups[column] = found[place] }
    return groups
  }

  private func remark(
    _ screening: ColumnScreening,
    _ duplicate: String?,
    _ group: Int?
  ) -> Value {
    var remarks: [String] = []
    if screening.distinct == 0 {
      remarks.append("no value")
    } else if screening.distinct == 1 {
      remarks.append("constant")
    } else if let share = screening.modalShare, share >= Self.nearlyConstant {
      remarks.append("nearly constant")
    }
    if screening.distinct > 0, screening.missingShare >= Self.oftenMissing {
      remarks.append("often missing")
    }
    if let duplicate {
      remarks.append("equal to \(duplicate)")
    } else if group != nil, screening.distinct > 1 {
      remarks.append("redundant")
    }
    return remarks.isEmpty ? .null : .text(remarks.joined(separator: ", "))
  }

  private func addNotes(_ groups: [Int?], _ target: FeatureValues) {
    let name = plan.input.schema[plan.target].name
    let known = Set(target.numbers.lazy.filter { !$0.isNaN })
    if known.count < 2 {
      notes.add(
        known.isEmpty
          ? "\(name) has no value: nothing goes with it"
          : "\(name) is the same in all rows: nothing goes with it"
      )
    }
    switch plan.method {
    case .pearson, .spearman:
      notes.add(
        "correlation with \(name) over the rows that have both; it is no proof of a cause"
      )
    case .mutual:
      notes.add("mutual information with \(name) in nats, of values in at most 20 bins")
    }
    if groups.contains(where: { $0 != nil }) {
      notes.add(
        "columns of one redundancy_group are linked by correlations of 0.95 and more, or -0.95 and "
          + "less"
      )
    }
  }
}

extension Correlation {
  /// Fisher's 95 % interval `tanh(artanh r ± 1.96 s)`, `s² = 1 / (n − 3)`, of ranks `1.06 / (n − 3)`.
  ///
  /// Source: E. C. Fieller, H. O. Hartley, E. S. Pearson, *Biometrika* 44, 1957,
  /// doi:10.1093/biomet/44.3-4.470.
  fileprivate func interval(isRank: Bool) -> (low: Double?, high: Double?) {
    guard let coefficient, pairs > 3, abs(coefficient) < 1 else { return (nil, nil) }
    let middle = atanh(coefficient)
    let reach = 1.959963984540054 * ((isRank ? 1.06 : 1) / Double(pairs - 3)).squareRoot()
    return (tanh(middle - reach), tanh(middle + reach))
  }
}
