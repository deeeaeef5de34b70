import BQLColumnar
import BQLModels
import BQLPlanning
import Glibc

/// Tells why a model predicts what it does of one user or row.
struct RowExplanation {
  private let entry: ModelEntry
  private let rows: PredictedRows
  /// How the statement calls the row.
  private let shown: String
  private let top: Int
  private let schema: Schema
  private let context: ExecutionContext
  private let notes: Notes

  init(
    _ question: ModelQuestion,
    _ rows: PredictedRows,
    shown: String,
    top: Int,
    _ context: ExecutionContext,
    _ notes: Notes
  ) {
    entry = question.model
    self.rows = rows
    self.shown = shown
    self.top = top
    schema = question.schema
    self.context = context
    self.notes = notes
  }

  private var model: TrainedModel { entry.model }

  /// One feature's part in the prediction.
  private struct Part {
    var name: String
    /// nil where it is missing.
    var value: String?
    var contribution: Double
  }

  func relation() throws(ExecutionError) -> Relation {
    guard rows.table.rowCount > 0 else {
      throw .unfit(
        "\(named) is not among the \(rows.unitName) that '\(entry.name)' predicts",
        hint: "PREDICT \(entry.name) lists them"
      )
    }
    guard rows.table.rowCount == 1 else {
      throw .unfit("\(rows.table.rowCount) rows are called \(shown)", hint: nil)
    }
    let names = model.features.map(\.name)
    let found = try ModelContributions(model.learner, rows.table, names, context)
    let parts = model.features.indices.map { feature in
      let value = rows.table.columns[feature].values[0]
      return Part(
        name: names[feature],
        value: FeatureText.text(value, of: model.features[feature]),
        contribution: found.values[0, feature]
      )
    }
    let order = parts.indices.sorted { first, second in
      let (a, b) = (abs(parts[first].contribution), abs(parts[second].contribution))
      return (b, first) < (a, second)
    }
    let first = order.prefix(top).map { parts[$0] }
    let others = order.dropFirst(top).map { parts[$0] }
    let base = model.predictions(ofMargins: [found.base])[0]
    let prediction = rows.predictions[0]
    var answer: [[Value]] = [
      [
        .text("(base)"), .null, .float(found.base), .text(name(of: base)),
      ]
    ]
    answer += first.map { part -> [Value] in
      [
        .text(part.name), part.value.map(Value.text) ?? .null, .float(part.contribution),
        .text(effect(part.contribution)),
      ]
    }
    if !others.isEmpty {
      let sum = others.reduce(0) { $0 + $1.contribution }
      answer.append([
        .text(ModelExplanation.rest), .null, .float(sum), .text(effect(sum)),
      ])
    }
    answer.append([
      .text("(prediction)"), .null, .float(found.margins[0]), .text(name(of: prediction)),
    ])
    notes.add(sentence(base, prediction, first))
    notes.add(
      "contributions are \(kind); they add up from (base) to (prediction), within "
        + "\(ModelExplanation.small(found.largestGap)); they tell what the model goes by, not what "
        + "would change the outcome"
    )
    return Relation(schema: schema, rows: answer)
  }

  private var kind: String {
    let unit =
      switch model.learner.loss {
      case .logistic: "log odds"
      case .poisson: "the logarithm of the prediction"
      case .squared, .quantile: "units of \(entry.targetName)"
      }
    if case .trees = model.learner { return "exact Shapley values of the trees in \(unit)" }
    return "coefficients times distances from the mean, in \(unit)"
  }

  private func name(of prediction: Double) -> String {
    model.isClassifier
      ? "probability \(FeatureText.number(prediction))"
      : "prediction \(FeatureText.number(prediction))"
  }

  private func effect(_ contribution: Double) -> String {
    switch model.learner.loss {
    case .logistic: "odds x \(FeatureText.number(exp(contribution)))"
    case .poisson: "x \(FeatureText.number(exp(contribution)))"
    case .squared, .quantile:
      contribution > 0 ? "raises" : contribution < 0 ? "lowers" : "changes nothing"
    }
  }

  /// The prediction and what speaks for and against it, as one sentence.
  private func sentence(_ base: Double, _ prediction: Double, _ parts: [Part]) -> String {
    let rising = prediction >= base
    let speaking = parts.filter { $0.contribution != 0 && ($0.contribution > 0) == rising }
    let against = parts.filter { $0.contribution != 0 && ($0.contribution > 0) != rising }
    var text: String
    if model.isClassifier {
      text =
        "\(named) \(verb) with a probability of \(percent(prediction)), where the model starts "
        + "from \(percent(base))"
    } else {
      text =
        "the \(entry.targetName) of \(named) is predicted as \(FeatureText.number(prediction)), "
        + "where the model starts from \(FeatureText.number(base))"
    }
    if !speaking.isEmpty { text += ": mostly because \(list(speaking))" }
    if !against.isEmpty { text += "\(speaking.isEmpty ? "" : ","), although \(list(against))" }
    return text
  }

  /// The row as the sentence names it.
  private var named: String {
    switch rows.owner {
    case .users: "user \(shown)"
    case .sessions: "session \(shown)"
    case .table: "row \(shown)"
    }
  }

  private var verb: String {
    switch entry.targetName {
    case "churn": "will not buy in the horizon"
    case "return": "will be back in the horizon"
    case "conversion": "ends in a purchase"
    case "high_value": "will be of high value"
    default: "is of class 1 of \(entry.targetName)"
    }
  }

  private func percent(_ share: Double) -> String {
    let tenths = (share * 1_000).rounded() / 10
    return "\(ValueText.text(.float(tenths))) %"
  }

  private func list(_ parts: [Part]) -> String {
    let shown = parts.prefix(3).map { "\($0.name) is \($0.value ?? "missing")" }
    guard shown.count > 1, let last = shown.last else { return shown.joined() }
    return shown.dropLast().joined(separator: ", ") + " and " + last
  }
}
