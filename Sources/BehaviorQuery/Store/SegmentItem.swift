import BQLColumnar
import BQLExecution
import BQLJSON
import BQLPlanning
import BQLStore
import BQLSyntax

/// Keeps what SEGMENT found in a store.
///
/// That is an Arrow file for each answer of SHOW SEGMENT, and a document of what was learnt, for ASSIGN. The
/// groups themselves are an attribute or a column of a table.
enum SegmentItem {
  private static let model = "model"

  static func content(_ entry: SegmentEntry, _ learnt: LearntSegment) -> ItemContent {
    let statement = Statement(.segment(learnt.statement), range: learnt.range)
    var about = [
      JSONMember("definition", .string(entry.definition)),
      JSONMember("learnt_by", .string(Formatter.print(statement))),
      JSONMember("notes", .array(entry.notes.map { .string($0) })),
    ]
    if let table = entry.table { about.append(JSONMember("table", .string(table))) }
    var parts: [(name: String, content: ItemContent.Part)] = []
    for part in ShowSegmentStatement.Part.allCases {
      guard let relation = entry.relations[part] else { continue }
      parts.append((part.rawValue.lowercased(), .relation(relation)))
    }
    var json = JSONWriter()
    json.value(learnt.model.json)
    json.endLine()
    parts.append((model, .document(json.bytes)))
    return ItemContent(.segment, entry.name, about: .object(about), parts: parts)
  }

  /// Reads a stored segment.
  static func entry(
    _ opened: OpenedItem
  ) throws(StoreError) -> (entry: SegmentEntry, learnt: LearntSegment) {
    let about = opened.item.about
    var relations: [ShowSegmentStatement.Part: Relation] = [:]
    for part in ShowSegmentStatement.Part.allCases where opened.has(part.rawValue.lowercased()) {
      relations[part] = try opened.relation(part.rawValue.lowercased())
    }
    guard let definition = about["definition"]?.text, let text = about["learnt_by"]?.text else {
      throw opened.damaged("what defines it is not told")
    }
    let source = Source(name: "segment \(opened.item.name)", text: text)
    let (statements, diagnostics) = Parser.parse(source)
    guard !diagnostics.contains(where: { $0.severity == .error }),
      case .segment(let statement)? = statements.first?.kind
    else { throw opened.damaged("what defines it is no SEGMENT") }
    let document = try opened.document(model)
    guard let json = try? JSONReader.read(document), let model = SegmentModel(json: json) else {
      throw opened.damaged("what it has learnt makes no sense")
    }
    let entry = SegmentEntry(
      name: opened.item.name,
      definition: definition,
      table: about["table"]?.text,
      relations: relations,
      notes: (about["notes"]?.elements ?? []).compactMap(\.text)
    )
    let range = statements[0].range
    return (entry, LearntSegment(statement: statement, model: model, source: source, range: range))
  }
}
