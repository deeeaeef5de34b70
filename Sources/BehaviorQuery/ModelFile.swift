import BQLJSON
import BQLModels
import BQLPlanning
import BQLSyntax

/// Turns models into the contents of files and back.
enum ModelFile {
  /// Returns what a file of the format holds.
  ///
  /// - Throws: ``ModelExchangeError/unsupported(_:)`` where the format has no place for a part.
  static func bytes(
    of entry: ModelEntry,
    _ format: ModelFormat
  ) throws(ModelExchangeError) -> [UInt8] {
    switch format {
    case .bql:
      do throws(ModelError) {
        return try ModelDocument(
          entry.model.learner,
          names: entry.model.features.map(\.name),
          calibration: entry.model.calibration,
          about: ModelAbout.members(of: entry)
        ).json()
      } catch {
        throw .model(error)
      }
    case .xgboost: return try XGBoostJSON.write(trees(of: entry))
    case .lightgbm: return Array(try LightGBMText.write(trees(of: entry)).utf8)
    }
  }

  /// The trees of a model, where they are all there is to it.
  private static func trees(of entry: ModelEntry) throws(ModelExchangeError) -> NamedTrees {
    guard case .trees(let trees) = entry.model.learner else {
      throw .unsupported("a logistic regression")
    }
    if entry.model.calibration != nil { throw .unsupported("a calibration") }
    if let feature = entry.model.features.first(where: { !$0.categories.isEmpty }) {
      throw .unsupported("the texts of '\(feature.name)'")
    }
    do throws(ModelError) {
      return try NamedTrees(trees, names: entry.model.features.map(\.name))
    } catch {
      throw .model(error)
    }
  }

  /// Tells the format of a file by how it begins.
  static func format(of text: String) -> ModelFormat {
    guard text.utf8.first(where: { !isBlank($0) }) == UInt8(ascii: "{") else { return .lightgbm }
    guard case .object(let members)? = try? JSONReader.read(Array(text.utf8)) else { return .bql }
    return members.contains { $0.name == "learner" && $0.value.members != nil } ? .xgboost : .bql
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [9, 10, 13, 32].contains(byte) }

  /// Reads a model; one without a name of its own is called as the file.
  static func entry(
    _ text: String,
    _ format: ModelFormat,
    path: String
  ) throws(ModelExchangeError) -> ModelEntry {
    switch format {
    case .bql:
      let document = try ModelDocument(json: Array(text.utf8))
      return try ModelAbout.entry(document, name: name(of: path))
    case .xgboost: return foreign(try XGBoostJSON.read(Array(text.utf8)), "xgboost", path)
    case .lightgbm: return foreign(try LightGBMText.read(text), "lightgbm", path)
    }
  }

  private static func foreign(_ trees: NamedTrees, _ program: String, _ path: String) -> ModelEntry
  {
    ModelEntry(
      name: name(of: path),
      definition: "LOAD MODEL '\(path)'",
      statement: nil,
      targetName: "target",
      owner: nil,
      model: TrainedModel(
        features: zip(trees.names, trees.model.kinds).map { TrainedModel.Feature($0, $1) },
        learner: .trees(trees.model)
      ),
      holdout: nil,
      card: ModelCard(
        learner: "gbdt",
        split: "",
        trainRows: 0,
        testRows: 0,
        seed: 1,
        fingerprint: "",
        version: program
      )
    )
  }

  /// The file's name without folder and ending.
  private static func name(of path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let stem = file.split(separator: ".").first.map(String.init) ?? file
    return stem.isEmpty ? "model" : stem
  }
}
