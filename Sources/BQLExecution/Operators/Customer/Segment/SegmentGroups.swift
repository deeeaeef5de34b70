import BQLColumnar
import BQLModels
import BQLPlanning
import BQLSyntax

/// Holds the group of each row.
struct SegmentGroups: Sendable {
  /// See ``SegmentPlan/nobody``.
  static let nobody = SegmentPlan.nobody

  /// The groups in their order.
  private(set) var names: [String]
  /// The group of each row; −1 for none.
  private(set) var codes: [Int32]
  let model: SegmentModel
  /// What the division itself has to show.
  var relations: [ShowSegmentStatement.Part: Relation] = [:]
  /// Rows that take part and lack a feature.
  private(set) var incompleteCount = 0
  private var remarks: [String]

  /// Numbers the groups of labelled rows.
  ///
  /// `rows` are the places of those that have a label, `labels` their clusters or bins, −1 for none.
  init(
    _ input: SegmentInput,
    _ model: SegmentModel,
    rows: [Int32],
    labels: [Int32],
    remarks: [String] = []
  ) {
    self.model = model
    var remarks = remarks
    if let ranking = Self.ranking(input), model.names.first == "S1" {
      let name = input.names[ranking]
      remarks.append("groups are ordered by \(name): nothing tells what rows are worth")
    }
    self.remarks = remarks
    names = model.names
    codes = [Int32](repeating: -1, count: input.rowCount)
    for (row, label) in zip(rows, labels) where label >= 0 {
      codes[Int(row)] = model.groupOf[Int(label)]
    }
    guard let hasBought = input.hasBought else {
      incompleteCount = codes.indices.count { codes[$0] < 0 && input.isKept[$0] }
      return
    }
    let nobody = Int32(truncatingIfNeeded: names.count)
    names.append(Self.nobody)
    for row in codes.indices where codes[row] < 0 && input.isKept[row] {
      if hasBought[row] {
        incompleteCount += 1
      } else {
        codes[row] = nobody
      }
    }
  }

  /// The groups as a column of texts.
  var column: Column {
    var validity = Bitmap(repeating: true, count: codes.count)
    var hasNull = false
    for row in codes.indices where codes[row] < 0 {
      validity[row] = false
      hasNull = true
    }
    return Column(
      codes: hasNull ? codes.map { max($0, 0) } : codes,
      dictionary: TextDictionary(names.isEmpty ? [""] : names),
      validity: hasNull ? validity : nil
    )
  }

  /// What a reader must know of the groups.
  func notes(unit: String) -> [String] {
    var notes = remarks
    if names.last == Self.nobody, names.count > model.names.count {
      notes.append("S0 are the \(unit) who bought nothing; they are not divided")
    }
    if incompleteCount > 0 {
      let lacking = model.features.isEmpty ? "what the groups go by" : "a feature"
      notes.append("\(NoteText.count(incompleteCount, unit)) without \(lacking), in no group")
    }
    return notes
  }

  /// Returns the place of each label among the groups, the one of the highest mean first.
  ///
  /// The mean is of what rows are worth, else of ``ranking(_:)``; a row without either counts 0; equal
  /// means leave the order of the labels.
  static func order(
    _ input: SegmentInput,
    rows: [Int32],
    labels: [Int32],
    count: Int
  ) -> [Int32] {
    var sums = [Double](repeating: 0, count: count)
    var sizes = [Double](repeating: 0, count: count)
    let worth = input.worth ?? ranking(input).map { input.features[$0] } ?? []
    for (row, label) in zip(rows, labels) where label >= 0 {
      sizes[Int(label)] += 1
      let value = worth.isEmpty ? 0 : worth[Int(row)]
      if !value.isNaN { sums[Int(label)] += value }
    }
    let means = (0..<count).map { sizes[$0] > 0 ? sums[$0] / sizes[$0] : -.infinity }
    let ranked = (0..<count).sorted { (means[$1], $0) < (means[$0], $1) }
    var places = [Int32](repeating: 0, count: count)
    for (place, label) in ranked.enumerated() { places[label] = Int32(truncatingIfNeeded: place) }
    return places
  }

  /// The feature that groups are ordered by where nothing tells what rows are worth: how often a
  /// customer bought, else the first; nil of none.
  static func ranking(_ input: SegmentInput) -> Int? {
    if input.worth != nil || input.features.isEmpty { return nil }
    return input.names.firstIndex(of: "frequency") ?? 0
  }

  /// The names of so many groups: `S1`, `S2` and so on.
  static func names(_ count: Int) -> [String] { (1...max(count, 1)).prefix(count).map { "S\($0)" } }
}
