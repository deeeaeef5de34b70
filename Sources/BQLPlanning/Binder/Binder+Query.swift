package import BQLColumnar
import BQLFunctions
package import BQLSyntax

extension Binder {
  /// Binds a question; a nil result has left a diagnostic.
  package mutating func bind(_ query: Query) -> BoundQuery? {
    guard let bound = bindKind(of: query) else { return nil }
    guard case .behavior(var question) = bound else { return bound }
    noteConstruction(question.behavior)
    // The log gets the attributes that the question names as columns behind its own.
    question.behavior.log = attributeSlots.attaching(to: question.behavior.log)
    return .behavior(question)
  }

  private mutating func bindKind(of query: Query) -> BoundQuery? {
    switch query.kind {
    case .select(let select): return bindSelect(select, at: query.range)
    case .funnel(let funnel):
      return bindFunnel(funnel, at: query.range).map { .behavior(.funnel($0)) }
    case .retention(let retention):
      return bindRetention(retention, at: query.range).map { .behavior(.retention($0)) }
    case .lifecycle(let lifecycle):
      return bindLifecycle(lifecycle, at: query.range).map { .behavior(.activity($0)) }
    case .stickiness(let stickiness):
      return bindStickiness(stickiness, at: query.range).map { .behavior(.activity($0)) }
    case .active(let active):
      return bindActive(active, at: query.range).map { .behavior(.activity($0)) }
    case .intervals(let intervals):
      return bindIntervals(intervals, at: query.range).map { .behavior(.intervals($0)) }
    case .heatmap(let heatmap):
      return bindHeatmap(heatmap, at: query.range).map { .behavior(.heatmap($0)) }
    case .paths(let paths):
      return bindPaths(paths, at: query.range).map { .behavior(.paths($0)) }
    case .transitions(let transitions):
      return bindTransitions(transitions, at: query.range).map { .behavior(.transitions($0)) }
    case .match(let match):
      return bindMatch(match, at: query.range).map { .behavior(.match($0)) }
    case .sessions(let sessions):
      return bindSessions(sessions, at: query.range).map { .behavior(.sessions($0)) }
    case .timing(let timing):
      return bindTiming(timing, at: query.range).map { .behavior(.timing($0)) }
    case .rfm(let rfm): return bindRFM(rfm, at: query.range).map { .behavior(.rfm($0)) }
    case .correlate(let correlate):
      return bindCorrelate(correlate, at: query.range).map { .correlate($0) }
    case .showSegment(let show): return bindShowSegment(show).map { .values($0) }
    case .features(let features):
      return bindFeatures(features, at: query.range).map { .behavior(.features($0)) }
    case .model(let question): return bindModel(question).map { .model($0) }
    case .describe(let describe): return bindDescribe(describe).map { .values($0) }
    case .summarize(let summarize): return bindSummarize(summarize).map { .summarize($0) }
    case .show(let show): return .values(bindShow(show))
    case .explain:
      return fail(.unexpectedToken, "EXPLAIN stands alone, not inside a query", at: query.range)
    case .unimplemented(let feature): return unimplemented(feature, at: query.range)
    }
  }

  /// Binds a condition that stands alone: ASSERT's.
  package mutating func bindAssertion(_ condition: Expression) -> BoundExpression? {
    bindCondition(
      condition,
      ExpressionContext(scope: Scope(columns: []), clause: "ASSERT", grouping: nil)
    )
  }

  /// Binds a condition over a table's rows: LOAD's WHERE.
  package mutating func bindRowCondition(
    _ condition: Expression,
    schema: Schema,
    clause: String
  ) -> BoundExpression? {
    bindCondition(
      condition,
      ExpressionContext(
        scope: Scope(schema: schema, qualifier: nil),
        clause: clause,
        grouping: nil
      )
    )
  }
}
