package import BQLColumnar

/// Says which question a behaviour statement asks.
package enum BehaviorQuestion: Sendable {
  case funnel(FunnelPlan)

  /// The clauses that all questions share.
  package var behavior: BehaviorPlan {
    get {
      switch self {
      case .funnel(let plan): plan.behavior
      }
    }
    set {
      switch self {
      case .funnel(var plan):
        plan.behavior = newValue
        self = .funnel(plan)
      }
    }
  }

  /// The answer's columns.
  package var schema: Schema {
    switch self {
    case .funnel(let plan): plan.schema
    }
  }

  /// The question in words, one line.
  var title: String {
    switch self {
    case .funnel(let plan): plan.title
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
    }
  }
}
