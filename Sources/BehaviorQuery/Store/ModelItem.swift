import BQLColumnar
import BQLJSON
import BQLModels
import BQLPlanning
import BQLStore
import BQLSyntax

/// Keeps models in a store: the document that SAVE MODEL writes, and, in two Arrow files, the rows that
/// EVALUATE, EXPLAIN and CAMPAIGN look at.
enum ModelItem {
  private static let model = "model"

  /// Returns what is stored: without the rows where what they came from is not in the store as it was.
  static func content(
    _ entry: ModelEntry,
    _ sources: StoredSources
  ) throws(ModelExchangeError) -> ItemContent {
    var about = [
      JSONMember("definition", .string(entry.definition)),
      JSONMember("sources", sources.json(entry.sources)),
    ]
    var parts: [(name: String, content: ItemContent.Part)] = [
      (model, .document(try ModelFile.bytes(of: entry, .bql)))
    ]
    if let holdout = entry.holdout, sources.arePresent(entry.sources) {
      about.append(
        JSONMember("baselines", .array(holdout.baselines.map { .string($0.name) }))
      )
      parts += HoldoutTables.parts(of: holdout)
    }
    return ItemContent(.model, entry.name, about: .object(about), parts: parts)
  }

  /// Reads a stored model.
  static func entry(
    _ opened: OpenedItem,
    _ sources: StoredSources
  ) throws(StoreError) -> ModelEntry {
    let about = opened.item.about
    let text = String(decoding: try opened.document(model), as: UTF8.self)
    var entry: ModelEntry
    do throws(ModelExchangeError) {
      entry = try ModelFile.entry(text, .bql, path: opened.item.name)
    } catch {
      throw opened.damaged("its document holds no model")
    }
    guard let definition = about["definition"]?.text, let states = sources.states(about["sources"])
    else { throw opened.damaged("what it was trained on is not told") }
    entry.name = opened.item.name
    entry.definition = definition
    entry.sources = states
    if let baselines = about["baselines"]?.elements?.compactMap(\.text) {
      entry.holdout = try HoldoutTables.holdout(
        opened,
        baselines: baselines,
        kinds: entry.model.features.map(\.kind)
      )
    }
    return entry
  }
}
