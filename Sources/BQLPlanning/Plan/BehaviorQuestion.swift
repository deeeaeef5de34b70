package import BQLColumnar

/// Says which question a behaviour statement asks.
package enum BehaviorQuestion: Sendable {
  case funnel(FunnelPlan)
  case retention(RetentionPlan)
  case activity(ActivityPlan)
  case intervals(IntervalsPlan)
  case heatmap(HeatmapPlan)
  case paths(PathsPlan)
  case transitions(TransitionsPlan)
  case match(MatchPlan)
  case sessions(SessionsPlan)
  case timing(TimingPlan)
  case rfm(RFMPlan)
  case features(FeaturesPlan)

  /// The clauses that all questions share.
  package var behavior: BehaviorPlan {
    get {
      switch self {
      case .funnel(let plan): plan.behavior
      case .retention(let plan): plan.behavior
      case .activity(let plan): plan.behavior
      case .intervals(let plan): plan.behavior
      case .heatmap(let plan): plan.behavior
      case .paths(let plan): plan.behavior
      case .transitions(let plan): plan.behavior
      case .match(let plan): plan.behavior
      case .sessions(let plan): plan.behavior
      case .timing(let plan): plan.behavior
      case .rfm(let plan): plan.behavior
      case .features(let plan): plan.behavior
      }
    }
    set {
      switch self {
      case .funnel(var plan):
        plan.behavior = newValue
        self = .funnel(plan)
      case .retention(var plan):
        plan.behavior = newValue
        self = .retention(plan)
      case .activity(var plan):
        plan.behavior = newValue
        self = .activity(plan)
      case .intervals(var plan):
        plan.behavior = newValue
        self = .intervals(plan)
      case .heatmap(var plan):
        plan.behavior = newValue
        self = .heatmap(plan)
      case .paths(var plan):
        plan.behavior = newValue
        self = .paths(plan)
      case .transitions(var plan):
        plan.behavior = newValue
        self = .transitions(plan)
      case .match(var plan):
        plan.behavior = newValue
        self = .match(plan)
      case .sessions(var plan):
        plan.behavior = newValue
        self = .sessions(plan)
      case .timing(var plan):
        plan.behavior = newValue
        self = .timing(plan)
      case .rfm(var plan):
        plan.behavior = newValue
        self = .rfm(plan)
      case .features(var plan):
        plan.behavior = newValue
        self = .features(plan)
      }
    }
  }

  /// The answer's columns.
  package var schema: Schema {
    switch self {
    case .funnel(let plan): plan.schema
    case .retention(let plan): plan.schema
    case .activity(let plan): plan.schema
    case .intervals(let plan): plan.schema
    case .heatmap(let plan): plan.schema
    case .paths(let plan): plan.schema
    case .transitions(let plan): plan.schema
    case .match(let plan): plan.schema
    case .sessions(let plan): plan.schema
    case .timing(let plan): plan.schema
    case .rfm(let plan): plan.schema
    case .features(let plan): plan.schema
    }
  }

  /// The question in words, one line.
  var title: String {
    switch self {
    case .funnel(let plan): plan.title
    case .retention(let plan): plan.title
    case .activity(let plan): plan.title
    case .intervals(let plan): plan.title
    case .heatmap(let plan): plan.title
    case .paths(let plan): plan.title
    case .transitions(let plan): plan.title
    case .match(let plan): plan.title
    case .sessions(let plan): plan.title
    case .timing(let plan): plan.title
    case .rfm(let plan): plan.title
    case .features(let plan): plan.title
    }
  }

  /// Returns the question with `transform` applied to its expressions.
  func mapExpressions(_ transform: (BoundExpression) -> BoundExpression) -> BehaviorQuestion {
    var question = self
    question.behavior.filter = behavior.filter.map(transform)
    question.behavior.dimensions = behavior.dimensions.map {
      NamedExpression($0.name, transform($0.expression))
    }
    switch question {
    case .funnel(let plan): return .funnel(plan.mapConditions(transform))
    case .retention(var plan):
      plan.of = plan.of.mapConditions(transform)
      plan.returning = plan.returning.mapConditions(transform)
      return .retention(plan)
    case .activity(var plan):
      plan.of = plan.of.mapConditions(transform)
      return .activity(plan)
    case .intervals(var plan):
      plan.of = plan.of.mapConditions(transform)
      return .intervals(plan)
    case .heatmap(var plan):
      plan.of = plan.of.mapConditions(transform)
      return .heatmap(plan)
    case .paths(let plan): return .paths(plan.mapExpressions(transform))
    case .transitions(let plan): return .transitions(plan.mapExpressions(transform))
    case .match(let plan): return .match(plan.mapConditions(transform))
    case .sessions(var plan):
      plan.edge = NamedExpression(plan.edge.name, transform(plan.edge.expression))
      return .sessions(plan)
    case .timing(var plan):
      plan.start = plan.start.mapConditions(transform)
      plan.end = plan.end.mapConditions(transform)
      return .timing(plan)
    case .rfm, .features: return question
    }
  }

  /// The last instant whose rows are read, where the question has one; nil: the log's end.
  var lastInstant: Int64? {
    switch self {
    case .rfm(let plan): plan.asOf.subtractingReportingOverflow(1).partialValue
    case .features(let plan): plan.lastInstant
    case .funnel, .retention, .activity, .intervals, .heatmap, .paths, .transitions, .match,
      .sessions, .timing:
      nil
    }
  }
}
