import BQLColumnar
import BQLModels
import BQLPlanning

/// Holds the rows that a model learns from or predicts, column by column.
struct ModelRows: Sendable {
  /// Holds the memory of the columns.
  private let lease: MemoryLease
  let rowCount: Int
  /// Who each row is of; nil where there is no key.
  let keys: Column?
  /// Rows of one number are of one user; each row is its own without a key.
  let groups: [Int32]
  /// What is predicted, as it stands; nil where nothing is asked.
  let label: Column?
  /// How old each row is: a larger number is newer; nil where nothing tells.
  let times: [Double]?
  /// From when on the label is known, on the same scale.
  let labelEnds: [Double]?
  let recency: [Double]?
  let spent: [Double]?
  let revenue: [Double]?
  let worth: [Double]?
  private let columns: [Column]
  private let names: [String]

  /// Runs the query of the rows.
  init(
    _ rows: TrainRows,
    _ context: ExecutionContext,
    notes: inout [String]
  ) throws(ExecutionError) {
    let (relation, found) = try Executor.run(Optimizer.optimize(rows.plan), context)
    notes += found
    self = try ModelRows(rows, relation, context)
  }

  /// Takes rows that are there.
  init(
    _ rows: TrainRows,
    _ relation: Relation,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    rowCount = relation.rowCount
    lease = context.lease("model")
    try lease.grow(by: relation.rowCount * (rows.features.count * 16 + 64))
    keys = rows.key.map(relation.column)
    groups = Self.groups((rows.group ?? rows.key).map(relation.column), relation.rowCount)
    label = rows.label.map(relation.column)
    func numbers(_ place: Int?) -> [Double]? {
      place.flatMap { Self.numbers(of: relation.column($0)) }
    }
    if case .users = rows.owner {
      // Snapshots count back from the newest.
      times = numbers(rows.time).map { $0.map { -$0 } }
    } else {
      times = numbers(rows.time)
    }
    labelEnds = numbers(rows.labelEnd)
    recency = numbers(rows.recency)
    spent = numbers(rows.spent)
    revenue = numbers(rows.revenue)
    worth = numbers(rows.worth)
    columns = rows.features.map(relation.column)
    names = rows.featureNames
  }

  /// The values as numbers; of times microseconds.
  private static func numbers(of column: Column) -> [Double]? {
    if let numbers = column.numbers { return numbers }
    guard case .ints(let ints) = column.values else { return nil }
    return ints.indices.map { column.isValid($0) ? Double(ints[$0]) : .nan }
  }

  /// Numbers equal keys alike, in the order in which they appear; NULLs are each of their own.
  private static func groups(_ column: Column?, _ rowCount: Int) -> [Int32] {
    let places = (0..<rowCount).map { Int32(truncatingIfNeeded: $0) }
    guard let column else { return places }
    var next: Int32 = 0
    func number<Key: Hashable>(_ keys: [Key]) -> [Int32] {
      var known: [Key: Int32] = [:]
      return keys.indices.map { row in
        if column.isValid(row), let found = known[keys[row]] { return found }
        next += 1
        if column.isValid(row) { known[keys[row]] = next - 1 }
        return next - 1
      }
    }
    switch column.values {
    case .ints(let ints): return number(ints)
    case .floats(let floats): return number(floats)
    case .bools(let bools): return number(bools)
    case .texts(let codes, let dictionary): return number(codes.map { dictionary[Int($0)] })
    }
  }

  /// Describes the features, as far as the training rows show them.
  ///
  /// A text is a category; of more than ``largestCategoryCount`` the most frequent ones are told
  /// apart.
  func features(seenIn rows: [Int32]) -> [TrainedModel.Feature] {
    zip(names, columns).map { name, column in
      guard case .texts(let codes, let dictionary) = column.values else {
        return TrainedModel.Feature(name)
      }
      var counts: [String: Int] = [:]
      for row in rows where column.isValid(Int(row)) {
        counts[dictionary[Int(codes[Int(row)])], default: 0] += 1
      }
      let frequent = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      return TrainedModel.Feature(
        name,
        .category,
        categories: frequent.prefix(Self.largestCategoryCount).map(\.key)
      )
    }
  }

  private static let largestCategoryCount = 250

  /// Returns the features as numbers; texts that the training rows did not have are missing.
  func table(
    _ features: [TrainedModel.Feature],
    threads: Int
  ) throws(ExecutionError) -> FeatureTable {
    let found = ParallelWork.map(count: features.count, threads: threads) {
      index -> BQLModels.FeatureColumn in
      let (feature, column) = (features[index], columns[index])
      if feature.kind == .number {
        let none = { [Double](repeating: .nan, count: rowCount) }
        return BQLModels.FeatureColumn(column.numbers ?? none())
      }
      guard case .texts(let codes, let dictionary) = column.values else {
        let texts = feature.categories
        let numbers = column.numbers ?? []
        // A model that was loaded may call a number a category.
        return BQLModels.FeatureColumn(
          numbers.map { texts.isEmpty ? $0 : .nan },
          .category
        )
      }
      var places: [String: Double] = [:]
      for (place, text) in feature.categories.enumerated() { places[text] = Double(place) }
      let known = (0..<dictionary.count).map { places[dictionary[$0]] ?? .nan }
      return BQLModels.FeatureColumn(
        codes.indices.map { column.isValid($0) ? known[Int(codes[$0])] : .nan },
        .category
      )
    }
    return try ModelWork.attempt(names) { () throws(ModelError) in try FeatureTable(found) }
  }
}

/// Runs computations on numbers, and tells in the words of the features what they cannot work on.
enum ModelWork {
  static func attempt<Result>(
    _ names: [String],
    _ body: () throws(ModelError) -> Result
  ) throws(ExecutionError) -> Result {
    do throws(ModelError) {
      return try body()
    } catch {
      switch error {
      case .noRows: throw .unfit("there are no rows to work on", hint: "load more, or ask for less")
      case .noColumns: throw .unfit("there is no feature to learn from", hint: nil)
      case .oneClass:
        throw .unfit(
          "all rows are of one class: there is nothing to tell apart",
          hint: "another HORIZON or target has both classes"
        )
      case .label:
        throw .unfit(
          "a label does not suit the loss: labels are below 1e140 in size, and for poisson at least 0",
          hint: "leave such rows out, WHERE …, or take another loss: USING gbdt(loss = squared)"
        )
      case .notFinite(_, let column) where column < names.count:
        throw .unfit(
          "'\(names[column])' holds numbers that are infinite or beyond 1e140",
          hint: "leave them out: WHERE, or nullif"
        )
      case .tooLarge:
        throw .unfit("there are too many rows to learn from", hint: "WHERE leaves some out")
      case .interrupted: throw .cancelled
      case .parameter("rows"):
        throw .unfit(
          "the model's trees do not tell how many training rows went each way, which contributions are "
            + "told by",
          hint: "a model that TRAIN made does"
        )
      default: throw .internal("a model was asked wrongly: \(error)")
      }
    }
  }
}
