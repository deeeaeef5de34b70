import BQLColumnar

/// Gives the values of one column dense codes 0, 1, … in order of first appearance.
///
/// NULL is a value of its own. Texts are told apart by bytes, floats by value (−0 equals 0, every
/// NaN equals every other).
struct KeyCoder: Sendable {
  private let type: DataType
  private var table = IntTable()
  private var texts = TextCodeMerger()
  /// The code of NULL.
  private var nullCode: Int32?
  /// For texts: the merger's code of each of ours; −1 for NULL.
  private var textCodes: [Int32] = []
  /// For texts: our code of each of the merger's, −1 where not met.
  private var codeOfText: [Int32] = []
  private(set) var count = 0
  /// For numbers: the table's code of each of ours; −1 for NULL.
  private var numberCodes: [Int32] = []
  private var codeOfNumber: [Int32] = []

  init(_ type: DataType) {
    self.type = type
  }

  /// Returns one code a row.
  mutating func codes(for column: Column) -> [Int32] {
    switch column.values {
    case .texts(let codes, let dictionary):
      let merged = texts.codes(codes, of: dictionary, validity: column.validity)
      return assign(merged, column.validity, isText: true)
    case .ints(let ints):
      return numbers(ints, column.validity) { UInt64(bitPattern: $0) }
    case .floats(let floats):
      return numbers(floats, column.validity) { float in
        float.isNaN ? Double.nan.bitPattern : float == 0 ? 0 : float.bitPattern
      }
    case .bools(let bools):
      return numbers(bools, column.validity) { $0 ? 1 : 0 }
    }
  }

  @inline(__always)
  private mutating func numbers<Element>(
    _ elements: [Element],
    _ validity: Bitmap?,
    _ key: (Element) -> UInt64
  ) -> [Int32] {
    var result = [Int32](repeating: 0, count: elements.count)
    for row in elements.indices where validity.map({ $0[row] }) ?? true {
      result[row] = table.code(for: key(elements[row]))
    }
    return assign(result, validity, isText: false)
  }

  /// Turns the inner codes into ours, which NULL shares in order of first appearance.
  private mutating func assign(
    _ inner: [Int32],
    _ validity: Bitmap?,
    isText: Bool
  ) -> [Int32] {
    var result = inner
    var codeOf = isText ? codeOfText : codeOfNumber
    let innerCount = isText ? texts.count : table.count
    while codeOf.count < innerCount { codeOf.append(-1) }
    for row in inner.indices {
      if let validity, !validity[row] {
        if nullCode == nil { nullCode = newCode(inner: -1, isText: isText) }
        result[row] = nullCode ?? 0
        continue
      }
      let code = Int(inner[row])
      if codeOf[code] < 0 { codeOf[code] = newCode(inner: inner[row], isText: isText) }
      result[row] = codeOf[code]
    }
    if isText { codeOfText = codeOf } else { codeOfNumber = codeOf }
    return result
  }

  private mutating func newCode(inner: Int32, isText: Bool) -> Int32 {
    if isText { textCodes.append(inner) } else { numberCodes.append(inner) }
    count += 1
    return Int32(truncatingIfNeeded: count - 1)
  }

  /// Returns the values that the codes stand for, in code order.
  func values() -> Column {
    let inner = type == .text ? textCodes : numberCodes
    var validity: Bitmap?
    if let nullCode {
      var bits = Bitmap(repeating: true, count: count)
      bits[Int(nullCode)] = false
      validity = bits
    }
    let safe = inner.map { max($0, 0) }
    switch type {
    case .text:
      return Column(codes: safe, dictionary: texts.finish(), validity: validity)
    case .float:
      let floats = safe.map { Int($0) < table.count ? Double(bitPattern: table.keys[Int($0)]) : 0 }
      return Column(floats: floats, validity: validity)
    case .bool:
      let bools = safe.map { Int($0) < table.count && table.keys[Int($0)] == 1 }
      return Column(bools: bools, validity: validity)
    case .int, .decimal, .timestamp, .date, .interval:
      let ints = safe.map { Int($0) < table.count ? Int64(bitPattern: table.keys[Int($0)]) : 0 }
      return Column(type, ints: ints, validity: validity)
    }
  }
}
