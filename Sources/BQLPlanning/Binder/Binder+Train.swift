import BQLColumnar
import BQLModels
import BQLStorage
package import BQLSyntax

extension Binder {
  /// Names the targets that a log has without being told.
  private static let builtInTargets = ["churn", "high_value", "conversion", "revenue", "return"]

  /// Binds a TRAIN.
  package mutating func bindTrain(
    _ train: TrainStatement,
    at range: SourceRange
  ) -> TrainPlan? {
    guard let learner = bindLearner(train.learner) else { return nil }
    let bound: (rows: TrainRows, target: TrainPlan.Target, name: String)?
    if let table = plainTable(train.behavior.from) {
      bound = bindTrainTable(train, table, at: range)
    } else {
      bound = bindTrainLog(train, at: range)
    }
    guard let bound, let split = bindSplit(train, bound.rows),
      let monotone = bindMonotone(train.monotone, bound.rows, learner)
    else { return nil }
    let name = train.name?.name ?? bound.name
    return TrainPlan(
      rows: bound.rows,
      name: name,
      target: bound.target,
      definition: Formatter.print(Statement(.train(train), range: range)),
      learner: learner,
      split: split,
      calibration: train.calibration.flatMap {
        TrainPlan.Calibration(rawValue: $0.value.rawValue.lowercased())
      },
      isBalanced: train.weights?.value == .balanced,
      monotone: monotone,
      tune: train.tune?.value,
      seed: UInt64(max(train.seed?.value ?? 1, 0)),
      sources: reads
    )
  }

  /// The plain table that FROM names; nil where it names a log, or nothing.
  private func plainTable(_ from: TableReference?) -> Identifier? {
    guard case .table(let name)? = from?.kind, case .relation? = catalog[name.name] else {
      return nil
    }
    return name
  }

  /// Binds a target of a log's users or sessions.
  private mutating func bindTrainLog(
    _ train: TrainStatement,
    at range: SourceRange
  ) -> (rows: TrainRows, target: TrainPlan.Target, name: String)? {
    guard case .column(nil, let name) = train.target.kind,
      let target = Self.builtInTargets.first(where: { $0 == name.name.lowercased() })
    else {
      return fail(
        .badClause,
        "a target of a log is one of \(Self.builtInTargets.joined(separator: ", "))",
        at: train.target.range,
        hints: suggestedTargets(train.target)
          + ["a column is a target of a plain table: TRAIN column FROM table"]
      )
    }
    if target == "conversion" {
      return bindConversion(train, at: range).map { ($0.0, $0.1, target) }
    }
    for (clause, place) in [
      ("AFTER", train.firstEvents?.range), ("PER", train.behavior.unit?.range),
    ] {
      guard let place else { continue }
      return fail(.badClause, "\(clause) is for TRAIN conversion alone", at: place)
    }
    if let split = train.split, let time = split.time {
      return fail(
        .badClause,
        "the cutoffs say how old the rows of users are: SPLIT TIME has no ON here",
        at: time.range
      )
    }
    guard let rows = bindUserRows(train, target, at: range) else { return nil }
    switch target {
    case "high_value": return (rows, .highValue, target)
    case "revenue": return (rows, .revenue, target)
    case "return": return (rows, .returning, target)
    default: return (rows, .churn, target)
    }
  }

  private func suggestedTargets(_ target: Expression) -> [String] {
    guard case .column(nil, let name) = target.kind else { return [] }
    return NearestNames.nearest(to: name.name, in: Self.builtInTargets, limit: 1)
      .map { "did you mean '\($0)'?" }
  }

  private mutating func bindSplit(
    _ train: TrainStatement,
    _ rows: TrainRows
  ) -> TrainPlan.Split? {
    guard let split = train.split else {
      return rows.time == nil ? .user(share: 0.25) : .time
    }
    switch split.method.value {
    case .time:
      guard rows.time != nil else {
        return fail(
          .missingClause,
          "nothing says how old the rows of a table are",
          at: split.method.range,
          hints: ["SPLIT TIME ON column: the newest quarter is the test"]
        )
      }
      return .time
    case .user:
      let percent = split.percent?.value ?? 25
      guard percent > 0, percent < 100 else {
        return fail(
          .badClause,
          "the share of the test is above 0% and below 100%",
          at: split.percent?.range ?? split.method.range
        )
      }
      return .user(share: percent / 100)
    }
  }

