import BQLColumnar
import BQLSyntax

extension Binder {
  /// Binds `MONOTONE a UP, b DOWN`: a direction for each feature, or none at all without the clause.
  mutating func bindMonotone(
    _ items: [MonotoneItem],
    _ rows: TrainRows,
    _ learner: LearnerOptions
  ) -> [Int]? {
    guard let first = items.first else { return [] }
    if learner.method != .gbdt || learner.loss == "quantile" {
      let isQuantile = learner.method == .gbdt
      let what = isQuantile ? "loss = quantile" : learner.method.rawValue
      return fail(
        .badClause,
        "\(what) cannot hold a prediction to a direction",
        at: first.feature.range,
        hints: [isQuantile ? "MONOTONE is for the other losses" : "MONOTONE is for USING gbdt"]
      )
    }
    let names = rows.featureNames.map { $0.lowercased() }
    var directions = [Int](repeating: 0, count: names.count)
    for item in items {
      let name = item.feature.name.lowercased()
      guard let place = names.firstIndex(of: name) else {
        return fail(
          .unknownColumn,
          "'\(item.feature.name)' is no feature of this model",
          at: item.feature.range,
          hints: suggestions(for: item.feature.name, among: rows.featureNames, kind: "features")
        )
      }
      let type = rows.plan.schema[rows.features[place]].type
      guard type.isFeature else {
        return fail(
          .typeMismatch,
          "'\(item.feature.name)' is a \(type.rawValue): it has no order that a prediction could "
            + "follow",
          at: item.feature.range,
          hints: ["MONOTONE takes numbers"]
        )
      }
      guard directions[place] == 0 else {
        return fail(
          .repeatedClause,
          "'\(item.feature.name)' stands twice",
          at: item.feature.range
        )
      }
      // A column that is a feature twice has one direction.
      for place in names.indices where names[place] == name {
        directions[place] = item.direction.value == .up ? 1 : -1
      }
    }
    return directions
  }
}
