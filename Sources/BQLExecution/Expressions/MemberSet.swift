import BQLColumnar

/// Tests membership in a list of values of one type.
struct MemberSet: Sendable {
  private let lookup: KeyLookup
  /// A few numbers, which are compared faster than looked up.
  private let few: [Int64]?
  private let isEmpty: Bool
  /// Whether the list holds NULL: then what is not found is unknown, not absent.
  private let hasNull: Bool

  private static let fewCount = 8

  init(_ members: Column) {
    var numbers: [Int32] = []
    lookup = KeyLookup(members, matchesNull: false, numbers: &numbers)
    isEmpty = members.count == 0
    hasNull = members.validity != nil
    if case .ints(let ints) = members.values, lookup.count <= Self.fewCount {
      few = Set(ints.indices.filter(members.isValid).map { ints[$0] }).sorted()
    } else {
      few = nil
    }
  }

  /// Returns true, false or NULL a row, as SQL's IN: nothing, not even NULL, is in an empty list.
  func contains(_ column: Column) -> Column {
    if isEmpty { return Column(bools: [Bool](repeating: false, count: column.count)) }
    let found: [Bool]
    if let few, case .ints(let values) = column.values {
      found = values.map { few.contains($0) }
    } else {
      found = lookup.find(column).map { $0 >= 0 }
    }
    guard hasNull else { return Column(bools: found, validity: column.validity) }
    var validity = column.validity ?? Bitmap(repeating: true, count: column.count)
    for row in found.indices where !found[row] { validity[row] = false }
    return Column(bools: found, validity: validity)
  }
}
