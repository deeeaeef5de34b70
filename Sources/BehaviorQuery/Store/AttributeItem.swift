import BQLColumnar
import BQLJSON
import BQLPlanning
import BQLStorage
import BQLStore

/// Keeps user attributes in a store: an Arrow file of one value a user, in the order of the users of
/// the log that it belongs to.
enum AttributeItem {
  private static let values = "values"

  /// Returns what is stored: without values where the log has changed.
  static func content(
    _ attribute: UserAttribute,
    _ sources: StoredSources,
    generation: Int?
  ) -> ItemContent {
    var about = [
      JSONMember("type", .string(attribute.type.rawValue)),
      JSONMember("definition", .string(attribute.definition)),
      JSONMember("owner", sources.json(attribute.owner)),
      JSONMember("sources", sources.json(attribute.sources)),
      JSONMember("values", .int(Int64(attribute.valueCount))),
      JSONMember("distinct", .int(Int64(attribute.distinctCount))),
    ]
    if let period = attribute.period {
      about.append(
        JSONMember("period", .array([.int(period.lowerBound), .int(period.upperBound)]))
      )
    }
    let relation = attribute.values.map { values in
      Relation(schema: Schema([Field(attribute.name, attribute.type)]), columns: [values.column])
    }
    return ItemContent(
      .attribute,
      attribute.name,
      about: .object(about),
      parts: relation.map { [(values, .relation($0))] } ?? [],
      generation: generation
    )
  }

  /// Defines a stored attribute again, with its values where its log is as it was.
  static func restore(
    _ opened: OpenedItem,
    _ sources: StoredSources,
    in catalog: inout Catalog
  ) throws(StoreError) {
    let about = opened.item.about
    guard let type = about["type"]?.text.flatMap(DataType.init(rawValue:)),
      let definition = about["definition"]?.text, let owner = sources.state(about["owner"]),
      let states = sources.states(about["sources"]),
      let valueCount = about["values"]?.int, let distinctCount = about["distinct"]?.int
    else { throw opened.damaged("what it was computed from is not told") }
    var period: ClosedRange<Int64>?
    if let bounds = about["period"]?.elements?.compactMap(\.int), bounds.count == 2,
      bounds[0] <= bounds[1]
    {
      period = bounds[0]...bounds[1]
    }
    var values: UserColumn?
    if opened.has(Self.values), case .log(let log)? = catalog[owner.name],
      catalog.state(of: owner.name) == owner
    {
      let relation = try opened.relation(Self.values)
      guard relation.schema.count == 1, relation.schema[0].type == type,
        relation.rowCount == log.userCount
      else { throw opened.damaged("it has other values than its log has users") }
      let column = Column.concatenate(relation.chunks.map { $0.columns[0] }, type: type)
      values = UserColumn(column, of: log)
    }
    catalog.define(
      UserAttribute(
        name: opened.item.name,
        type: type,
        definition: definition,
        owner: owner,
        sources: states,
        period: period,
        valueCount: Int(valueCount),
        distinctCount: Int(distinctCount),
        values: values
      )
    )
  }
}
