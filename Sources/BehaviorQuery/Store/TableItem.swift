import BQLColumnar
import BQLJSON
import BQLPlanning
import BQLStore

/// Keeps plain tables and named results in a store: one Arrow file each.
enum TableItem {
  private static let rows = "rows"

  static func content(
    _ name: String,
    _ relation: Relation,
    _ kind: Catalog.RelationKind,
    _ sources: StoredSources,
    generation: Int?
  ) -> ItemContent {
    var about = [
      JSONMember("sources", sources.json(Array(sources.catalog.sources(of: name).dropFirst())))
    ]
    switch kind {
    case .named: about.append(JSONMember("is_result", .bool(true)))
    case .table(let key): about.append(JSONMember("key", key.map { .string($0) } ?? .null))
    }
    return ItemContent(
      .table,
      name,
      about: .object(about),
      parts: [(rows, .relation(relation))],
      generation: generation
    )
  }

  /// Defines a stored table again.
  static func restore(
    _ opened: OpenedItem,
    _ sources: StoredSources,
    in catalog: inout Catalog
  ) throws(StoreError) {
    let about = opened.item.about
    let relation = try opened.relation(rows)
    guard let states = sources.states(about["sources"]) else {
      throw opened.damaged("what it was computed from is not told")
    }
    let key = about["key"]?.text
    if let key, relation.schema.index(named: key) == nil { throw opened.damaged("its KEY is gone") }
    let kind = about["is_result"]?.bool == true ? Catalog.RelationKind.named : .table(key: key)
    catalog.define(opened.item.name, .relation(relation, kind: kind), sources: states)
  }
}
