package import BQLColumnar

extension FeatureSet {
  /// The data dictionary: a row a column, in their order.
  package var dictionary: Relation {
    let schema = Schema([
      Field("column", .text), Field("type", .text), Field("definition", .text),
      Field("unit", .text), Field("null_rule", .text), Field("filled_with", .text),
      Field("reach", .text),
    ])
    let rows = features.map { feature -> [Value] in
      let isFilled = feature.fill != .none && !feature.nullRule.isEmpty
      return [
        .text(feature.name), .text(feature.type?.rawValue ?? "as USER"), .text(feature.definition),
        .text(feature.unit), feature.nullRule.isEmpty ? .null : .text(feature.nullRule),
        isFilled ? .text(feature.fill.rawValue) : .null, .text(feature.reach.rawValue),
      ]
    }
    return Relation(schema: schema, rows: rows)
  }
}
