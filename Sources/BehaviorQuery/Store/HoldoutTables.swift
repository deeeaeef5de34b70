import BQLColumnar
import BQLModels
import BQLPlanning
import BQLStore

/// Lays out the rows that a model was not shown as two tables, and reads them.
///
/// `holdout` has a row each: `label`, `prediction`, `group_number`, `baseline_0` and so on, where known
/// `worth_at_cutoff`, `worth_at_horizon_end` and `key`. `sample` has the rows that are kept with their
/// features: `row`, a place in `holdout`, and `feature_0` and so on.
enum HoldoutTables {
  private static let holdout = "holdout"
  private static let sample = "sample"
  private static let worthNames = ["worth_at_cutoff", "worth_at_horizon_end"]

  private static func name(baseline index: Int) -> String { "baseline_\(index)" }
  private static func name(feature index: Int) -> String { "feature_\(index)" }

  static func parts(of holdout: ModelHoldout) -> [(name: String, content: ItemContent.Part)] {
    var columns: [(String, Column)] = [
      ("label", Column(floats: holdout.labels)),
      ("prediction", Column(floats: holdout.predictions)),
      ("group_number", Column(ints: holdout.groups.map { Int64($0) })),
    ]
    for (index, baseline) in holdout.baselines.enumerated() {
      columns.append((name(baseline: index), Column(floats: baseline.predictions)))
    }
    if let worth = holdout.values {
      columns.append((worthNames[0], Column(floats: worth.atCutoff)))
      columns.append((worthNames[1], Column(floats: worth.atHorizonEnd)))
    }
    if let keys = holdout.keys { columns.append(("key", keys)) }
    var features: [(String, Column)] = [("row", Column(ints: holdout.sample.map { Int64($0) }))]
    for (index, column) in holdout.sampleTable.columns.enumerated() {
      features.append((name(feature: index), Column(floats: column.values)))
    }
    return [
      (Self.holdout, .relation(relation(columns))), (sample, .relation(relation(features))),
    ]
  }

  private static func relation(_ columns: [(name: String, column: Column)]) -> Relation {
    Relation(
      schema: Schema(columns.map { Field($0.name, $0.column.type) }),
      columns: columns.map(\.column)
    )
  }

  /// Reads both tables; `kinds` are those of the model's features.
  static func holdout(
    _ opened: OpenedItem,
    baselines: [String],
    kinds: [FeatureKind]
  ) throws(StoreError) -> ModelHoldout {
    let rows = StoredTable(try opened.relation(holdout))
    let sample = StoredTable(try opened.relation(sample))
    let predicted = baselines.indices.compactMap { rows.floats(name(baseline: $0)) }
    let features = kinds.indices.compactMap { sample.floats(name(feature: $0)) }
    guard let labels = rows.floats("label"), let predictions = rows.floats("prediction"),
      let groups = rows.ints("group_number"), let places = sample.ints("row"),
      predicted.count == baselines.count, features.count == kinds.count,
      places.allSatisfy({ labels.indices.contains(Int($0)) }),
      let table = try? FeatureTable(zip(features, kinds).map { FeatureColumn($0, $1) })
    else { throw opened.damaged("the rows that it is judged by are not what they were") }
    var worth: ModelHoldout.Worth?
    if let atCutoff = rows.floats(worthNames[0]), let atHorizonEnd = rows.floats(worthNames[1]) {
      worth = ModelHoldout.Worth(atCutoff: atCutoff, atHorizonEnd: atHorizonEnd)
    }
    return ModelHoldout(
      labels: labels,
      predictions: predictions,
      baselines: zip(baselines, predicted).map { ModelHoldout.Baseline(name: $0, predictions: $1) },
      keys: rows.column("key"),
      groups: groups.map { Int32(truncatingIfNeeded: $0) },
      values: worth,
      sample: places.map { Int32(truncatingIfNeeded: $0) },
      sampleTable: table
    )
  }
}

/// Finds the columns of a table by their names.
private struct StoredTable {
  private let relation: Relation

  init(_ relation: Relation) { self.relation = relation }

  /// All rows of a column; nil where there is none of the name.
  func column(_ name: String) -> Column? {
    relation.schema.index(named: name).map { place in
      Column.concatenate(
        relation.chunks.map { $0.columns[place] },
        type: relation.schema[place].type
      )
    }
  }

  func floats(_ name: String) -> [Double]? {
    if case .floats(let values)? = column(name)?.values { values } else { nil }
  }

  func ints(_ name: String) -> [Int64]? {
    if case .ints(let values)? = column(name)?.values { values } else { nil }
  }
}
