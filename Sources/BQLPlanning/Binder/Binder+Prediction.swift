package import BQLSyntax

extension Binder {
  /// Binds `PREDICT m … AS name`, which gives users an attribute.
  package mutating func bindPrediction(
    _ question: ModelQuery,
    as name: Identifier,
    at range: SourceRange
  ) -> BoundAttributes? {
    guard let bound = bindModel(question) else { return nil }
    guard case .users? = bound.rows?.owner, bound.rows?.key != nil else {
      return fail(
        .badClause,
        "AS gives users an attribute, and '\(bound.model.name)' predicts no users",
        at: name.range,
        hints: ["LET name = PREDICT \(bound.model.name) … keeps the answer"]
      )
    }
    guard var attributes = self.bound(.model(bound), key: 0, at: range, names: [name]) else {
      return nil
    }
    // The model has learnt from what came behind its cutoffs: so does all that it says.
    if case .users(let users)? = bound.model.owner, let newest = users.cutoffs.first {
      let learnt = min(users.logStart, newest)...(newest + users.horizon)
      attributes.period = union([attributes.period, learnt].compactMap { $0 })
    }
    return attributes
  }
}
