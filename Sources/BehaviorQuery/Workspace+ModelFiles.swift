import BQLExecution
import BQLJSON
import BQLModels
import BQLOutput
import BQLPlanning
import BQLStorage
import BQLSyntax

extension Workspace {
  /// Runs `SAVE MODEL m INTO 'file' [FORMAT format]`.
  func saveModel(_ save: SaveModelStatement, of source: Source) throws(BQLError) -> Outcome {
    guard let entry = catalog.model(named: save.model.name) else {
      throw unknownModel(save.model, of: source)
    }
    let format = save.format?.value ?? .bql
    let bytes: [UInt8]
    do throws(ModelExchangeError) {
      bytes = try ModelFile.bytes(of: entry, format)
    } catch {
      let place = save.format?.range ?? save.model.range
      let what = error.sentence(writing: format)
      throw fail(
        .unfitData,
        what,
        at: place,
        source,
        hints: ["SAVE MODEL \(entry.name) INTO '…' FORMAT bql keeps all of a model"]
      )
    }
    do throws(OutputError) {
      try ResultFile.write(bytes, to: save.into.path)
    } catch {
      throw self.error(error, of: source, at: save.into.range)
    }
    return .report(
      lines: ["\(entry.name): \(bytes.count) bytes as \(format.shown) in '\(save.into.path)'"],
      warnings: []
    )
  }

  /// Runs `LOAD MODEL 'file' [AS name] [FORMAT format]`.
  func loadModel(_ load: LoadModelStatement, of source: Source) throws(BQLError) -> Outcome {
    let text: String
    do throws(LoadError) {
      text = try TextFile.read(load.path.text)
    } catch {
      throw self.error(error, of: source, at: load.path.range)
    }
    let format = load.format?.value ?? ModelFile.format(of: text)
    var entry: ModelEntry
    do throws(ModelExchangeError) {
      entry = try ModelFile.entry(text, format, path: load.path.text)
    } catch {
      throw fail(
        .badData,
        "'\(load.path.text)' holds no model as \(format.shown) has them: \(error.sentence)",
        at: load.path.range,
        source,
        kind: .data,
        hints: load.format == nil ? ["FORMAT says what the file is: bql, xgboost, lightgbm"] : []
      )
    }
    if let name = load.name { entry.name = name.name }
    catalog.define(entry)
    let kind = entry.model.isClassifier ? "a class" : "a number"
    let inputs = entry.model.features.count
    return .report(
      lines: [
        "\(entry.name): \(entry.card.learner) of \(inputs) features that predicts \(kind)"
          + (entry.statement == nil ? "; PREDICT \(entry.name) FROM table" : "")
      ],
      warnings: []
    )
  }
}

extension ModelFormat {
  /// The format as messages call it.
  fileprivate var shown: String {
    switch self {
    case .bql: "bql's JSON"
    case .xgboost: "XGBoost's JSON"
    case .lightgbm: "LightGBM's text"
    }
  }
}

extension ModelExchangeError {
  /// What is wrong, in a part of a sentence.
  fileprivate var sentence: String {
    switch self {
    case .json: "it is no JSON"
    case .malformed(let part): "'\(part)' is missing or not as it should be"
    case .unsupported(let part): "\(part) is not known"
    case .model: "its parts make no model"
    }
  }

  fileprivate func sentence(writing format: ModelFormat) -> String {
    if case .unsupported(let part) = self { return "\(format.shown) cannot carry \(part)" }
    return "\(format.shown) cannot carry the model: \(sentence)"
  }
}
