/// Holds `TRAIN target clauses`; clauses may stand in any order, once each.
package struct TrainStatement: Hashable, Sendable {
  /// What is predicted: a built-in target's name, or an expression over a table's columns.
  package var target: Expression
  package var name: Identifier?
  /// FROM and WHERE, and PER session of `TRAIN conversion`.
  package var behavior = BehaviorClauses()
  /// `AFTER n EVENTS`: how much of a session `TRAIN conversion` sees.
  package var firstEvents: Choice<Int>?
  package var horizon: Choice<Duration>?
  package var snapshots: Choice<Int>?
  /// `FEATURES base`, `FEATURES (a, b)`.
  package var features: FeatureSource?
  package var learner: LearnerClause?
  package var split: SplitClause?
  package var calibration: Choice<CalibrationMethod>?
  /// `WEIGHTS BALANCED`: both classes weigh the same.
  package var weights: Choice<ClassWeights>?
  /// `MONOTONE a UP, b DOWN`: which way the prediction may go as a feature grows; empty for any.
  package var monotone: [MonotoneItem] = []
  /// `TUNE n`: of so many settings the best is taken.
  package var tune: Choice<Int>?
  package var seed: Choice<Int>?

  package init(target: Expression) {
    self.target = target
  }
}

/// Names a way to learn from rows.
package enum LearnerMethod: String, Hashable, Sendable, CaseIterable {
  /// Gradient boosting of decision trees on histograms.
  case gbdt = "GBDT"
  case logistic = "LOGISTIC"
}

/// Holds `USING gbdt(trees = 300, …)`.
package struct LearnerClause: Hashable, Sendable {
  /// Holds `name = value`.
  package struct Parameter: Hashable, Sendable {
    package var name: Identifier
    package var value: Expression

    package init(name: Identifier, value: Expression) {
      self.name = name
      self.value = value
    }
  }

  package var method: Choice<LearnerMethod>
  package var parameters: [Parameter]

  package init(method: Choice<LearnerMethod>, parameters: [Parameter]) {
    self.method = method
    self.parameters = parameters
  }
}

/// Names what tells training from test rows.
package enum SplitMethod: String, Hashable, Sendable, CaseIterable {
  /// The newest rows are the test.
  case time = "TIME"
  /// Some users are the test, with all their rows.
  case user = "USER"
}

/// Holds `SPLIT TIME [ON column]` or `SPLIT USER [25%]`.
package struct SplitClause: Hashable, Sendable {
  package var method: Choice<SplitMethod>
  /// What says how old a row of a table is.
  package var time: Expression?
  /// The share of users that are the test, in percent.
  package var percent: Choice<Double>?

  package init(
    method: Choice<SplitMethod>,
    time: Expression? = nil,
    percent: Choice<Double>? = nil
  ) {
    self.method = method
    self.time = time
    self.percent = percent
  }
}

/// Holds `feature UP` or `feature DOWN` of MONOTONE.
package struct MonotoneItem: Hashable, Sendable {
  /// Names which way a prediction may go as a feature grows.
  package enum Direction: String, Hashable, Sendable, CaseIterable {
    /// It never falls.
    case up = "UP"
    /// It never rises.
    case down = "DOWN"
  }

  package var feature: Identifier
  package var direction: Choice<Direction>

  package init(feature: Identifier, direction: Choice<Direction>) {
    self.feature = feature
    self.direction = direction
  }
}

/// Names a way to make probabilities of scores.
package enum CalibrationMethod: String, Hashable, Sendable, CaseIterable {
  /// A rising step function.
  case isotonic = "ISOTONIC"
  /// A logistic curve.
  case platt = "PLATT"
}

/// Says what the classes weigh.
package enum ClassWeights: String, Hashable, Sendable, CaseIterable {
  case balanced = "BALANCED"
  case none = "NONE"
}
