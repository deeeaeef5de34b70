extension Formatter {
  static func print(_ train: TrainStatement) -> String {
    var parts = ["TRAIN " + print(train.target)]
    if let name = train.name { parts.append("AS " + print(name)) }
    parts += clauses(of: train.behavior)
    if let events = train.firstEvents { parts.append("AFTER \(events.value) EVENTS") }
    if let horizon = train.horizon { parts.append("HORIZON " + print(horizon.value)) }
    if let snapshots = train.snapshots { parts.append("SNAPSHOTS \(snapshots.value)") }
    if let features = train.features { parts.append("FEATURES " + print(features)) }
    if let learner = train.learner { parts.append("USING " + print(learner)) }
    if let split = train.split { parts.append("SPLIT " + print(split)) }
    if let method = train.calibration { parts.append("CALIBRATE " + method.value.rawValue) }
    if let weights = train.weights { parts.append("WEIGHTS " + weights.value.rawValue) }
    if !train.monotone.isEmpty {
      parts.append("MONOTONE " + train.monotone.map(print).joined(separator: ", "))
    }
    if let tune = train.tune { parts.append("TUNE \(tune.value)") }
    if let seed = train.seed { parts.append("SEED \(seed.value)") }
    return parts.joined(separator: " ")
  }

  private static func print(_ item: MonotoneItem) -> String {
    print(item.feature) + " " + item.direction.value.rawValue
  }

  private static func print(_ learner: LearnerClause) -> String {
    let method = learner.method.value.rawValue.lowercased()
    if learner.parameters.isEmpty { return method }
    let parameters = learner.parameters.map { print($0.name) + " = " + print($0.value) }
    return method + "(" + parameters.joined(separator: ", ") + ")"
  }

  private static func print(_ split: SplitClause) -> String {
    var text = split.method.value.rawValue
    if let time = split.time { text += " ON " + print(time) }
    if let percent = split.percent { text += " " + print(percent: percent.value) }
    return text
  }

  /// Prints a share in percent.
  static func print(percent: Double) -> String {
    percent == percent.rounded() && abs(percent) < 1e9 ? "\(Int(percent))%" : "\(percent)%"
  }

  static func print(_ question: ModelQuery) -> String {
    let name = print(question.model)
    switch question.kind {
    case .evaluate(let clauses):
      var parts = ["EVALUATE " + name]
      if let percent = clauses.percent { parts.append("TOP " + print(percent: percent.value)) }
      if !clauses.by.isEmpty { parts.append("BY " + list(clauses.by)) }
      if let part = clauses.part { parts.append("SHOW " + part.value.rawValue) }
      return parts.joined(separator: " ")
    case .explain(let clauses):
      var parts = ["EXPLAIN MODEL " + name]
      if let user = clauses.user { parts.append("FOR USER " + print(user)) }
      if let part = clauses.part { parts.append("SHOW " + part.value.rawValue) }
      if let top = clauses.top { parts.append("TOP \(top.value)") }
      return parts.joined(separator: " ")
    case .predict(let clauses):
      var parts = ["PREDICT " + name]
      if let from = clauses.from { parts.append("FROM " + printAlone(from)) }
      if let asOf = clauses.asOf { parts.append("AS OF " + print(asOf)) }
      if let condition = clauses.condition { parts.append("WHERE " + print(condition)) }
      return parts.joined(separator: " ")
    case .campaign(let clauses): return "CAMPAIGN " + name + print(clauses)
    }
  }

  private static func print(_ clauses: CampaignClauses) -> String {
    var text = ""
    if let offer = clauses.offer { text += " OFFER " + print(offer) }
    if let keep = clauses.keep { text += " KEEP " + print(keep) }
    if let accept = clauses.accept { text += " ACCEPT " + print(accept) }
    if let value = clauses.value { text += " VALUE " + print(value) }
    if let asOf = clauses.asOf { text += " AS OF " + print(asOf) }
    if let part = clauses.part { text += " SHOW " + part.value.rawValue }
    return text
  }

  static func print(_ save: SaveModelStatement) -> String {
    "SAVE MODEL \(print(save.model)) INTO \(quote(save.into.path))"
      + (save.format.map { " FORMAT " + $0.value.rawValue } ?? "")
  }

  static func print(_ load: LoadModelStatement) -> String {
    var text = "LOAD MODEL " + quote(load.path.text)
    if let name = load.name { text += " AS " + print(name) }
    if let format = load.format { text += " FORMAT " + format.value.rawValue }
    return text
  }
}
