import BQLColumnar

/// Tests membership in a list of literals of one type.
struct MemberSet: Sendable {
  private var ints: Set<Int64> = []
  private var floats: Set<Double> = []
  /// Whether the list holds NaN, which `=` takes for equal to itself and a `Set` does not.
  private var hasNaN = false
  private var bools: Set<Bool> = []
  private var texts = TextDictionaryBuilder()
  /// Whether the list holds NULL: then what is not found is unknown, not absent.
  private var hasNull = false

  init(_ members: [Value]) {
    for member in members {
      switch member {
      case .null: hasNull = true
      case .bool(let value): bools.insert(value)
      case .float(let value):
        if value.isNaN { hasNaN = true } else { floats.insert(value) }
      case .text(let value): _ = texts.code(for: value)
      case .int, .decimal, .timestamp, .date, .interval:
        if let value = member.storedInt { ints.insert(value) }
      }
    }
  }

  private var isEmpty: Bool {
    !hasNull && !hasNaN && ints.isEmpty && floats.isEmpty && bools.isEmpty && texts.count == 0
  }

  /// Returns true, false or NULL a row, as SQL's IN: nothing, not even NULL, is in an empty list.
  func contains(_ column: Column) -> Column {
    if isEmpty { return Column(bools: [Bool](repeating: false, count: column.count)) }
    let found: [Bool]
    switch column.values {
    case .ints(let values):
      // A few numbers are compared faster than hashed.
      let few = ints.count <= 8 ? Array(ints) : nil
      found = few.map { few in values.map { few.contains($0) } } ?? values.map(ints.contains)
    case .floats(let values): found = values.map { $0.isNaN ? hasNaN : floats.contains($0) }
    case .bools(let values): found = values.map(bools.contains)
    case .texts(let codes, let dictionary):
      found = codes.map { code in
        Int(code) < dictionary.count
          && dictionary.withText(Int(code)) { texts.knownCode(for: $0) != nil }
      }
    }
    guard hasNull else { return Column(bools: found, validity: column.validity) }
    var validity = column.validity ?? Bitmap(repeating: true, count: column.count)
    for row in found.indices where !found[row] { validity[row] = false }
    return Column(bools: found, validity: validity)
  }
}
