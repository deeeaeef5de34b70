import BQLColumnar

/// Asks for a model of what rows have in common that turned out alike.
package struct TrainPlan: Sendable {
  /// Says what is predicted.
  package enum Target: Hashable, Sendable {
    /// A customer who bought before the cutoff and does not in the horizon.
    case churn
    /// A customer among those who make 80 % of the horizon's revenue.
    case highValue
    /// What a customer spends in the horizon.
    case revenue
    /// A user who was there before the cutoff and is there again in the horizon.
    case returning
    /// A session without a purchase in its first events that has one later.
    case conversion(firstEvents: Int)
    /// A column of a table.
    case column(String)

    /// The share of the horizon's revenue that customers of high value make together.
    package static let highValueShare = 0.8
  }

  /// Says how rows are parted into those to learn from and those to judge by.
  package enum Split: Hashable, Sendable {
    /// The newest snapshot, or the newest quarter of the rows, is the test.
    case time
    /// This share of the users, or of the rows where there are no users, is the test.
    case user(share: Double)
  }

  /// The rows that are learnt from, and what their columns mean.
  package var rows: TrainRows
  package var name: String
  package var target: Target
  /// The statement, as it would be written.
  package var definition: String
  package var learner: LearnerOptions
  package var split: Split
  package var calibration: Calibration?
  package var isBalanced: Bool
  /// Of each feature, +1 where the prediction must not fall as it grows, −1 where it must not rise,
  /// 0 else; empty for none.
  package var monotone: [Int]
  /// Settings that are tried; nil without TUNE.
  package var tune: Int?
  package var seed: UInt64
  /// The states of tables and attributes that rows come from.
  package var sources: [UserAttribute.TableState]

  /// The features that MONOTONE names, with their directions, as it has them: `orders UP`.
  package var monotoneNames: [String] {
    zip(rows.featureNames, monotone).filter { $0.1 != 0 }
      .map { $0.0 + ($0.1 > 0 ? " UP" : " DOWN") }
  }

  /// Says how scores become probabilities.
  package enum Calibration: String, Hashable, Sendable {
    case isotonic, platt
  }
}

/// Holds a query whose rows a model learns from or predicts, and what its columns mean.
package struct TrainRows: Sendable {
  /// Says whose rows they are.
  package enum Owner: Sendable {
    /// Users of a log at one or several cutoffs.
    case users(UserRows)
    /// Sessions of a log.
    case sessions(logName: String)
    case table(name: String)
  }

  package var plan: LogicalPlan
  package var owner: Owner
  /// The column of the plan that says who the row is of; nil where none does, as of those below.
  package var key: Int?
  /// The column of whom the key is part of, where it is not the user.
  package var group: Int?
  /// The column of how old a row is: of users a cutoff's number, 1 = the newest; else a time or number.
  package var time: Int?
  /// The column of when the label is known from.
  package var labelEnd: Int?
  /// The column of what is predicted.
  package var label: Int?
  /// The column of what the customer spent so far.
  package var spent: Int?
  /// The column of what the customer spends in the horizon.
  package var revenue: Int?
  /// The column of what the customer is worth, where the statement says it.
  package var worth: Int?
  /// The column of how long ago the customer bought, or the user was there, last.
  package var recency: Int?
  package var features: [Int]

  package init(
    plan: LogicalPlan,
    owner: Owner,
    features: [Int]
  ) {
    self.plan = plan
    self.owner = owner
    self.features = features
  }

  package var featureNames: [String] { features.map { plan.schema[$0].name } }

  /// Says when users were looked at; times in microseconds.
  package struct UserRows: Sendable {
    package var logName: String
    /// The newest first.
    package var cutoffs: [Int64]
    package var horizon: Int64
    /// The log's first instant.
    package var logStart: Int64

    package init(logName: String, cutoffs: [Int64], horizon: Int64, logStart: Int64) {
      self.logName = logName
      self.cutoffs = cutoffs
      self.horizon = horizon
      self.logStart = logStart
    }

    /// The share of revenue that is profit, where nothing else is said.
    package static let margin = FeaturesPlan.Campaign().margin

    /// What a customer is worth over a horizon who spent so much up to an instant, by the profit of
    /// an average week so far.
    package func worth(of spent: Double, at instant: Int64) -> Double {
      let past = Double(instant - logStart)
      return past > 0 ? spent * Self.margin * Double(horizon) / past : 0
    }
  }

  /// What a row is called.
  package var unitName: String {
    switch owner {
    case .users: "users"
    case .sessions: "sessions"
    case .table: "rows"
    }
  }
}

/// Says how a model learns; nil takes what the learner finds good.
package struct LearnerOptions: Hashable, Sendable {
  /// Names a learner.
  package enum Method: String, Hashable, Sendable {
    case gbdt, logistic
  }

  package var method: Method
  /// Numbers by lower-case name.
  package var numbers: [String: Double]
  /// `loss = …` of a regression.
  package var loss: String?

  package init(_ method: Method, numbers: [String: Double] = [:], loss: String? = nil) {
    self.method = method
    self.numbers = numbers
    self.loss = loss
  }
}
