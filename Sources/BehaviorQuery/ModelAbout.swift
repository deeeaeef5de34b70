import BQLJSON
import BQLModels
import BQLPlanning
import BQLSyntax

/// Writes and reads what a model's file says of it beside the numbers: the member `about`.
///
/// `name`, `target`, `definition` (the TRAIN), `categories` (a list of texts a feature, in the order
/// of their codes), `owner` (`kind` "users" with `log`, `cutoffs`, `horizon` and `log_start` in
/// microseconds, "sessions" with `log`, "table" with `table`) and `card` (`learner`, `split`,
/// `train_rows`, `test_rows`, `seed`, `fingerprint`, `version`, `monotone`).
enum ModelAbout {
  static func members(of entry: ModelEntry) -> [JSONMember] {
    let card = entry.card
    return [
      JSONMember("name", .string(entry.name)), JSONMember("target", .string(entry.targetName)),
      JSONMember("definition", .string(entry.definition)),
      JSONMember(
        "categories",
        .array(entry.model.features.map { .array($0.categories.map { .string($0) }) })
      ),
      JSONMember("owner", owner(entry.owner)),
      JSONMember(
        "card",
        .object([
          JSONMember("learner", .string(card.learner)), JSONMember("split", .string(card.split)),
          JSONMember("train_rows", .int(Int64(card.trainRows))),
          JSONMember("test_rows", .int(Int64(card.testRows))),
          JSONMember("seed", .string(String(card.seed))),
          JSONMember("fingerprint", .string(card.fingerprint)),
          JSONMember("version", .string(card.version)),
          JSONMember("monotone", .array(card.monotone.map { .string($0) })),
        ])
      ),
    ]
  }

  private static func owner(_ owner: TrainRows.Owner?) -> JSONValue {
    switch owner {
    case .users(let users):
      .object([
        JSONMember("kind", .string("users")), JSONMember("log", .string(users.logName)),
        JSONMember("cutoffs", .array(users.cutoffs.map { .int($0) })),
        JSONMember("horizon", .int(users.horizon)), JSONMember("log_start", .int(users.logStart)),
      ])
    case .sessions(let log):
      .object([JSONMember("kind", .string("sessions")), JSONMember("log", .string(log))])
    case .table(let name):
      .object([JSONMember("kind", .string("table")), JSONMember("table", .string(name))])
    case nil: .null
    }
  }

  /// Puts a model together; `name` stands in where the document has none.
  static func entry(
    _ document: ModelDocument,
    name: String
  ) throws(ModelExchangeError) -> ModelEntry {
    let about = JSONValue.object(document.about)
    let kinds = document.learner.kinds
    let categories = about["categories"]?.elements ?? kinds.map { _ in .array([]) }
    guard categories.count == kinds.count else { throw .malformed("about.categories") }
    var features: [TrainedModel.Feature] = []
    for (place, name) in document.names.enumerated() {
      let texts = (categories[place].elements ?? []).compactMap(\.text)
      features.append(TrainedModel.Feature(name, kinds[place], categories: texts))
    }
    let definition = about["definition"]?.text ?? ""
    let owner = try self.owner(about["owner"])
    return ModelEntry(
      name: about["name"]?.text ?? name,
      definition: definition,
      statement: owner == nil ? nil : statement(definition),
      targetName: about["target"]?.text ?? "target",
      owner: owner,
      model: TrainedModel(
        features: features,
        learner: document.learner,
        calibration: document.calibration
      ),
      holdout: nil,
      card: card(about["card"] ?? .null)
    )
  }

  /// Reads the TRAIN that made the model, whose rows PREDICT finds again.
  private static func statement(_ definition: String) -> TrainStatement? {
    let (statements, diagnostics) = Parser.parse(Source(name: "model", text: definition))
    guard !diagnostics.contains(where: { $0.severity == .error }),
      case .train(let train)? = statements.first?.kind
    else { return nil }
    return train
  }

  private static func owner(_ value: JSONValue?) throws(ModelExchangeError) -> TrainRows.Owner? {
    guard let value, let kind = value["kind"]?.text else { return nil }
    switch kind {
    case "users":
      guard let log = value["log"]?.text, let horizon = value["horizon"]?.int,
        let start = value["log_start"]?.int, let cutoffs = value["cutoffs"]?.elements, horizon > 0
      else { throw .malformed("about.owner") }
      let instants = cutoffs.compactMap(\.int)
      // So far from the limits of the type that no difference of times overflows.
      let limits = -(Int64(1) << 61)...(Int64(1) << 61)
      guard instants.count == cutoffs.count,
        (instants + [horizon, start]).allSatisfy(limits.contains)
      else { throw .malformed("about.owner") }
      return .users(
        TrainRows.UserRows(
          logName: log,
          cutoffs: instants,
          horizon: horizon,
          logStart: start
        )
      )
    case "sessions":
      guard let log = value["log"]?.text else { throw .malformed("about.owner.log") }
      return .sessions(logName: log)
    case "table":
      guard let name = value["table"]?.text else { throw .malformed("about.owner.table") }
      return .table(name: name)
    default: throw .unsupported("the owner \(kind)")
    }
  }

  private static func card(_ value: JSONValue) -> ModelCard {
    func count(_ name: String) -> Int { Int(value[name]?.int ?? 0) }
    return ModelCard(
      learner: value["learner"]?.text ?? "gbdt",
      split: value["split"]?.text ?? "",
      trainRows: count("train_rows"),
      testRows: count("test_rows"),
      seed: value["seed"]?.text.flatMap { UInt64($0) } ?? 1,
      fingerprint: value["fingerprint"]?.text ?? "",
      version: value["version"]?.text ?? "",
      monotone: (value["monotone"]?.elements ?? []).compactMap(\.text)
    )
  }
}
