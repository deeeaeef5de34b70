import BQLColumnar
import BQLFunctions

/// Gives the values of one column dense codes 0, 1, … in order of first appearance.
///
/// NULL is a value of its own. Texts are told apart by bytes, floats by value (−0 equals 0, every
/// NaN equals every other). While all chunks bring one dictionary, its codes are looked up without
/// a look at the texts.
struct KeyCoder: Sendable {
  private let type: DataType
  private var table = CodeTable()
  /// The dictionary whose codes the table maps, while there is only one.
  private var adopted: TextDictionary?
  /// Where several have been met: brings their codes to those that the table maps.
  private var texts = TextCodeMerger()
  private var mergesTexts = false

  var count: Int { table.count }

  init(_ type: DataType) {
    self.type = type
  }

  /// Returns one code a row.
  mutating func codes(for column: Column) -> [Int32] {
    switch column.values {
    case .ints, .floats, .bools: return table.codes(column)
    case .texts(let codes, let dictionary):
      if !mergesTexts, adopted == nil, dictionary.isDistinct { adopted = dictionary }
      if let adopted, adopted === dictionary { return table.codes(column) }
      return mergedCodes(codes, dictionary, column.validity)
    }
  }

  private mutating func mergedCodes(
    _ codes: [Int32],
    _ dictionary: TextDictionary,
    _ validity: Bitmap?
  ) -> [Int32] {
    if let first = adopted {
      adopted = nil
      let known = table.keys.map { Int32(truncatingIfNeeded: $0) }
      var isText = Bitmap(repeating: true, count: known.count)
      if table.nullCode >= 0 { isText[Int(table.nullCode)] = false }
      table.replaceKeys(texts.codes(known, of: first, validity: isText).map { UInt64($0) })
    }
    mergesTexts = true
    let merged = texts.codes(codes, of: dictionary, validity: validity)
    return table.codes(merged, below: texts.count, validity)
  }

  /// Returns the values that the codes stand for, in code order.
  func values() -> Column {
    var validity: Bitmap?
    if table.nullCode >= 0 {
      var bits = Bitmap(repeating: true, count: count)
      bits[Int(table.nullCode)] = false
      validity = bits
    }
    let keys = table.keys
    switch type {
    case .text:
      return Column(
        codes: keys.map { Int32(truncatingIfNeeded: $0) },
        dictionary: adopted ?? texts.finish(),
        validity: validity
      )
    case .float:
      let floats = keys.map { FloatOrder.value(Int64(bitPattern: $0)) }
      return Column(floats: floats, validity: validity)
    case .bool: return Column(bools: keys.map { $0 == 1 }, validity: validity)
    case .int, .decimal, .timestamp, .date, .interval:
      return Column(type, ints: keys.map { Int64(bitPattern: $0) }, validity: validity)
    }
  }
}
