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
  /// The code of each of ours in `texts` or `table`; −1 for NULL.
  private var innerCodes: [Int32] = []
  /// Our code of each of theirs, −1 where not met.
  private var codeOfInner: [Int32] = []

  var count: Int { innerCodes.count }

  init(_ type: DataType) {
    self.type = type
  }

  /// Returns one code a row.
  mutating func codes(for column: Column) -> [Int32] {
    switch column.values {
    case .texts(let codes, let dictionary):
      let merged = texts.codes(codes, of: dictionary, validity: column.validity)
      return assign(merged, column.validity, innerCount: texts.count)
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
    return assign(result, validity, innerCount: table.count)
  }

  /// Turns the inner codes into ours, which NULL shares in order of first appearance.
  private mutating func assign(
    _ inner: [Int32],
    _ validity: Bitmap?,
    innerCount: Int
  ) -> [Int32] {
    var result = inner
    while codeOfInner.count < innerCount { codeOfInner.append(-1) }
    for row in inner.indices {
      if let validity, !validity[row] {
        let code = nullCode ?? newCode(inner: -1)
        nullCode = code
        result[row] = code
        continue
      }
      let code = Int(inner[row])
      if codeOfInner[code] < 0 { codeOfInner[code] = newCode(inner: inner[row]) }
      result[row] = codeOfInner[code]
    }
    return result
  }

  private mutating func newCode(inner: Int32) -> Int32 {
    innerCodes.append(inner)
    return Int32(truncatingIfNeeded: innerCodes.count - 1)
  }

  /// Returns the values that the codes stand for, in code order.
  func values() -> Column {
    var validity: Bitmap?
    if let nullCode {
      var bits = Bitmap(repeating: true, count: count)
      bits[Int(nullCode)] = false
      validity = bits
    }
    let safe = innerCodes.map { max($0, 0) }
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
