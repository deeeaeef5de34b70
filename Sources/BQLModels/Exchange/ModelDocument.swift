package import BQLJSON

/// Holds all that a model needs to be used again, and reads and writes it as JSON.
///
/// The document is an object: `format` ("bql-model"), `version` (1), `learner` ("trees" or
/// "logistic"), `features` (objects of `name` and `kind`, "number" or "category"), `model`, which is
/// the learner's own (``LearnedModel``), `calibration` (null, or an object with `method` "isotonic",
/// `scores` and `values`, or "platt", `slope` and `intercept`), and `about`, an object of whatever
/// else belongs to the model. Numbers keep all digits; infinities are "inf" and "-inf".
package struct ModelDocument: Hashable, Sendable {
  package var learner: LearnedModel
  /// Shape `[features]`.
  package var names: [String]
  package var calibration: ProbabilityCalibration?
  /// Where the model comes from: data, target, split, measures.
  package var about: [JSONMember]

  static let format = "bql-model"
  static let version = 1.0

  /// Puts a model together with what belongs to it.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` unless there are as many names as features.
  package init(
    _ learner: LearnedModel,
    names: [String],
    calibration: ProbabilityCalibration? = nil,
    about: [JSONMember] = []
  ) throws(ModelError) {
    guard names.count == learner.kinds.count else {
      throw .shape(expected: learner.kinds.count, found: names.count)
    }
    self.learner = learner
    self.names = names
    self.calibration = calibration
    self.about = about
  }

  /// Returns the document's bytes; the same model gives the same ones.
  package func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("format")
    writer.string(Self.format)
    writer.name("version")
    writer.int(Int(Self.version))
    writer.name("learner")
    writer.string(learner.name)
    writer.name("features")
    writer.beginArray()
    for (name, kind) in zip(names, learner.kinds) {
      writer.value(
        .object([JSONMember("name", .string(name)), JSONMember("kind", .string(kind.rawValue))])
      )
    }
    writer.endArray()
    writer.name("model")
    learner.write(&writer)
    writer.name("calibration")
    if let calibration { calibration.write(&writer) } else { writer.null() }
    writer.name("about")
    writer.value(.object(about))
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  /// Reads a document.
  ///
  /// - Throws: ``ModelExchangeError``; a version above this one's is unsupported.
  package init(json bytes: [UInt8]) throws(ModelExchangeError) {
    let document = try JSONFields.read(bytes)
    guard document.value["format"]?.text == Self.format else { throw .malformed("format") }
    let version = try document.number("version")
    guard version <= Self.version else { throw .unsupported("version \(version)") }
    var (names, kinds): ([String], [FeatureKind]) = ([], [])
    for feature in try document.objects("features") {
      names.append(try feature.text("name"))
      guard let kind = FeatureKind(rawValue: try feature.text("kind")) else {
        throw .malformed(feature.path + ".kind")
      }
      kinds.append(kind)
    }
    let model = try document.object("model")
    let learner: LearnedModel
    switch try document.text("learner") {
    case "trees": learner = .trees(try BoostedTrees(fields: model, kinds))
    case "logistic": learner = .logistic(try LogisticModel(fields: model, kinds))
    case let name: throw .unsupported("learner \(name)")
    }
    let hasCalibration = document.value["calibration"]?.members != nil
    let calibration =
      hasCalibration
      ? try ProbabilityCalibration(fields: document.object("calibration")) : nil
    let about = document.value["about"]?.members ?? []
    do throws(ModelError) {
      try self.init(learner, names: names, calibration: calibration, about: about)
    } catch {
      throw .model(error)
    }
  }
}