  /// Binds `USING method(name = value, …)`.
  private mutating func bindLearner(_ clause: LearnerClause?) -> LearnerOptions? {
    guard let clause else { return LearnerOptions(.gbdt) }
    let method: LearnerOptions.Method = clause.method.value == .gbdt ? .gbdt : .logistic
    var options = LearnerOptions(method)
    let known = LearnerParameter.all(of: method)
    for parameter in clause.parameters {
      let name = parameter.name.name.lowercased()
      if method == .gbdt, name == "loss" {
        guard let loss = bindLoss(parameter.value) else { return nil }
        options.loss = loss
        continue
      }
      guard let found = known.first(where: { $0.name == name }) else {
        return fail(
          .badClause,
          "\(method.rawValue) has no parameter '\(parameter.name.name)'",
          at: parameter.name.range,
          hints: suggestions(
            for: name,
            among: known.map(\.name) + (method == .gbdt ? ["loss"] : []),
            kind: "parameters"
          )
        )
      }
      if options.numbers[name] != nil {
        return fail(.repeatedClause, "'\(name)' stands twice", at: parameter.name.range)
      }
      guard
        let number = bindNumber(parameter.value, found.name, in: found.limits, found.accepted)
      else { return nil }
      if found.isWhole, number != number.rounded() {
        return fail(
          .badClause,
          "\(found.name) takes \(found.accepted)",
          at: parameter.value.range
        )
      }
      options.numbers[name] = number
    }
    return options
  }

  private mutating func bindLoss(_ value: Expression) -> String? {
    let losses = ["logistic", "squared", "poisson", "quantile"]
    let written: String? =
      switch value.kind {
      case .column(nil, let name): name.name
      case .literal(.text(let text)): text
      default: nil
      }
    guard let loss = written?.lowercased(), losses.contains(loss) else {
      return fail(
        .badClause,
        "loss takes one of \(losses.joined(separator: ", "))",
        at: value.range
      )
    }
    return loss
  }
}

/// Describes a parameter of a learner.
package struct LearnerParameter: Sendable {
  package let name: String
  package let limits: ClosedRange<Double>
  package let isWhole: Bool
  package let meaning: String

  var accepted: String {
    let kind = isWhole ? "a whole number" : "a number"
    return "\(kind) from \(Self.shown(limits.lowerBound)) to \(Self.shown(limits.upperBound))"
  }

  private static func shown(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
  }

  /// The parameters of a learner, in the order of its documentation.
  package static func all(of method: LearnerOptions.Method) -> [LearnerParameter] {
    switch method {
    case .gbdt: boosting
    case .logistic: logistic
    }
  }

  private static let boosting = [
    LearnerParameter("trees", 1...100_000, isWhole: true, "trees at most"),
    LearnerParameter("leaves", 2...131_072, isWhole: true, "leaves of a tree at most"),
    LearnerParameter("depth", 1...1_000, isWhole: true, "splits on the way to a leaf at most"),
    LearnerParameter("rate", 1e-6...1, "what each tree's answer is multiplied by"),
    LearnerParameter("min_rows", 1...1e9, isWhole: true, "rows of a leaf at least"),
    LearnerParameter("min_hessian", 0...1e12, "second derivatives of a leaf at least, summed"),
    LearnerParameter("min_gain", 0...1e12, "what a split must gain at least"),
    LearnerParameter("l1", 0...1e12, "L1 penalty of leaves"),
    LearnerParameter("l2", 0...1e12, "L2 penalty of leaves"),
    LearnerParameter("bins", 2...255, isWhole: true, "bins of a number"),
    LearnerParameter("row_share", 1e-3...1, "the share of rows that a tree sees"),
    LearnerParameter("column_share", 1e-3...1, "the share of features that a tree sees"),
    LearnerParameter(
      "patience",
      0...100_000,
      isWhole: true,
      "trees without progress on the validation part before training ends; 0: it never ends early"
    ),
    LearnerParameter("quantile", 1e-6...0.999999, "the quantile of loss = quantile"),
  ]

  private static let logistic = [
    LearnerParameter("penalty", 0...1e12, "of the mean loss; the best of a path without it"),
    LearnerParameter("l1_share", 0...1, "the share of the penalty that is L1"),
  ]

  private init(
    _ name: String,
    _ limits: ClosedRange<Double>,
    isWhole: Bool = false,
    _ meaning: String
  ) {
    self.name = name
    self.limits = limits
    self.isWhole = isWhole
    self.meaning = meaning
  }
}
